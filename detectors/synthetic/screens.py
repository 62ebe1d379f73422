"""What stands between the camera and the street, and what it hides."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.geometry import BoxXYXY


class ScreenKind(StrEnum):
    """Each reaches to the lower edge of the picture, or beyond."""

    TREE = "tree"
    PILLAR = "pillar"
    LORRY = "lorry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One of them; it never moves. `x` is its middle."""

    kind: ScreenKind
    x: float
    look: int


def solid_parts(screen: Screen) -> tuple[BoxXYXY, ...]:
    """What it hides, as boxes: truth asks how much of a thing is left."""
    return tuple(
        BoxXYXY(x1=screen.x + x1, y1=y1, x2=screen.x + x2, y2=y2)
        for x1, y1, x2, y2 in _SOLID[screen.kind]
    )


_SOLID: Final[Mapping[ScreenKind, tuple[tuple[float, float, float, float], ...]]] = {
    ScreenKind.TREE: ((-10, 90, 10, 360), (-50, 20, 50, 104)),
    ScreenKind.PILLAR: ((-17, 0, 18, 360),),
    ScreenKind.LORRY: ((-118, 296, 61, 360), (66, 318, 116, 360)),
}
"""x from its middle, y in the picture: left, top, right, bottom."""
