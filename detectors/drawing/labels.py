"""Puts labels onto a picture so that none covers another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from detectors.drawing.palette import DARK, FAINT, LIGHT, Colour
from detectors.drawing.text import size_of, write
from detectors.frames import Picture

_OPACITY: Final = 0.78


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Lines of text on a dark plate with an edge in the colour of what it names."""

    lines: Sequence[str]
    colour: Colour
    size_px: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the plate."""
        sizes = [size_of(line, px) for line, px in self._sized()]
        pad = self._pad
        return max(wide for wide, _ in sizes) + 3 * pad, sum(tall for _, tall in sizes) + pad

    def draw(self, picture: Picture, at: tuple[int, int]) -> None:
        """With its left top at that pixel."""
        left, top = at
        width, height = self.size
        fill(picture, (left, top, left + width, top + height), DARK, opacity=_OPACITY)
        fill(picture, (left, top, left + self._pad, top + height), self.colour)
        y = top + self._pad // 2
        for number, (line, size_px) in enumerate(self._sized()):
            ink = FAINT if number else LIGHT
            write(picture, line, (left + 2 * self._pad, y), size_px=size_px, ink=ink)
            y += size_of(line, size_px)[1]

    @property
    def _pad(self) -> int:
        return max(3, self.size_px // 3)

    def _sized(self) -> Iterator[tuple[str, int]]:
        """The first line is what it is called; the others say more, in smaller letters."""
        for number, line in enumerate(self.lines):
            yield line, max(11, round(self.size_px * 0.8)) if number else self.size_px


class Places:
    """Where labels are already: each new one goes to the first place that is free."""

    def __init__(self, picture: Picture) -> None:
        self._height, self._width = picture.shape[:2]
        self._taken: list[tuple[int, int, int, int]] = []

    def find(self, size: tuple[int, int], wanted: Sequence[tuple[float, float]]) -> tuple[int, int]:
        """The left top for a label of that size: the best place wanted, else near it."""
        width, height = size
        for x, y in self._tries(size, wanted):
            place = (x, y, x + width, y + height)
            if not any(_overlap(place, other) for other in self._taken):
                break
        else:
            x, y = self._inside(size, wanted[0])
            place = (x, y, x + width, y + height)
        self._taken.append(place)
        return x, y

    def _tries(
        self, size: tuple[int, int], wanted: Sequence[tuple[float, float]]
    ) -> Iterator[tuple[int, int]]:
        for at in wanted:
            yield self._inside(size, at)
        x, y = wanted[0]
        for step in range(1, 9):
            for way in (-1, 1):
                yield self._inside(size, (x, y + way * step * size[1] / 2))

    def _inside(self, size: tuple[int, int], at: tuple[float, float]) -> tuple[int, int]:
        return (
            max(0, min(round(at[0]), self._width - size[0])),
            max(0, min(round(at[1]), self._height - size[1])),
        )


def fill(
    picture: Picture, box: tuple[int, int, int, int], colour: Colour, *, opacity: float = 1.0
) -> None:
    """Lay a colour over an upright box: left, top, right, bottom."""
    left, top, right, bottom = (max(0, edge) for edge in box)
    region = picture[top:bottom, left:right]
    if not region.size:
        return
    if opacity >= 1:
        region[:] = colour
        return
    plate = np.empty_like(region)
    plate[:] = colour
    cv2.addWeighted(plate, opacity, region, 1 - opacity, 0, dst=region)


def _overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
