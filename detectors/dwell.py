"""How long a stay can be proved: interval algebra over kinds of knowing.

looks      ●────●────●    ○    ○    ●────●              ●────●
knowing    detected  │  hidden      │ detected │  gap   │ detected
seen       ├─────────┤              ├──────────┤        ├────┤   at_least = their sum
first_seen ├─────────────────────────────────────────────────┤   at_most  = first to last sight
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from schemas.dwell import Dwell


class Knowing(StrEnum):
    """What was known at a look, from most to least.

    `watched`: the picture was looked at and has not changed since the thing was detected.
    """

    DETECTED = "detected"
    WATCHED = "watched"
    HIDDEN = "hidden"
    GAP = "gap"


SEEN: Final = frozenset({Knowing.DETECTED, Knowing.WATCHED})
_ORDER: Final = tuple(Knowing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A piece of media time of one kind of knowing."""

    knowing: Knowing
    begins: timedelta
    ends: timedelta

    @property
    def length(self) -> timedelta:
        """How long."""
        return self.ends - self.begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """All that is known about one stay. Stretches touch each other, in order."""

    first_seen: timedelta
    last_seen: timedelta
    looked_at: timedelta
    knowing: Knowing
    stretches: tuple[Stretch, ...] = ()

    @property
    def dwell(self) -> Dwell:
        """Its bounds, up to the last sight: what came after nobody can say."""
        known = (s for s in self.stretches if s.knowing in SEEN)
        return Dwell(
            at_least=sum((s.length for s in known), timedelta(0)),
            at_most=self.last_seen - self.first_seen,
        )

    @property
    def unseen_for(self) -> timedelta:
        """Since the last sight."""
        return self.looked_at - self.last_seen

    def looked(self, at: timedelta, knowing: Knowing, *, longest_step: timedelta) -> "Stay":
        """The stay after one more look.

        Between two looks as much is known as at the worse of both; nothing, where they lie
        further apart than `longest_step`.
        """
        if at <= self.looked_at:
            return self
        between = max(self.knowing, knowing, key=_ORDER.index)
        if at - self.looked_at > longest_step:
            between = Knowing.GAP
        stretch = Stretch(knowing=between, begins=self.looked_at, ends=at)
        return replace(
            self,
            last_seen=at if knowing in SEEN else self.last_seen,
            looked_at=at,
            knowing=knowing,
            stretches=_joined(self.stretches, stretch),
        )


def begun(at: timedelta) -> Stay:
    """A stay at its first sight."""
    return Stay(first_seen=at, last_seen=at, looked_at=at, knowing=Knowing.DETECTED)


def _joined(stretches: tuple[Stretch, ...], fresh: Stretch) -> tuple[Stretch, ...]:
    if stretches and stretches[-1].knowing is fresh.knowing:
        return (*stretches[:-1], replace(stretches[-1], ends=fresh.ends))
    return (*stretches, fresh)
