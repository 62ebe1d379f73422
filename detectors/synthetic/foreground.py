"""Draws what stands right before the camera: a tree, a pillar, a parked lorry."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

import cv2
import numpy as np

from detectors.synthetic.brush import Picture
from detectors.synthetic.scenes import FRAME
from detectors.synthetic.screens import Screen, ScreenKind


class Foreground:
    """The screens of a scene, ready to be laid over its pictures."""

    def __init__(self, screens: tuple[Screen, ...]) -> None:
        sheet: Picture = np.zeros((FRAME.height, FRAME.width, 4), np.uint8)
        for screen in screens:
            _DRAW[screen.kind](sheet, screen, Random(screen.look))  # noqa: S311 - no secrets
        self._hidden = sheet[:, :, 3] > 0
        self._columns = np.flatnonzero(self._hidden.any(axis=0))
        self._sheet = sheet[:, :, :3]

    def cover(self, picture: Picture) -> None:
        """Lay it over, in place."""
        if self._columns.size:
            span = slice(int(self._columns[0]), int(self._columns[-1]) + 1)
            hidden = self._hidden[:, span]
            np.copyto(picture[:, span], self._sheet[:, span], where=hidden[:, :, np.newaxis])


def _tree(sheet: Picture, screen: Screen, dice: Random) -> None:
    x = round(screen.x)
    bark = dice.choice([(45, 65, 85), (60, 75, 90), (40, 50, 60)])
    trunk = [(x - 8, 90), (x + 8, 90), (x + 12, FRAME.height), (x - 12, FRAME.height)]
    cv2.fillPoly(sheet, [np.array(trunk, np.int32)], (*bark, 255))
    for _ in range(110):
        at = (x + round(dice.gauss(0, 32)), round(dice.gauss(62, 26)))
        green = dice.choice([(40, 95, 45), (35, 80, 40), (55, 120, 70), (30, 70, 30)])
        cv2.circle(sheet, at, dice.randint(7, 13), (*green, 255), -1)


def _pillar(sheet: Picture, screen: Screen, dice: Random) -> None:
    x, tone = round(screen.x), dice.randint(110, 175)
    cv2.rectangle(sheet, (x - 17, 0), (x + 17, FRAME.height), (tone, tone, tone, 255), -1)
    cv2.rectangle(sheet, (x + 8, 0), (x + 17, FRAME.height), (tone - 30,) * 3 + (255,), -1)
    cv2.rectangle(sheet, (x - 17, 210), (x + 17, 240), (40, 190, 225, 255), -1)


def _lorry(sheet: Picture, screen: Screen, dice: Random) -> None:
    """Its upper half: it stands below the picture's lower edge."""
    x = round(screen.x)
    paint = dice.choice([(150, 90, 40), (60, 60, 150), (200, 200, 200), (70, 110, 60)])
    cv2.rectangle(sheet, (x - 118, 296), (x + 60, FRAME.height), (*paint, 255), -1)
    for rib in range(x - 110, x + 56, 22):
        cv2.line(sheet, (rib, 300), (rib, FRAME.height), (60, 60, 60, 255), 2)
    cab = [(x + 66, 312), (x + 104, 312), (x + 118, 344), (x + 118, 360), (x + 66, 360)]
    cv2.fillPoly(sheet, [np.array(cab, np.int32)], (*paint, 255))
    glass = [(x + 74, 318), (x + 101, 318), (x + 111, 342), (x + 74, 342)]
    cv2.fillPoly(sheet, [np.array(glass, np.int32)], (60, 80, 95, 255))


_DRAW: Final[Mapping[ScreenKind, Callable[[Picture, Screen, Random], None]]] = {
    ScreenKind.TREE: _tree,
    ScreenKind.PILLAR: _pillar,
    ScreenKind.LORRY: _lorry,
}
