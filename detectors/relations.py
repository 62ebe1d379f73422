"""The relations that rules are made of: geometry over things with their feet on the ground.

 near: the gap between two boxes     still: the foot stays       facing the road: the foot
 is small, both ways                 within a ring               is near the road side

 ┌───┐ gap ┌──┐                         ╭─────╮                    ╲ road
 │   │◄───►│  │                         │  ×  │ × anchor            ╲◄──► ●
 └─●─┘     └●─┘                         ╰─────╯                      ╲

Lengths are in own sizes (a box's longer side), or in metres where the camera has a ground.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

from detectors.ground import Metres, Plane
from schemas.camera import Zone
from schemas.errors import InvalidValueError
from schemas.geometry import BoxXYXY, Point
from schemas.observation import Thing

_LYING = frozenset({"left-thing"})
"""All of it is on the ground, and its shadow too: the lower edge says little."""
_SAME_SPOT = 0.3
"""Intersection over union from which two boxes stand on one spot."""
_SAME_THING = 0.55
"""From here on two boxes of a kind at one instant are one thing under two names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """A length in own sizes; in metres where these are said and the camera has a ground."""

    sizes: float
    metres: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.sizes <= 5:
            raise InvalidValueError(expected="a number in [0, 5]", got=self.sizes)
        if self.metres is not None and not 0 <= self.metres <= 100:
            raise InvalidValueError(expected="metres in [0, 100]", got=self.metres)


@dataclass(slots=True, eq=False)
class Placed:
    """A thing with its foot, in pixels and in metres, and its size: the longer side."""

    thing: Thing
    x: float
    y: float
    size: float
    metres: Metres | None

    @property
    def box(self) -> BoxXYXY:
        """Where it is in the picture."""
        return self.thing.box


def placed(thing: Thing, plane: Plane | None) -> Placed:
    """Take a thing's measures once. Its foot is below its middle; what was left lies about it."""
    box = thing.box
    x, y = (box.x1 + box.x2) / 2, box.y2
    size = max(box.x2 - box.x1, y - box.y1)
    if thing.kind in _LYING:
        y = (box.y1 + box.y2) / 2
    return Placed(thing, x, y, size, None if plane is None else plane.metres(x, y))


def is_near(one: Placed, other: Placed, reach: Distance) -> bool:
    """Whether the other stands beside the one, which lends its size."""
    if reach.metres is not None and one.metres is not None and other.metres is not None:
        return _apart(one.metres, other.metres) <= reach.metres
    a, b, gap = one.thing.box, other.thing.box, reach.sizes * one.size
    return a.x1 - b.x2 <= gap and b.x1 - a.x2 <= gap and a.y1 - b.y2 <= gap and b.y1 - a.y2 <= gap


def is_still(anchor: Placed, now: Placed, limit: Distance) -> bool:
    """Whether the foot is where it was when the thing came to rest."""
    if limit.metres is not None and anchor.metres is not None and now.metres is not None:
        return _apart(anchor.metres, now.metres) <= limit.metres
    size = anchor.size if anchor.size >= now.size else now.size
    return hypot(now.x - anchor.x, now.y - anchor.y) <= limit.sizes * size


def is_on_same_spot(one: BoxXYXY, other: BoxXYXY) -> bool:
    """Whether one thing may have been seen in both boxes at two looks in a row."""
    return one.overlap(other) >= _SAME_SPOT


def is_same_thing(one: Thing, other: Thing) -> bool:
    """Whether two sights at one instant are a thing that the model took for two."""
    return one.kind == other.kind and one.box.overlap(other.box) >= _SAME_THING


def is_by_the_edge(zone: Zone, one: Placed, margin: Distance) -> bool:
    """Whether a foot that is not in the zone has left it by no more than the margin."""
    allowed = margin.sizes * one.size
    return any(
        _to_segment(one.x, one.y, a, b) <= allowed
        for polygon in (zone.outline, *zone.holes)
        for a, b in zip(polygon.corners, polygon.corners[1:] + polygon.corners[:1], strict=True)
    )


def faces_road(zone: Zone, one: Placed, reach: Distance) -> bool:
    """Whether it stands by the road side; nobody can say so of a zone that has none drawn."""
    if zone.road_side is None:
        return False
    return _to_segment(one.x, one.y, *zone.road_side) <= reach.sizes * one.size


def largest_group(everybody: Sequence[Placed], reach: Distance) -> list[Placed]:
    """The most of them of whom each is near another of them; of equals the leftmost."""
    groups: list[list[Placed]] = []
    for one in sorted(everybody, key=lambda each: each.thing.box.x1):
        beside = [group for group in groups if any(is_near(one, other, reach) for other in group)]
        groups = [group for group in groups if group not in beside]
        groups.append([*_flat(beside), one])
    return max(groups, key=len, default=[])


def _flat(groups: Iterable[Sequence[Placed]]) -> list[Placed]:
    return [one for group in groups for one in group]


def _apart(one: Metres, other: Metres) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _to_segment(x: float, y: float, a: Point, b: Point) -> float:
    along_x, along_y = b.x - a.x, b.y - a.y
    length_squared = along_x**2 + along_y**2
    part = ((x - a.x) * along_x + (y - a.y) * along_y) / length_squared if length_squared else 0.0
    part = min(1.0, max(0.0, part))
    return hypot(x - a.x - part * along_x, y - a.y - part * along_y)
