"""A transparent sheet to draw one thing on, and the colours that things have."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

UP: Final = 3
"""Sprites are drawn at three times scale 1."""

CLOTHES: Final = [
    (60, 60, 200), (200, 120, 40), (60, 150, 60), (30, 30, 30), (200, 200, 205), (150, 60, 140),
    (40, 170, 220), (110, 80, 50), (90, 90, 120),
]  # fmt: skip
PAINTS: Final = [
    (235, 235, 235), (40, 40, 45), (150, 150, 155), (60, 40, 160), (150, 70, 30), (40, 90, 40),
    (70, 150, 200),
]  # fmt: skip
CANVAS: Final = [(40, 60, 210), (190, 90, 30), (60, 150, 50), (40, 150, 230), (170, 60, 150)]


class Brush:
    """A transparent sheet; coordinates are parts of its width and height, 0 … 1."""

    def __init__(self, size: tuple[float, float]) -> None:
        width, height = size
        self.width, self.height = round(width * UP), round(height * UP)
        self.sheet: Picture = np.zeros((self.height, self.width, 4), np.uint8)

    def at(self, x: float, y: float) -> tuple[int, int]:
        """The pixel at these parts of width and height."""
        return round(x * (self.width - 1)), round(y * (self.height - 1))

    def box(self, x1: float, y1: float, x2: float, y2: float, *, fill: Colour) -> None:
        """An upright rectangle."""
        cv2.rectangle(self.sheet, self.at(x1, y1), self.at(x2, y2), (*fill, 255), -1)

    def shape(self, *corners: tuple[float, float], fill: Colour) -> None:
        """A filled outline."""
        points = np.array([self.at(x, y) for x, y in corners], np.int32)
        cv2.fillPoly(self.sheet, [points], (*fill, 255), cv2.LINE_AA)

    def disc(self, x: float, y: float, radius: float, *, fill: Colour) -> None:
        """`radius` is a part of the height."""
        cv2.circle(self.sheet, self.at(x, y), round(radius * self.height), (*fill, 255), -1)

    def stroke(self, *points: tuple[float, float], fill: Colour, px: int) -> None:
        """A line through points."""
        line = np.array([self.at(x, y) for x, y in points], np.int32)
        cv2.polylines(self.sheet, [line], False, (*fill, 255), px, cv2.LINE_AA)  # noqa: FBT003
