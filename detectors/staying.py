"""A stay that goes on: who takes part, since when, and what of it has been told."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from detectors.dwell import Bridge, Knowing, Stay, Why
from detectors.relations import Placed
from schemas.geometry import BoxXYXY
from schemas.ids import OccurrenceId
from schemas.observation import Thing

_MOST_THINGS: Final = 200
"""So many fit into a message."""
_TRAIL: Final = 64
"""Sights; at five a second those of the last thirteen seconds."""
_NAMES_KEPT: Final = 6
"""A tracker that knows one thing under more names at a time knows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a look counts, a stay ends, and something is told again.

    Looks further apart than `longest_step` prove nothing between them. What searches do not show
    for `lost_after` is gone; what nobody could look at for `bridge_at_most` is lost from sight.
    Who moves on within `settles_after` was only passing. A search that misses what stands in an
    unchanged place is not believed until `missed_at_most` after the last one that found it.
    """

    longest_step: timedelta = timedelta(seconds=2)
    lost_after: timedelta = timedelta(seconds=5)
    bridge_at_most: timedelta = timedelta(minutes=2)
    settles_after: timedelta = timedelta(seconds=3)
    missed_at_most: timedelta = timedelta(seconds=5)
    continue_every: timedelta = timedelta(minutes=5)
    better_by: float = 0.15
    better_after: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Sight:
    """Where a foot was at a look."""

    at: timedelta
    one: Placed


def _trail() -> deque[Sight]:
    return deque(maxlen=_TRAIL)


@dataclass(slots=True, eq=False)
class Member:
    """One that takes part: as last seen, where it came to rest, and under which names.

    `inside_at` is when it last was in the zone and not in its margin. `trail` is where its foot
    was at its latest sights, so that what comes to rest is known since it came near: once it
    `has_settled`, that is where it stands. `before` is the stay before this one was taken for the
    one that stood there: it can be undone. One that `has_left` may come back, but nobody may be
    taken for it.
    """

    now: Placed
    anchor: Placed
    joined_at: timedelta
    seen_at: timedelta
    inside_at: timedelta
    tracks: tuple[str, ...] = ()
    trail: deque[Sight] = field(default_factory=_trail)
    before: Stay | None = None
    has_left: bool = False
    has_settled: bool = False

    def see(self, one: Placed, at: timedelta) -> None:
        """It is there."""
        self.now, self.seen_at, self.has_left = one, at, False
        self.trail.append(Sight(at, one))
        track = one.thing.track
        if track is not None and (not self.tracks or self.tracks[-1] != track):
            others = tuple(name for name in self.tracks if name != track)
            self.tracks = (*others, track)[-_NAMES_KEPT:]

    def walked(self, sights: Iterable[Sight]) -> None:
        """This, and no more, is the way it came here."""
        self.trail = deque((*sights, self.trail[-1]), maxlen=_TRAIL)

    def also_named(self, track: str | None) -> None:
        """The model took it for two things at once."""
        if track is not None and track not in self.tracks:
            self.tracks = (track, *self.tracks)[:_NAMES_KEPT]


def joining(one: Placed, at: timedelta) -> Member:
    """Somebody comes to rest here."""
    member = Member(now=one, anchor=one, joined_at=at, seen_at=at, inside_at=at)
    member.see(one, at)
    return member


@dataclass(slots=True, kw_only=True, eq=False)
class OpenStay:
    """A stay with its members and with whom they are in company.

    `was_found` says of the last search that it showed the stay, or that an unchanged place did
    in its stead; `found` counts searches that showed it.
    `related_at`: when it last was all that the rule asks, as long as the things themselves have
    been seen at each look since. `has_moved`: it came from another place.
    `is_resumed`: from the record of a watch that has died, and not seen since.
    """

    stay: Stay
    occurrence: OccurrenceId
    members: list[Member]
    company: tuple[Thing, ...] = ()
    company_at: timedelta | None = None
    related_at: timedelta | None = None
    was_found: bool = True
    found: int = 0
    found_at: timedelta | None = None
    surest_sum: float = 0.0
    sequence: int = 0
    told_at: timedelta | None = None
    told_best: float = 0.0
    is_resumed: bool = False
    has_moved: bool = False

    @property
    def is_told(self) -> bool:
        """Whether anybody has been told of it."""
        return self.told_at is not None

    @property
    def present(self) -> list[Member]:
        """Those who have not walked off."""
        return [member for member in self.members if not member.has_left]

    @property
    def best(self) -> float:
        """The surest member now."""
        return max((member.now.thing.confidence for member in self.shown), default=0.0)

    @property
    def confidence(self) -> float:
        """The surest member, on the mean of all searches that showed it."""
        return self.surest_sum / self.found if self.found else 0.0

    @property
    def shown(self) -> list[Member]:
        """Those of the members whom the last search that found any has found."""
        members = self.present or self.members
        last = max(member.seen_at for member in members)
        return [member for member in members if member.seen_at == last]

    @property
    def things(self) -> tuple[Thing, ...]:
        """Who takes part, and who is beside."""
        things = (*(member.now.thing for member in self.shown), *self.company)
        return things[:_MOST_THINGS]

    @property
    def boxes(self) -> Iterable[BoxXYXY]:
        """Where they are, and where they were last seen."""
        yield from (member.now.box for member in self.members)
        yield from (thing.box for thing in self.company)

    def show(self, at: timedelta, *, knowing: Knowing, longest_step: timedelta) -> None:
        """A search showed it."""
        self.was_found = True
        self.found += 1
        self.found_at = at
        self.surest_sum += self.best
        was_gap = self.stay.knowing is Knowing.GAP or at - self.stay.looked_at > longest_step
        last_seen = self.stay.last_seen
        self.stay = self.stay.looked(at, knowing, longest_step=longest_step)
        if was_gap and at > last_seen:
            why = Why.RESTART if self.is_resumed else Why.GAP
            self.stay = self.stay.over(Bridge(why=why, begins=last_seen, ends=at))
        self.is_resumed = False

    def know(self, at: timedelta, knowing: Knowing, *, longest_step: timedelta) -> None:
        """A look that did not find it; what it tells beside."""
        self.stay = self.stay.looked(at, knowing, longest_step=longest_step)
