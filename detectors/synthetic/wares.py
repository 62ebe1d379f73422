"""Draws what stands or hangs about: stalls, umbrellas, goods, rubbish, banners and smoke."""

from random import Random
from typing import Final

import cv2
import numpy as np

from detectors.synthetic.brush import CANVAS, Brush, Colour

_PUFFS: Final = 11
_SLOGANS: Final = ["GRAND OPENING", "SALE 50% OFF", "TO LET", "DRIVING LESSONS", "CALL 555 0100"]
_CLOTHS: Final = [
    ((40, 40, 200), (60, 220, 245)), ((40, 40, 200), (250, 250, 250)),
    ((170, 90, 30), (250, 250, 250)), ((40, 210, 240), (30, 30, 170)),
    ((235, 235, 235), (40, 40, 190)),
]  # fmt: skip


def stall(brush: Brush, dice: Random, _: int) -> None:
    """A table with wares and a cloth."""
    cloth = dice.choice(CANVAS)
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


def umbrella(brush: Brush, dice: Random, _: int) -> None:
    """A parasol on a pole, as stalls have."""
    cloth = dice.choice(CANVAS)
    brush.box(0.485, 0.2, 0.515, 1.0, fill=(120, 120, 125))
    centre = brush.at(0.5, 0.34)
    axes = (brush.width // 2 - 1, round(brush.height * 0.33))
    for index in range(6):
        fill = cloth if index % 2 == 0 else (240, 240, 240)
        sweep = (180 + 30 * index, 210 + 30 * index)
        cv2.ellipse(brush.sheet, centre, axes, 0, *sweep, (*fill, 255), -1, cv2.LINE_AA)


def goods(brush: Brush, dice: Random, _: int) -> None:
    """Three crates."""
    for x1, y1, x2, y2 in ((0.0, 0.42, 0.5, 1.0), (0.48, 0.36, 1.0, 1.0), (0.2, 0.0, 0.72, 0.46)):
        wood = dice.choice([(70, 120, 175), (90, 145, 195), (60, 105, 150)])
        brush.box(x1, y1, x2, y2, fill=wood)
        edge = tuple(round(c * 0.6) for c in wood)
        dark: Colour = (edge[0], edge[1], edge[2])
        brush.stroke((x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1), fill=dark, px=4)
        brush.stroke((x1, (y1 + y2) / 2), (x2, (y1 + y2) / 2), fill=dark, px=3)


def rubbish(brush: Brush, dice: Random, _: int) -> None:
    """A heap of tied bags, some litter around."""
    for _ in range(9):
        x, y = dice.uniform(0.02, 0.98), dice.uniform(0.86, 0.98)
        fill = dice.choice([(230, 230, 230), (60, 120, 180), (80, 160, 90), (60, 60, 200)])
        brush.box(x - 0.03, y - 0.05, x + 0.02, y + 0.02, fill=fill)
    places = [(0.2, 0.7), (0.8, 0.7), (0.5, 0.72), (0.36, 0.4), (0.66, 0.38), (0.5, 0.26)]
    for x, y in places[: dice.randint(5, 6)]:
        bag = dice.choice(
            [(35, 32, 32), (35, 32, 32), (60, 55, 50), (150, 90, 50), (200, 200, 205)]
        )
        shine = (min(255, bag[0] + 45), min(255, bag[1] + 45), min(255, bag[2] + 45))
        centre = brush.at(x, y)
        axes = (round(0.2 * brush.width), round(0.27 * brush.height))
        cv2.ellipse(brush.sheet, centre, axes, 0, 0, 360, (*bag, 255), -1, cv2.LINE_AA)
        brush.stroke((x - 0.08, y - 0.06), (x - 0.02, y - 0.16), fill=shine, px=5)
        brush.shape((x - 0.05, y - 0.3), (x + 0.05, y - 0.3), (x, y - 0.2), fill=bag)


def banner(brush: Brush, dice: Random, _: int) -> None:
    """Cloth with large letters, hung by its corners."""
    cloth, ink = dice.choice(_CLOTHS)
    brush.box(0.0, 0.04, 1.0, 0.96, fill=cloth)
    brush.stroke((0.01, 0.1), (0.99, 0.1), fill=ink, px=3)
    brush.stroke((0.01, 0.9), (0.99, 0.9), fill=ink, px=3)
    slogan = dice.choice(_SLOGANS)
    font, thick = cv2.FONT_HERSHEY_DUPLEX, 5
    (width, height), _base = cv2.getTextSize(slogan, font, 1.0, thick)
    scale = min(0.9 * brush.width / width, 0.5 * brush.height / height)
    at = (round((brush.width - width * scale) / 2), round((brush.height + height * scale) / 2))
    cv2.putText(brush.sheet, slogan, at, font, scale, (*ink, 255), thick, cv2.LINE_AA)
    for x in (0.0, 0.98):
        brush.box(x, 0.0, x + 0.02, 1.0, fill=(90, 90, 95))


SMOKE_PHASES: Final = 24
"""After so many the smoke has come round."""


def smoke(brush: Brush, dice: Random, phase: int) -> None:
    """Puffs that rise, widen and thin out; one sees through them."""
    tone = dice.choice([50, 70, 95, 215])
    cover = np.zeros((brush.height, brush.width), np.float32)
    for index in range(_PUFFS):
        sway, start = dice.uniform(-0.5, 0.5), dice.uniform(0.0, 1.0 / _PUFFS)
        risen = (index / _PUFFS + start + phase / SMOKE_PHASES) % 1.0
        x = 0.5 + sway * (0.3 + 0.6 * risen) + 0.06 * np.sin(6.28 * (risen + index / 5))
        radius = (0.11 + 0.12 * risen) * brush.height
        puff = np.zeros_like(cover)
        density = min(1.0, 8 * risen) * (1.0 - risen) ** 0.35
        cv2.circle(puff, brush.at(float(x), 1.0 - 0.9 * risen - 0.06), round(radius), density, -1)
        cover = 1 - (1 - cover) * (1 - puff)
    soft = cv2.blur(cv2.blur(cover, (27, 27)), (21, 21))
    shade = np.clip(tone + 40 * (soft - 0.5), 0, 255)
    brush.sheet[:, :, :3] = shade[:, :, np.newaxis].astype(np.uint8)
    brush.sheet[:, :, 3] = np.clip(soft * 255, 0, 205).astype(np.uint8)
