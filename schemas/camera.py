"""A camera and the zones that matter in its picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.errors import InvalidValueError
from schemas.geometry import FrameSize, Point, Polygon
from schemas.ground import Ground
from schemas.hours import Hours
from schemas.ids import CameraId, ZoneId
from schemas.matter import MatterKey
from schemas.place import Place


class ZoneKind(StrEnum):
    """What a piece of ground is for. A rule asks for a kind, never for a name."""

    NO_VENDING = "no-vending"
    FIRE_LANE = "fire-lane"
    PAVEMENT = "pavement"
    SHOP_FRONT = "shop-front"
    WATCHED = "watched"
    NO_STOPPING = "no-stopping"
    BLIND_TRACK = "blind-track"
    EXIT = "exit"
    CLOSED = "closed"
    WALL = "wall"


SAFETY_ZONES: Final = frozenset({ZoneKind.FIRE_LANE, ZoneKind.EXIT, ZoneKind.CLOSED})
"""Where a look may never be long in coming."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Ground in the picture. Outlines are in pixels of the camera's frame size.

    `holes` are cut out of it. Outside its `hours` nothing in it counts; no hours: always.
    `matters` are the only ones it is drawn for; absent: every one that a rule has for its kind.
    `road_side` is the edge along the road, for rules that ask who faces it. `purpose` is why
    this ground is watched, for those who are in the picture.
    """

    id: ZoneId
    kind: ZoneKind
    name: str
    outline: Polygon
    place: Place
    holes: tuple[Polygon, ...] = ()
    hours: tuple[Hours, ...] = ()
    matters: frozenset[MatterKey] | None = None
    road_side: tuple[Point, Point] | None = None
    purpose: str = ""

    def contains(self, point: Point) -> bool:
        """Within the outline and in none of the holes."""
        return self.outline.contains(point) and not any(hole.contains(point) for hole in self.holes)

    @property
    def points(self) -> Iterator[Point]:
        """Every corner of outline, holes and road side."""
        for polygon in (self.outline, *self.holes):
            yield from polygon.corners
        yield from self.road_side or ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """What a camera looks at. Outlines hold for `frame` only; another size is an error.

    `ground` ties the picture to metres.
    """

    id: CameraId
    name: str
    frame: FrameSize
    zones: tuple[Zone, ...]
    ground: Ground | None = None

    def __post_init__(self) -> None:
        names = [zone.id for zone in self.zones]
        if len(names) != len(set(names)):
            raise InvalidValueError(
                expected="zone ids that differ", got=", ".join(names), field=f"camera {self.id}"
            )
        for zone in self.zones:
            for corner in zone.points:
                if not (0 <= corner.x <= self.frame.width and 0 <= corner.y <= self.frame.height):
                    raise InvalidValueError(
                        expected=f"corners within {self.frame.width}x{self.frame.height}",
                        got=f"({corner.x}, {corner.y})",
                        field=f"camera {self.id}, zone {zone.id}",
                    )
