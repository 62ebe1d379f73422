"""What to look for: which things, in which kind of zone, are which matter."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.camera import ZoneKind
from schemas.errors import InvalidValueError
from schemas.geometry import BoxXYXY
from schemas.matter import MatterKey
from schemas.observation import Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Things that stay in a zone of a kind, where wanted with somebody beside them.

    `company`: at least one of these must be within `reach` times the thing's longer side.
    `is_group`: things that stand together, up to `reach`, are one stay: a stall, its umbrella
    and its cart are one vendor.
    """

    id: str
    matter: MatterKey
    zone_kind: ZoneKind
    things: frozenset[str]
    company: frozenset[str] = frozenset()
    reach: float = 0.75
    is_group: bool = False

    def __post_init__(self) -> None:
        if not self.things:
            raise InvalidValueError(
                expected="at least one kind of thing", got="none", field=f"rule {self.id}.things"
            )
        if not 0 <= self.reach <= 5:
            raise InvalidValueError(
                expected="a number in [0, 5]", got=self.reach, field=f"rule {self.id}.reach"
            )

    def concerns(self, thing: Thing) -> bool:
        """Whether such a thing may break the rule."""
        return thing.kind in self.things

    def company_of(self, things: Sequence[Thing], everybody: Sequence[Thing]) -> tuple[Thing, ...]:
        """Those beside the things who make them a matter."""
        return tuple(
            other
            for other in everybody
            if other.kind in self.company
            and any(self.is_beside(thing.box, other.box) for thing in things)
        )

    def is_beside(self, one: BoxXYXY, other: BoxXYXY) -> bool:
        """Whether two boxes lie within reach: the gap between them, both ways, is small enough."""
        reach = self.reach * max(one.x2 - one.x1, one.y2 - one.y1)
        gap_x = max(one.x1, other.x1) - min(one.x2, other.x2)
        gap_y = max(one.y1, other.y1) - min(one.y2, other.y2)
        return gap_x <= reach and gap_y <= reach
