"""Draws who goes on foot or is wheeled: persons, wheelchairs, prams, and what they carry."""

from random import Random

import cv2

from detectors.synthetic.brush import CLOTHES, Brush


def person(brush: Brush, dice: Random, stride: int) -> None:
    """On foot; `stride` says how the legs are."""
    coat, trousers = dice.choice(CLOTHES), dice.choice([(50, 45, 40), (110, 70, 40), (80, 80, 85)])
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


def wheelchair(brush: Brush, dice: Random, _: int) -> None:
    """With the person who sits in it: both are one thing on the pavement."""
    coat = dice.choice(CLOTHES)
    skin = dice.choice([(150, 180, 220), (120, 155, 200), (170, 195, 232)])
    frame = dice.choice([(60, 60, 65), (150, 60, 40), (40, 40, 170)])
    brush.stroke((0.02, 0.3), (0.18, 0.32), (0.24, 0.72), fill=frame, px=8)
    brush.shape((0.22, 0.26), (0.52, 0.26), (0.55, 0.62), (0.22, 0.62), fill=coat)
    brush.stroke((0.4, 0.34), (0.62, 0.5), fill=skin, px=10)
    brush.stroke((0.36, 0.62), (0.74, 0.62), (0.8, 0.92), fill=(70, 55, 50), px=18)
    brush.stroke((0.8, 0.95), (0.96, 0.95), fill=(30, 30, 30), px=9)
    brush.disc(0.4, 0.13, 0.12, fill=skin)
    centre, size = brush.at(0.4, 0.1), round(0.12 * brush.height)
    hair = dice.choice([(20, 20, 25), (190, 190, 195), (90, 90, 95)])
    cv2.ellipse(brush.sheet, centre, (size, size), 0, 180, 360, (*hair, 255), -1)
    for x, radius in ((0.34, 0.25), (0.84, 0.08)):
        hub = brush.at(x, 1 - radius)
        cv2.circle(brush.sheet, hub, round((radius - 0.02) * brush.height), (25, 25, 25, 255), 7)
        cv2.circle(brush.sheet, hub, 5, (150, 150, 155, 255), -1)


def pram(brush: Brush, dice: Random, _: int) -> None:
    """Without who pushes it."""
    cloth = dice.choice([(120, 60, 40), (60, 50, 150), (70, 70, 75), (150, 150, 70)])
    hood = (max(0, cloth[0] - 30), max(0, cloth[1] - 30), max(0, cloth[2] - 30))
    brush.stroke((0.02, 0.2), (0.1, 0.24), (0.3, 0.66), (0.72, 0.8), fill=(70, 70, 75), px=7)
    brush.stroke((0.72, 0.62), (0.26, 0.82), fill=(70, 70, 75), px=7)
    brush.shape((0.2, 0.36), (0.94, 0.36), (0.86, 0.68), (0.32, 0.68), fill=cloth)
    centre, axes = brush.at(0.66, 0.38), (round(0.3 * brush.width), round(0.37 * brush.height))
    cv2.ellipse(brush.sheet, centre, axes, 0, 195, 360, (*hood, 255), -1, cv2.LINE_AA)
    brush.disc(0.42, 0.34, 0.07, fill=(170, 190, 228))
    for x in (0.26, 0.8):
        brush.disc(x, 0.87, 0.13, fill=(30, 30, 30))
        brush.disc(x, 0.87, 0.06, fill=(165, 165, 170))


def held_umbrella(brush: Brush, dice: Random, _: int) -> None:
    """A walker's, in rain: it belongs to the person and is no thing of its own."""
    cloth = dice.choice(
        [(40, 40, 45), (120, 50, 30), (60, 40, 150), (110, 130, 60), (190, 120, 170)]
    )
    centre, axes = brush.at(0.5, 0.9), (brush.width // 2 - 1, round(brush.height * 0.84))
    for index in range(4):
        shade = 1.0 - 0.12 * index
        fill = (round(cloth[0] * shade), round(cloth[1] * shade), round(cloth[2] * shade))
        sweep = (180 + 45 * index, 225 + 45 * index)
        cv2.ellipse(brush.sheet, centre, axes, 0, *sweep, (*fill, 255), -1, cv2.LINE_AA)
    brush.stroke((0.5, 0.0), (0.5, 0.1), fill=(60, 60, 60), px=4)
