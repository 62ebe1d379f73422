"""What is to be told of a stay, and when: once it is surely over the threshold, and seldom again.

began ─► continued ─► … ─► ended | lost-sight
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from detectors.dwell import SEEN, Knowing, Stay
from detectors.guarding import Guard
from detectors.kinds import counted
from detectors.reasons import Moment
from detectors.rules import Post
from detectors.staying import Limits, OpenStay
from schemas.danger import Danger
from schemas.ids import OccurrenceId
from schemas.observation import Phase, Thing
from schemas.words import Words

_AFTERWARDS: Final = {
    Phase.ENDED: Words("；现已不在", "; it is gone now"),
    Phase.LOST_SIGHT: Words("；此后未能看到", "; nobody has been able to see it since"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is to be told now: one message about an occurrence, and why in words with numbers."""

    post: Post
    occurrence: OccurrenceId
    phase: Phase
    sequence: int
    stay: Stay
    things: tuple[Thing, ...]
    confidence: float
    reason: Words
    dangers: frozenset[Danger] = frozenset()

    @property
    def shows(self) -> bool:
        """Whether the picture of this moment shows it."""
        return self.phase in {Phase.BEGAN, Phase.CONTINUED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Decides for each open stay whether there is anything to tell. `starts_at` is media time 0."""

    starts_at: datetime
    limits: Limits

    def due(self, guard: Guard, at: timedelta, *, may_fire: bool) -> Iterator[Told]:
        """What is to be told of a post's stays now; closes those that are over."""
        for one in list(guard.open):
            if self._is_over(guard.post, one):
                if one.is_told:
                    was_unwatched = one.stay.unseen_as(Knowing.GAP) > timedelta(0)
                    yield self.tell(
                        guard.post, one, Phase.LOST_SIGHT if was_unwatched else Phase.ENDED, at=at
                    )
                guard.close(one, at)
            elif may_fire and one.stay.knowing in SEEN:
                yield from self._news(guard, one, at)

    def lost(self, guard: Guard, at: timedelta) -> Iterator[Told]:
        """What has been out of sight for too long before this instant, to be told before a look."""
        for one in list(guard.open):
            step = at - one.stay.looked_at
            is_unwatched = step > self.limits.longest_step or one.stay.knowing is Knowing.GAP
            if not is_unwatched:
                continue
            if one.stay.unseen_as(Knowing.GAP) + step > self.limits.bridge_at_most:
                one.know(at, Knowing.GAP, longest_step=self.limits.longest_step)
                if one.is_told:
                    yield self.tell(guard.post, one, Phase.LOST_SIGHT, at=at)
                guard.close(one, at)

    def wants_look(self, guard: Guard) -> bool:
        """Whether a search would make something be told that stillness alone doesn't."""
        return any(
            not one.is_told
            and one.found < guard.post.rule.looks
            and one.stay.dwell.surely_exceeds(guard.post.threshold)
            for one in guard.open
        )

    def tell(self, post: Post, one: OpenStay, phase: Phase, *, at: timedelta) -> Told:
        """Make the next message of an occurrence."""
        told = Told(
            post=post,
            occurrence=one.occurrence,
            phase=phase,
            sequence=one.sequence,
            stay=one.stay,
            things=one.things,
            confidence=one.confidence,
            reason=self._reason(post, one, phase),
            dangers=post.rule.dangers,
        )
        one.sequence += 1
        one.told_at = at
        one.told_best = max(one.told_best, one.best)
        return told

    def _news(self, guard: Guard, one: OpenStay, at: timedelta) -> Iterator[Told]:
        post = guard.post
        if one.told_at is None:
            if (
                at - one.stay.first_seen > post.threshold
                and one.found >= post.rule.looks
                and one.stay.dwell.surely_exceeds(post.threshold)
                and guard.is_cool(one, at)
            ):
                yield self.tell(post, one, Phase.BEGAN, at=at)
        elif self._is_worth_telling(one, at - one.told_at):
            yield self.tell(post, one, Phase.CONTINUED, at=at)

    def _is_worth_telling(self, one: OpenStay, since: timedelta) -> bool:
        is_better = one.best >= one.told_best + self.limits.better_by
        return since >= self.limits.continue_every or (
            is_better and since >= self.limits.better_after
        )

    def _is_over(self, post: Post, one: OpenStay) -> bool:
        """Who had hardly stood is not waited for as long."""
        stay = one.stay
        if stay.knowing in SEEN:
            return False
        lost_after = post.rule.leaves_after or self.limits.lost_after
        if not one.is_told and stay.seen < self.limits.settles_after:
            lost_after = self.limits.longest_step
        return (
            stay.unseen_as(Knowing.HIDDEN) > lost_after
            or stay.unseen_as(Knowing.GAP) > self.limits.bridge_at_most
        )

    def _reason(self, post: Post, one: OpenStay, phase: Phase) -> Words:
        dwell = one.stay.dwell
        said = post.rule.says.filled(
            Moment(
                what=counted(member.now.thing.kind for member in one.shown),
                company=counted(thing.kind for thing in one.company),
                zone=post.zone.name,
                at_least=dwell.at_least,
                at_most=dwell.at_most,
                since=self.starts_at + one.stay.first_seen,
                count=len(one.shown),
                threshold=post.threshold,
            )
        )
        after = _AFTERWARDS.get(phase)
        return said if after is None else Words(said.zh + after.zh, said.en + after.en)
