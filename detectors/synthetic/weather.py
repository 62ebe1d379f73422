"""Rain and dusk: streaks, a wet road, thin air, lamps."""

from random import Random
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.synthetic.brush import Picture
from detectors.synthetic.scenes import FRAME, KERB, Condition, Scene

LightMap = NDArray[np.float32]

_SHEETS: Final = 6
_STREAKS: Final = 260
_LAMP_EVERY_PX: Final = 160


def light_of(scene: Scene) -> LightMap:
    """What a colour is multiplied by: one value a channel, at dusk one a pixel as well."""
    light = scene.light
    tint = np.array([1 - light.warmth, 1.0, 1 + light.warmth], np.float32) * light.gain
    if scene.condition is not Condition.DUSK:
        return tint
    return tint * _lamps(scene)


def _lamps(scene: Scene) -> LightMap:
    """Pools of lamp light on walls, pavement and road, around 1 in the dark between."""
    dice = Random(f"lamps/{scene.seed}")  # noqa: S311 - pictures, not secrets
    ys, xs = np.mgrid[0 : FRAME.height, 0 : FRAME.width].astype(np.float32)
    glow = np.ones((FRAME.height, FRAME.width), np.float32)
    left = dice.uniform(0, _LAMP_EVERY_PX)
    while left < FRAME.width:
        strength, y = dice.uniform(0.35, 0.9), dice.uniform(110, 150)
        glow += strength * np.exp(-(((xs - left) / 58) ** 2) - ((ys - y) / 66) ** 2)
        left += _LAMP_EVERY_PX * dice.uniform(0.8, 1.3)
    return glow[:, :, np.newaxis]


def wet(street: Picture) -> Picture:
    """The empty street after rain: the houses stand upside down in the road."""
    top = round(KERB) + 6
    depth = FRAME.height - top
    mirrored = cv2.blur(street[top - depth : top][::-1], (5, 17))
    soaked = street.copy()
    soaked[top:] = cv2.addWeighted(street[top:], 0.62, mirrored, 0.22, 0)
    return soaked


class Rain:
    """Streaks that are elsewhere in each frame, and air that takes the contrast away."""

    def __init__(self, scene: Scene) -> None:
        dice = Random(f"rain/{scene.seed}")  # noqa: S311 - pictures, not secrets
        self._lean = dice.uniform(-0.35, 0.35)
        self._sheets = [self._sheet(dice) for _ in range(_SHEETS)]
        self._thinning, self._veil = dice.uniform(0.74, 0.86), dice.uniform(20, 34)

    def fall(self, picture: Picture, millisecond: int) -> Picture:
        """The picture seen through rain at a millisecond of media time."""
        dice = Random(millisecond)  # noqa: S311 - pictures, not secrets
        sheet, x, y = dice.randrange(_SHEETS), dice.randrange(FRAME.width), dice.randrange(90)
        streaks = self._sheets[sheet][y : y + FRAME.height, x : x + FRAME.width]
        veiled = cv2.convertScaleAbs(picture, alpha=self._thinning, beta=self._veil)
        return cv2.add(veiled, streaks)  # type: ignore[return-value]  # uint8 in, uint8 out

    def _sheet(self, dice: Random) -> Picture:
        """Larger than a frame, so that each frame cuts another piece."""
        width, height = 2 * FRAME.width, FRAME.height + 90
        sheet: Picture = np.zeros((height, width), np.uint8)
        for _ in range(3 * _STREAKS):
            x, y, length = dice.randrange(width), dice.randrange(height), dice.randint(7, 20)
            end = (x + round(self._lean * length), y + length)
            cv2.line(sheet, (x, y), end, dice.randint(18, 62), 1, cv2.LINE_AA)
        return cv2.cvtColor(sheet, cv2.COLOR_GRAY2BGR)  # type: ignore[return-value]
