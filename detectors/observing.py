"""From looks to occurrences: who stays where, since when, and what is to be told of it.

look ─► which things stand in which zone ─► each to its stay ─► over the threshold? ─► told

A stay is one occurrence, told as  began ─► continued ─► … ─► ended | lost-sight.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from detectors.dwell import SEEN, Knowing, Stay, begun
from detectors.rules import Rule
from schemas.camera import Camera, Zone
from schemas.ids import OccurrenceId
from schemas.observation import Phase, Thing

_SAME_SPOT: Final = 0.3
"""Overlap from which a new track is taken for one that was lost there: an identity switch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a look counts, a stay ends, and something is told again."""

    longest_step: timedelta = timedelta(seconds=2)
    lost_after: timedelta = timedelta(seconds=5)
    continue_every: timedelta = timedelta(minutes=5)
    better_by: float = 0.15
    better_after: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A zone under a rule, with the threshold that the policy pack has for its matter."""

    rule: Rule
    zone: Zone
    threshold: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is to be told now: one message about an occurrence."""

    post: Post
    occurrence: OccurrenceId
    phase: Phase
    sequence: int
    stay: Stay
    things: tuple[Thing, ...]
    confidence: float

    @property
    def shows(self) -> bool:
        """Whether the picture of this moment shows it."""
        return self.phase in {Phase.BEGAN, Phase.CONTINUED}


@dataclass(slots=True, kw_only=True)
class _Open:
    """A stay that goes on: its things as last seen, by track or number, and who was beside."""

    post: Post
    stay: Stay
    occurrence: OccurrenceId
    members: dict[str, Thing] = field(default_factory=dict)
    company: tuple[Thing, ...] = ()
    confidence_sum: float = 0.0
    looks: int = 0
    sequence: int = 0
    told_at: timedelta | None = None
    told_best: float = 0.0

    @property
    def best(self) -> float:
        """The surest member now."""
        return max((thing.confidence for thing in self.members.values()), default=0.0)

    def meet(
        self, things: Sequence[Thing], company: tuple[Thing, ...], *, at: timedelta, limits: Limits
    ) -> None:
        """It was seen with these things, and with this company."""
        self.company = company
        self.members = {thing.track or f"nameless-{i}": thing for i, thing in enumerate(things)}
        self.confidence_sum += self.best
        self.looks += 1
        self.stay = self.stay.looked(at, Knowing.DETECTED, longest_step=limits.longest_step)

    def tell(self, phase: Phase, at: timedelta) -> Told:
        told = Told(
            post=self.post,
            occurrence=self.occurrence,
            phase=phase,
            sequence=self.sequence,
            stay=self.stay,
            things=(*self.members.values(), *self.company),
            confidence=self.confidence_sum / self.looks,
        )
        self.sequence += 1
        self.told_at = at
        self.told_best = max(self.told_best, self.best)
        return told


class Observer:
    """Watches one recording. Mutable; knows media time only, and no picture.

    `starts_at` is when media time 0 was: the same recording gives the same occurrences.
    """

    def __init__(
        self, camera: Camera, posts: Sequence[Post], *, starts_at: datetime, limits: Limits
    ) -> None:
        self._camera: Final = camera
        self._posts: Final = posts
        self._starts_at: Final = starts_at
        self._limits: Final = limits
        self._open: list[_Open] = []

    def look(self, at: timedelta, things: Sequence[Thing]) -> list[Told]:
        """A picture was searched, and this is what is in it."""
        told: list[Told] = []
        for post in self._posts:
            here = [
                thing
                for thing in things
                if post.rule.concerns(thing) and post.zone.outline.contains(thing.box.foot)
            ]
            self._assign(post, at, here, tuple(things))
        for one in self._open:
            told += self._due(one, at)
        self._forget()
        return told

    def unchanged(self, at: timedelta) -> list[Told]:
        """A picture was compared, and nothing in it has moved since the last look."""
        told: list[Told] = []
        for one in self._open:
            knowing = Knowing.WATCHED if one.stay.knowing in SEEN else Knowing.HIDDEN
            one.stay = one.stay.looked(at, knowing, longest_step=self._limits.longest_step)
            told += self._due(one, at)
        self._forget()
        return told

    def end(self) -> list[Told]:
        """Nothing comes any more: what was begun is lost from sight, not ended."""
        told = [
            one.tell(Phase.LOST_SIGHT, one.stay.looked_at)
            for one in self._open
            if one.told_at is not None
        ]
        self._open = []
        return told

    def _assign(
        self, post: Post, at: timedelta, here: Sequence[Thing], everybody: tuple[Thing, ...]
    ) -> None:
        ours = [one for one in self._open if one.post is post]
        groups: dict[int, list[Thing]] = {}
        strangers: list[Thing] = []
        for thing in sorted(here, key=lambda thing: thing.box.x1):
            known = _known(thing, ours)
            if known is None:
                strangers.append(thing)
            else:
                groups.setdefault(known, []).append(thing)
        for thing in strangers:
            place = _place_of(thing, ours, groups, post.rule)
            if place is None:
                if post.rule.company and not post.rule.company_of([thing], everybody):
                    continue
                ours.append(self._begin(post, at, ours))
                place = len(ours) - 1
            groups.setdefault(place, []).append(thing)
        for index, one in enumerate(ours):
            members = groups.get(index, [])
            company = post.rule.company_of(members, everybody)
            if members and (company or not post.rule.company):
                one.meet(members, company, at=at, limits=self._limits)
            else:
                one.stay = one.stay.looked(
                    at, Knowing.HIDDEN, longest_step=self._limits.longest_step
                )

    def _begin(self, post: Post, at: timedelta, ours: Sequence[_Open]) -> _Open:
        twins = sum(one.stay.first_seen == at for one in ours)
        one = _Open(post=post, stay=begun(at), occurrence=self._occurrence(post, at, twins))
        self._open.append(one)
        return one

    def _occurrence(self, post: Post, at: timedelta, twins: int) -> OccurrenceId:
        """The same after a restart. Stays that begin together are counted from the left."""
        first_ms = (self._starts_at + at).timestamp() * 1000
        named = [self._camera.id, post.zone.id, post.rule.id, str(round(first_ms))]
        named += [str(twins)] if twins else []
        return OccurrenceId(hashlib.sha256("|".join(named).encode()).hexdigest())

    def _due(self, one: _Open, at: timedelta) -> Iterable[Told]:
        if one.told_at is None:
            if one.stay.dwell.surely_exceeds(one.post.threshold):
                yield one.tell(Phase.BEGAN, at)
            return
        if one.stay.unseen_for > self._limits.lost_after:
            gone_unseen = one.stay.stretches[-1].knowing is Knowing.GAP
            yield one.tell(Phase.LOST_SIGHT if gone_unseen else Phase.ENDED, at)
        elif one.stay.knowing in SEEN and self._is_worth_telling(one, at):
            yield one.tell(Phase.CONTINUED, at)

    def _is_worth_telling(self, one: _Open, at: timedelta) -> bool:
        assert one.told_at is not None  # noqa: S101 - the caller asked for it; not input
        since = at - one.told_at
        is_better = one.best >= one.told_best + self._limits.better_by
        return since >= self._limits.continue_every or (
            is_better and since >= self._limits.better_after
        )

    def _forget(self) -> None:
        limit = self._limits.lost_after
        self._open = [one for one in self._open if one.stay.unseen_for <= limit]


def _known(thing: Thing, ours: Sequence[_Open]) -> int | None:
    """The stay that this track belongs to."""
    if thing.track is None:
        return None
    return next((i for i, one in enumerate(ours) if thing.track in one.members), None)


def _place_of(
    thing: Thing, ours: Sequence[_Open], groups: Mapping[int, Sequence[Thing]], rule: Rule
) -> int | None:
    """The stay that a track without history belongs to: one lost on this spot, or a group."""
    for index, one in enumerate(ours):
        spots = [member.box for member in one.members.values()]
        is_lost = index not in groups
        if is_lost and any(thing.box.overlap(spot) >= _SAME_SPOT for spot in spots):
            return index
        together = [*spots, *(other.box for other in groups.get(index, ()))]
        if rule.is_group and any(rule.is_beside(spot, thing.box) for spot in together):
            return index
    return None
