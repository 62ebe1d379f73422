"""A camera and the zones that matter in its picture."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from schemas.errors import InvalidValueError
from schemas.geometry import FrameSize, Point, Polygon
from schemas.ground import Ground
from schemas.hours import Hours
from schemas.ids import CameraId, ZoneId
from schemas.matter import MatterKey
from schemas.place import Place
from schemas.source import SourceAddress

MOST_CORNERS: Final = 200
"""An outline with more was drawn by a machine, and every look asks each edge."""
HIGHEST_FPS: Final = 60


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

    def __post_init__(self) -> None:
        for number, hole in enumerate(self.holes, 1):
            if (outside := self.outline.first_outside(hole)) is not None:
                raise InvalidValueError(
                    expected="holes within the outline",
                    got=f"hole {number} outside at ({outside.x:g}, {outside.y:g})",
                    field=f"zone {self.id}, holes",
                )
        for polygon in (self.outline, *self.holes):
            if len(polygon.corners) > MOST_CORNERS:
                raise InvalidValueError(
                    expected=f"at most {MOST_CORNERS} corners",
                    got=str(len(polygon.corners)),
                    field=f"zone {self.id}",
                )
        if self.road_side is not None and self.road_side[0] == self.road_side[1]:
            raise InvalidValueError(
                expected="two points that differ",
                got=f"twice ({self.road_side[0].x:g}, {self.road_side[0].y:g})",
                field=f"zone {self.id}, road_side",
            )

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

    `place` is where zones are that say nothing else. `ground` ties the picture to metres.
    `source` is where its pictures come from and `fps` how many a second are worth a look, unless
    somebody says otherwise.
    """

    id: CameraId
    name: str
    frame: FrameSize
    zones: tuple[Zone, ...]
    place: Place | None = None
    ground: Ground | None = None
    source: SourceAddress | None = field(default=None, repr=False)
    fps: float | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        names = [zone.id for zone in self.zones]
        if len(names) != len(set(names)):
            raise InvalidValueError(
                expected="zone ids that differ", got=", ".join(names), field=f"camera {self.id}"
            )
        for zone in self.zones:
            require_within(self.frame, zone.points, f"camera {self.id}, zone {zone.id}")
        if self.ground is not None:
            pixels = (pixel for pixel, _ in self.ground.pairs)
            require_within(self.frame, pixels, f"camera {self.id}, ground")
        if self.fps is not None and not 0 < self.fps <= HIGHEST_FPS:
            raise InvalidValueError(
                expected=f"more than 0 and at most {HIGHEST_FPS} frames a second",
                got=self.fps,
                field=f"camera {self.id}, fps",
            )


def require_within(frame: FrameSize, points: Iterable[Point], where: str) -> None:
    """Refuse what nobody could have drawn on the picture; NaN compares false, and is refused."""
    for point in points:
        if not (0 <= point.x <= frame.width and 0 <= point.y <= frame.height):
            raise InvalidValueError(
                expected=f"corners within {frame.width}x{frame.height}",
                got=f"({point.x:g}, {point.y:g})",
                field=where,
            )
