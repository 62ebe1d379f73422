"""What to look for: which things, in which kind of zone, related how, are which matter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from detectors.reasons import DEFAULT, Template
from detectors.relations import Distance
from schemas.camera import Zone, ZoneKind
from schemas.danger import Danger
from schemas.errors import InvalidValueError
from schemas.hours import Hours
from schemas.matter import MatterKey
from schemas.observation import Thing
from schemas.words import Words

REACH: Final = Distance(sizes=0.75)
STILL: Final = Distance(sizes=0.5)
MARGIN: Final = Distance(sizes=0.1)
MOST_COUNTED: Final = 200
MOST_LOOKS: Final = 50
_NONE: Final = timedelta(0)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Things that stay in a zone of a kind, related as it says.

    `also` are things that belong to the others but make no matter alone: a parasol, a cart.
    `company`: at least one of these must be within `reach`. `apart_from`: none of these may be.
    `still`: the foot keeps within this distance of where it came to rest; absent: it may move.
    `is_group`: things that stand together, up to `reach`, are one stay: a stall, its umbrella
    and its cart are one vendor. `count`: from so many things on, whoever they are, the zone is
    full: then it is the zone that stays occupied, and not a thing that stays.
    `holds`: company or count that is missed for no longer, and then is there again, was there.
    `faces_road`: how near the zone's road side it must be.
    `dwell` is the threshold where the policy pack has no row of the matter.
    `least_confidence` is asked of what begins a stay; `looks` so many searches must have shown it
    before it is told. `margin`: a foot that has left the zone by less is still in it, and
    `leaves_after`: so long it must have been away to be gone.
    `cooling_off`: so long nothing new is told on the spot where something was.
    """

    id: str
    matter: MatterKey
    zone_kinds: frozenset[ZoneKind]
    things: frozenset[str]
    also: frozenset[str] = frozenset()
    company: frozenset[str] = frozenset()
    apart_from: frozenset[str] = frozenset()
    reach: Distance = REACH
    still: Distance | None = STILL
    is_group: bool = False
    count: int = 1
    holds: timedelta = _NONE
    faces_road: Distance | None = None
    hours: tuple[Hours, ...] = ()
    dwell: timedelta | None = None
    least_confidence: float = 0.0
    looks: int = 2
    margin: Distance = MARGIN
    leaves_after: timedelta | None = None
    cooling_off: timedelta = _NONE
    dangers: frozenset[Danger] = frozenset()
    title: Words | None = None
    note: Words | None = None
    says: Template = DEFAULT

    def __post_init__(self) -> None:
        for key, expected, got in self._faults():
            raise InvalidValueError(expected=expected, got=got, field=f"rule {self.id}.{key}")

    def _faults(self) -> Iterator[tuple[str, str, object]]:
        """Key, expected and got of what can't be meant."""
        if not self.things:
            yield "things", "at least one kind of thing", "none"
        if not self.zone_kinds:
            yield "zone", "at least one kind of zone", "none"
        if twice := self.things & (self.also | self.company | self.apart_from):
            yield "things", "kinds that are not also said beside", ", ".join(sorted(twice))
        if both := self.apart_from & (self.company | self.also):
            yield "apart_from", "kinds that are not wanted beside too", ", ".join(sorted(both))
        if self.also and not self.is_group:
            yield "also", "group = true beside it", ", ".join(sorted(self.also))
        if not 1 <= self.count <= MOST_COUNTED:
            yield "count", f"a number of 1 to {MOST_COUNTED}", self.count
        if self.count > 1 and self.still is not None:
            yield "still", "false beside a count: who they are does not matter", self.still.sizes
        if self.count > 1 and self.also:
            yield "also", "none beside a count", ", ".join(sorted(self.also))
        if not 1 <= self.looks <= MOST_LOOKS:
            yield "looks", f"a number of 1 to {MOST_LOOKS}", self.looks
        if not 0 <= self.least_confidence <= 1:
            yield "least_confidence", "a number in [0, 1]", self.least_confidence
        for key in ("dwell", "leaves_after", "cooling_off", "holds"):
            length: timedelta | None = getattr(self, key)
            if length is not None and not _NONE <= length <= _DAY:
                yield f"{key}_s", "seconds of a day at most", str(length)

    @property
    def kinds(self) -> frozenset[str]:
        """All that may take part in a stay."""
        return self.things | self.also

    @property
    def beside(self) -> frozenset[str]:
        """All that matters only by being near, or by not being near."""
        return self.company | self.apart_from

    def is_for(self, zone: Zone) -> bool:
        """Whether it is asked in this zone: by its kind, and by what the zone is drawn for."""
        return zone.kind in self.zone_kinds and (
            zone.matters is None or self.matter in zone.matters
        )

    def concerns(self, thing: Thing) -> bool:
        """Whether such a thing may break the rule by itself."""
        return thing.kind in self.things

    def is_on_at(self, instant: datetime) -> bool:
        """Whether the rule holds at this hour; without hours always."""
        return _is_within(self.hours, instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A zone under a rule, with the threshold that is held against a stay there."""

    rule: Rule
    zone: Zone
    threshold: timedelta

    def is_on_duty_at(self, instant: datetime) -> bool:
        """Within the hours of both; outside them nothing in it counts."""
        return _is_within(self.zone.hours, instant) and self.rule.is_on_at(instant)


def _is_within(hours: Sequence[Hours], instant: datetime) -> bool:
    return not hours or any(each.covers(instant) for each in hours)
