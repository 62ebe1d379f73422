"""Where points of the picture lie on the ground, in metres, as somebody measured them."""

from dataclasses import dataclass
from typing import Final

from schemas.errors import InvalidValueError
from schemas.geometry import Point

FEWEST_PAIRS: Final = 4
"""What a view of a plane from anywhere needs at least."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Pairs of a point in the picture, in pixels, and the same point on the ground, in metres."""

    pairs: tuple[tuple[Point, Point], ...]

    def __post_init__(self) -> None:
        if len(self.pairs) < FEWEST_PAIRS:
            raise InvalidValueError(
                expected=f"at least {FEWEST_PAIRS} pairs of pixels and metres",
                got=str(len(self.pairs)),
                field="ground",
            )
