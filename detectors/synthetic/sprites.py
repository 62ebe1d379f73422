"""Draws each kind of thing once, large and with transparency; rendering scales it down."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from random import Random
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.synthetic.scenes import SIZES, Kind

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

UP: Final = 3
"""Sprites are drawn at three times scale 1."""

_CLOTHES: Final = [
    (60, 60, 200), (200, 120, 40), (60, 150, 60), (30, 30, 30), (200, 200, 205), (150, 60, 140),
    (40, 170, 220), (110, 80, 50), (90, 90, 120),
]  # fmt: skip
_PAINTS: Final = [
    (235, 235, 235), (40, 40, 45), (150, 150, 155), (60, 40, 160), (150, 70, 30), (40, 90, 40),
    (70, 150, 200),
]  # fmt: skip
_CANVAS: Final = [(40, 60, 210), (190, 90, 30), (60, 150, 50), (40, 150, 230), (170, 60, 150)]


class _Brush:
    """A transparent sheet; coordinates are parts of its width and height, 0 … 1."""

    def __init__(self, kind: Kind) -> None:
        width, height = SIZES[kind]
        self.width, self.height = round(width * UP), round(height * UP)
        self.sheet: Picture = np.zeros((self.height, self.width, 4), np.uint8)

    def at(self, x: float, y: float) -> tuple[int, int]:
        return round(x * (self.width - 1)), round(y * (self.height - 1))

    def box(self, x1: float, y1: float, x2: float, y2: float, *, fill: Colour) -> None:
        cv2.rectangle(self.sheet, self.at(x1, y1), self.at(x2, y2), (*fill, 255), -1)

    def shape(self, *corners: tuple[float, float], fill: Colour) -> None:
        points = np.array([self.at(x, y) for x, y in corners], np.int32)
        cv2.fillPoly(self.sheet, [points], (*fill, 255), cv2.LINE_AA)

    def disc(self, x: float, y: float, radius: float, *, fill: Colour) -> None:
        """`radius` is a part of the height."""
        cv2.circle(self.sheet, self.at(x, y), round(radius * self.height), (*fill, 255), -1)

    def stroke(self, *points: tuple[float, float], fill: Colour, px: int) -> None:
        line = np.array([self.at(x, y) for x, y in points], np.int32)
        cv2.polylines(self.sheet, [line], False, (*fill, 255), px, cv2.LINE_AA)  # noqa: FBT003


def _person(brush: _Brush, dice: Random, stride: int) -> None:
    coat, trousers = dice.choice(_CLOTHES), dice.choice([(50, 45, 40), (110, 70, 40), (80, 80, 85)])
    skin = dice.choice([(150, 180, 220), (120, 155, 200), (170, 195, 232)])
    swing = (0.0, 0.17, 0.0, -0.17)[stride]
    for side in (1, -1):
        brush.stroke((0.5, 0.55), (0.5 + side * swing, 0.98), fill=trousers, px=18)
    brush.shape((0.24, 0.22), (0.76, 0.22), (0.72, 0.6), (0.28, 0.6), fill=coat)
    arm = tuple(max(0, c - 35) for c in coat)
    for side in (1, -1):
        hand = (0.5 + side * 0.3 - swing * side, 0.56)
        brush.stroke((0.5 + side * 0.25, 0.26), hand, fill=(arm[0], arm[1], arm[2]), px=12)
    brush.disc(0.5, 0.115, 0.105, fill=skin)
    hair = dice.choice([(20, 20, 25), (30, 40, 60), (90, 90, 95)])
    centre, size = brush.at(0.5, 0.09), round(0.105 * brush.height)
    cv2.ellipse(brush.sheet, centre, (size, size), 0, 180, 360, (*hair, 255), -1)


def _wheels(brush: _Brush, *xs: float, radius: float) -> None:
    for x in xs:
        brush.disc(x, 1 - radius, radius, fill=(25, 25, 25))
        brush.disc(x, 1 - radius, radius * 0.5, fill=(170, 170, 175))


def _car(brush: _Brush, dice: Random, _: int) -> None:
    paint = dice.choice(_PAINTS)
    glass = (95, 80, 60)
    brush.shape(
        (0.0, 0.84), (0.01, 0.5), (0.16, 0.43), (0.3, 0.03), (0.68, 0.03), (0.84, 0.42),
        (0.99, 0.5), (1.0, 0.84), fill=paint,
    )  # fmt: skip
    brush.shape((0.23, 0.42), (0.33, 0.1), (0.48, 0.1), (0.48, 0.42), fill=glass)
    brush.shape((0.52, 0.42), (0.52, 0.1), (0.66, 0.1), (0.77, 0.42), fill=glass)
    brush.stroke((0.5, 0.45), (0.5, 0.82), fill=(60, 60, 60), px=3)
    brush.box(0.0, 0.52, 0.03, 0.6, fill=(40, 40, 220))
    brush.box(0.97, 0.52, 1.0, 0.6, fill=(200, 240, 250))
    _wheels(brush, 0.2, 0.8, radius=0.2)


def _van(brush: _Brush, dice: Random, _: int) -> None:
    paint = dice.choice([(240, 240, 240), (200, 205, 210), (180, 120, 60), (60, 130, 190)])
    brush.shape(
        (0.0, 0.88), (0.0, 0.03), (0.74, 0.03), (0.88, 0.4), (1.0, 0.52), (1.0, 0.88), fill=paint
    )
    brush.shape((0.68, 0.38), (0.68, 0.12), (0.75, 0.12), (0.85, 0.38), fill=(95, 80, 60))
    brush.box(0.52, 0.12, 0.65, 0.38, fill=(95, 80, 60))
    stripe = dice.choice(_CANVAS)
    brush.box(0.0, 0.55, 0.96, 0.64, fill=stripe)
    brush.stroke((0.5, 0.08), (0.5, 0.86), fill=(120, 120, 120), px=3)
    _wheels(brush, 0.2, 0.8, radius=0.15)


def _tricycle(brush: _Brush, dice: Random, _: int) -> None:
    bed = dice.choice([(160, 90, 40), (60, 110, 60), (70, 70, 190)])
    for i in range(4):
        fruit = dice.choice([(40, 60, 220), (40, 200, 230), (60, 170, 60)])
        brush.disc(0.13 + 0.12 * i, 0.36, 0.1, fill=fruit)
    brush.shape((0.0, 0.4), (0.6, 0.4), (0.57, 0.72), (0.03, 0.72), fill=bed)
    brush.stroke((0.58, 0.7), (0.82, 0.36), (0.86, 0.84), fill=(50, 50, 55), px=9)
    brush.stroke((0.78, 0.04), (0.8, 0.36), (0.95, 0.3), fill=(50, 50, 55), px=8)
    brush.box(0.62, 0.38, 0.74, 0.46, fill=(20, 20, 20))
    _wheels(brush, 0.2, 0.88, radius=0.17)


def _stall(brush: _Brush, dice: Random, _: int) -> None:
    cloth = dice.choice(_CANVAS)
    for i in range(6):
        ware = dice.choice([(40, 60, 220), (40, 200, 230), (60, 170, 60), (60, 130, 240)])
        brush.disc(0.1 + 0.16 * i, 0.2, 0.19, fill=ware)
    brush.box(0.0, 0.28, 1.0, 0.42, fill=(190, 210, 225))
    brush.box(0.03, 0.42, 0.97, 0.9, fill=cloth)
    for i in range(1, 6):
        x = i / 6
        brush.stroke((x, 0.44), (x, 0.88), fill=(235, 235, 235), px=5)
    for x in (0.06, 0.94):
        brush.box(x - 0.02, 0.88, x + 0.02, 1.0, fill=(70, 70, 70))


def _umbrella(brush: _Brush, dice: Random, _: int) -> None:
    cloth = dice.choice(_CANVAS)
    brush.box(0.485, 0.2, 0.515, 1.0, fill=(120, 120, 125))
    centre = brush.at(0.5, 0.34)
    axes = (brush.width // 2 - 1, round(brush.height * 0.33))
    for index in range(6):
        fill = cloth if index % 2 == 0 else (240, 240, 240)
        sweep = (180 + 30 * index, 210 + 30 * index)
        cv2.ellipse(brush.sheet, centre, axes, 0, *sweep, (*fill, 255), -1, cv2.LINE_AA)


def _goods(brush: _Brush, dice: Random, _: int) -> None:
    for x1, y1, x2, y2 in ((0.0, 0.42, 0.5, 1.0), (0.48, 0.36, 1.0, 1.0), (0.2, 0.0, 0.72, 0.46)):
        wood = dice.choice([(70, 120, 175), (90, 145, 195), (60, 105, 150)])
        brush.box(x1, y1, x2, y2, fill=wood)
        edge = tuple(round(c * 0.6) for c in wood)
        dark: Colour = (edge[0], edge[1], edge[2])
        brush.stroke((x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1), fill=dark, px=4)
        brush.stroke((x1, (y1 + y2) / 2), (x2, (y1 + y2) / 2), fill=dark, px=3)


def _bicycle(brush: _Brush, dice: Random, _: int) -> None:
    frame = dice.choice(_CLOTHES)
    for x in (0.2, 0.8):
        cv2.circle(brush.sheet, brush.at(x, 0.71), round(0.27 * brush.height), (30, 30, 30, 255), 6)
    brush.stroke((0.2, 0.71), (0.4, 0.35), (0.7, 0.35), (0.48, 0.71), (0.2, 0.71), fill=frame, px=7)
    brush.stroke((0.8, 0.71), (0.7, 0.35), (0.67, 0.06), (0.8, 0.04), fill=frame, px=7)
    brush.stroke((0.4, 0.35), (0.38, 0.18), fill=(40, 40, 40), px=7)
    brush.box(0.3, 0.14, 0.46, 0.19, fill=(20, 20, 20))


_DRAW: Final[Mapping[Kind, Callable[[_Brush, Random, int], None]]] = {
    Kind.PERSON: _person,
    Kind.CAR: _car,
    Kind.VAN: _van,
    Kind.TRICYCLE: _tricycle,
    Kind.STALL: _stall,
    Kind.UMBRELLA: _umbrella,
    Kind.GOODS: _goods,
    Kind.BICYCLE: _bicycle,
}


@lru_cache(maxsize=512)
def sprite(kind: Kind, look: int, stride: int, *, heads_left: bool) -> Picture:
    """The thing as (H, W, 4) BGRA at `UP` times scale 1; the same arguments, the same bytes."""
    brush = _Brush(kind)
    _DRAW[kind](brush, Random(look), stride)  # noqa: S311 - pictures, not secrets
    return np.ascontiguousarray(brush.sheet[:, ::-1]) if heads_left else brush.sheet
