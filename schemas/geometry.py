"""Where something is in a picture: pixels of a stated frame, origin top left.

(0,0) ──► x
  │    x1,y1 ┌──────┐
  ▼          │ box  │
  y          └──●───┘ x2,y2      ● = foot, the bottom centre: where a thing stands
"""

from dataclasses import dataclass

from schemas.errors import InvalidValueError


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
    """A closed outline of at least three corners, in pixels; the last joins the first."""

    corners: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.corners) < 3:
            raise InvalidValueError(
                expected="at least 3 corners", got=str(len(self.corners)), field="polygon"
            )

    def contains(self, point: Point) -> bool:
        """Even-odd rule; a point on the very edge may fall either way."""
        inside = False
        for a, b in zip(self.corners, self.corners[1:] + self.corners[:1], strict=True):
            if (a.y > point.y) != (b.y > point.y):
                crossing = a.x + (point.y - a.y) / (b.y - a.y) * (b.x - a.x)
                inside ^= point.x < crossing
        return inside
