"""Draws what never moves: houses, shop fronts, pavement, kerb, road and painted ground."""

from random import Random
from typing import Final

import cv2
import numpy as np

from detectors.synthetic.brush import Picture
from detectors.synthetic.markings import paint
from detectors.synthetic.scenes import FRAME, KERB, PAVEMENT_TOP, Scene

_WALLS: Final = [(150, 165, 180), (135, 150, 190), (165, 160, 150), (120, 140, 165)]
_AWNINGS: Final = [(60, 60, 190), (70, 130, 60), (170, 110, 50), (50, 140, 200)]
_NAMES: Final = ["NOODLES", "FRUIT", "TEA HOUSE", "HARDWARE", "PHARMACY", "BAKERY", "SHOES"]
_FONT: Final = cv2.FONT_HERSHEY_DUPLEX


def backdrop(scene: Scene) -> Picture:
    """The empty street, (H, W, 3) BGR."""
    dice = Random(f"backdrop/{scene.seed}")  # noqa: S311 - pictures, not secrets
    picture: Picture = np.zeros((FRAME.height, FRAME.width, 3), np.uint8)
    _houses(picture, dice)
    _pavement(picture, dice)
    _road(picture, dice)
    for ground in scene.grounds:
        paint(picture, ground)
    return picture


def _houses(picture: Picture, dice: Random) -> None:
    top, left = round(PAVEMENT_TOP), 0
    while left < FRAME.width:
        width = dice.randint(110, 150)
        wall, awning = dice.choice(_WALLS), dice.choice(_AWNINGS)
        right = min(left + width, FRAME.width)
        cv2.rectangle(picture, (left, 0), (right, top), wall, -1)
        for x in range(left + 14, right - 22, 36):
            cv2.rectangle(picture, (x, 8), (x + 20, 34), (110, 95, 80), -1)
        cv2.rectangle(picture, (left + 6, 46), (right - 6, 62), (245, 245, 240), -1)
        name = dice.choice(_NAMES)
        cv2.putText(picture, name, (left + 14, 59), _FONT, 0.42, (40, 40, 120), 1, cv2.LINE_AA)
        cv2.rectangle(picture, (left + 8, 80), (right - 8, top), (90, 80, 70), -1)
        cv2.rectangle(picture, (left + 14, 88), (right - 44, top - 4), (150, 140, 120), -1)
        cv2.rectangle(picture, (right - 38, 86), (right - 14, top), (70, 60, 55), -1)
        _awning(picture, (left + 2, right - 2), awning)
        left = right


def _awning(picture: Picture, span: tuple[int, int], colour: tuple[int, int, int]) -> None:
    left, right = span
    for index, x in enumerate(range(left, right, 12)):
        fill = colour if index % 2 == 0 else (235, 235, 235)
        corners = [(x, 64), (min(x + 12, right), 64), (min(x + 13, right), 84), (x - 1, 84)]
        cv2.fillPoly(picture, [np.array(corners, np.int32)], fill)


def _pavement(picture: Picture, dice: Random) -> None:
    top, kerb = round(PAVEMENT_TOP), round(KERB)
    base = dice.randint(168, 186)
    picture[top:kerb] = (base - 4, base, base + 4)
    for x in range(-200, FRAME.width + 200, 32):
        lean = (x - FRAME.width // 2) // 5
        cv2.line(picture, (x, top), (x + lean, kerb), (base - 18,) * 3, 1, cv2.LINE_AA)
    for y in (148, 168, 192):
        cv2.line(picture, (0, y), (FRAME.width, y), (base - 18,) * 3, 1)
    cv2.rectangle(picture, (0, kerb), (FRAME.width, kerb + 5), (205, 205, 205), -1)


def _road(picture: Picture, dice: Random) -> None:
    top = round(KERB) + 6
    base = dice.randint(82, 100)
    picture[top:] = (base, base, base)
    grain = np.random.default_rng(dice.randrange(1 << 30)).integers(
        -7, 8, (FRAME.height - top, FRAME.width, 1)
    )
    picture[top:] = np.clip(picture[top:].astype(np.int16) + grain, 0, 255).astype(np.uint8)
    for x in range(10, FRAME.width, 70):
        cv2.rectangle(picture, (x, 303), (x + 36, 306), (215, 215, 215), -1)
