"""Where something is in a picture: pixels of a stated frame, origin top left.

(0,0) ──► x
  │    x1,y1 ┌──────┐
  ▼          │ box  │
  y          └──●───┘ x2,y2      ● = foot, the bottom centre: where a thing stands
"""

from dataclasses import dataclass

from schemas.errors import InvalidValueError
from schemas.outline import first_outside, is_inside, require_outline


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSize:
    """Width and height in pixels."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise InvalidValueError(
                expected="width and height of at least 1 px",
                got=f"{self.width}x{self.height}",
                field="frame",
            )


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the picture, in pixels."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxXYXY:
    """An upright box in pixels: left, top, right, bottom."""

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        if not (self.x1 < self.x2 and self.y1 < self.y2):
            raise InvalidValueError(
                expected="x1 < x2 and y1 < y2",
                got=f"[{self.x1}, {self.y1}, {self.x2}, {self.y2}]",
                field="box",
            )

    @property
    def foot(self) -> Point:
        """Bottom centre: where a standing thing touches the ground."""
        return Point((self.x1 + self.x2) / 2, self.y2)

    @property
    def area(self) -> float:
        """In square pixels."""
        return (self.x2 - self.x1) * (self.y2 - self.y1)

    def is_within(self, frame: FrameSize) -> bool:
        """Whether no edge leaves the frame."""
        return self.x1 >= 0 and self.y1 >= 0 and self.x2 <= frame.width and self.y2 <= frame.height

    def overlap(self, other: "BoxXYXY") -> float:
        """Intersection over union, 0 … 1."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed outline around some ground; the last corner joins the first.

    Its edges meet nowhere but at their corners, so that within and without are no matter of
    opinion.
    """

    corners: tuple[Point, ...]

    def __post_init__(self) -> None:
        require_outline(_pairs(self))

    def contains(self, point: Point) -> bool:
        """Even-odd rule; a point on the very edge may fall either way."""
        return is_inside(_pairs(self), (point.x, point.y))

    def first_outside(self, other: "Polygon") -> Point | None:
        """Where another outline leaves this one by more than half a pixel; nothing: nowhere."""
        found = first_outside(_pairs(self), _pairs(other))
        return None if found is None else Point(*found)


def _pairs(polygon: Polygon) -> list[tuple[float, float]]:
    return [(corner.x, corner.y) for corner in polygon.corners]
