"""Draws what rolls: cars, vans, buses, sweepers, tricycles and bicycles."""

from random import Random

import cv2

from detectors.synthetic.brush import CANVAS, CLOTHES, PAINTS, Brush


def wheels(brush: Brush, *xs: float, radius: float) -> None:
    """With their lowest point on the ground; `radius` is a part of the height."""
    for x in xs:
        brush.disc(x, 1 - radius, radius, fill=(25, 25, 25))
        brush.disc(x, 1 - radius, radius * 0.5, fill=(170, 170, 175))


def car(brush: Brush, dice: Random, _: int) -> None:
    """A saloon."""
    paint = dice.choice(PAINTS)
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
    wheels(brush, 0.2, 0.8, radius=0.2)


def van(brush: Brush, dice: Random, _: int) -> None:
    """With a coloured stripe."""
    paint = dice.choice([(240, 240, 240), (200, 205, 210), (180, 120, 60), (60, 130, 190)])
    brush.shape(
        (0.0, 0.88), (0.0, 0.03), (0.74, 0.03), (0.88, 0.4), (1.0, 0.52), (1.0, 0.88), fill=paint
    )
    brush.shape((0.68, 0.38), (0.68, 0.12), (0.75, 0.12), (0.85, 0.38), fill=(95, 80, 60))
    brush.box(0.52, 0.12, 0.65, 0.38, fill=(95, 80, 60))
    stripe = dice.choice(CANVAS)
    brush.box(0.0, 0.55, 0.96, 0.64, fill=stripe)
    brush.stroke((0.5, 0.08), (0.5, 0.86), fill=(120, 120, 120), px=3)
    wheels(brush, 0.2, 0.8, radius=0.15)


def tricycle(brush: Brush, dice: Random, _: int) -> None:
    """A cargo tricycle with fruit on its bed."""
    bed = dice.choice([(160, 90, 40), (60, 110, 60), (70, 70, 190)])
    for i in range(4):
        fruit = dice.choice([(40, 60, 220), (40, 200, 230), (60, 170, 60)])
        brush.disc(0.13 + 0.12 * i, 0.36, 0.1, fill=fruit)
    brush.shape((0.0, 0.4), (0.6, 0.4), (0.57, 0.72), (0.03, 0.72), fill=bed)
    brush.stroke((0.58, 0.7), (0.82, 0.36), (0.86, 0.84), fill=(50, 50, 55), px=9)
    brush.stroke((0.78, 0.04), (0.8, 0.36), (0.95, 0.3), fill=(50, 50, 55), px=8)
    brush.box(0.62, 0.38, 0.74, 0.46, fill=(20, 20, 20))
    wheels(brush, 0.2, 0.88, radius=0.17)


def bicycle(brush: Brush, dice: Random, _: int) -> None:
    """Without a rider."""
    frame = dice.choice(CLOTHES)
    for x in (0.2, 0.8):
        cv2.circle(brush.sheet, brush.at(x, 0.71), round(0.27 * brush.height), (30, 30, 30, 255), 6)
    brush.stroke((0.2, 0.71), (0.4, 0.35), (0.7, 0.35), (0.48, 0.71), (0.2, 0.71), fill=frame, px=7)
    brush.stroke((0.8, 0.71), (0.7, 0.35), (0.67, 0.06), (0.8, 0.04), fill=frame, px=7)
    brush.stroke((0.4, 0.35), (0.38, 0.18), fill=(40, 40, 40), px=7)
    brush.box(0.3, 0.14, 0.46, 0.19, fill=(20, 20, 20))


def bus(brush: Brush, dice: Random, _: int) -> None:
    """A city bus."""
    paint = dice.choice(
        [(60, 130, 40), (170, 100, 30), (50, 60, 190), (60, 170, 210), (230, 230, 230)]
    )
    trim = dice.choice(CANVAS)
    glass = (95, 80, 60)
    brush.shape(
        (0.0, 0.88), (0.0, 0.06), (0.02, 0.0), (0.97, 0.0), (0.99, 0.1), (1.0, 0.88), fill=paint
    )
    brush.box(0.02, 0.14, 0.97, 0.5, fill=glass)
    for x in (0.16, 0.3, 0.44, 0.58, 0.72):
        brush.box(x, 0.14, x + 0.014, 0.5, fill=paint)
    for x in (0.2, 0.78):
        brush.box(x, 0.16, x + 0.12, 0.84, fill=(70, 65, 60))
        brush.box(x + 0.008, 0.19, x + 0.055, 0.8, fill=(120, 105, 85))
        brush.box(x + 0.065, 0.19, x + 0.112, 0.8, fill=(120, 105, 85))
    brush.box(0.0, 0.6, 0.2, 0.68, fill=trim)
    brush.box(0.32, 0.6, 0.78, 0.68, fill=trim)
    brush.box(0.6, 0.02, 0.9, 0.11, fill=(20, 20, 20))
    brush.box(0.63, 0.04, 0.84, 0.09, fill=(30, 160, 240))
    brush.box(0.98, 0.66, 1.0, 0.74, fill=(200, 240, 250))
    wheels(brush, 0.14, 0.68, radius=0.13)


def sweeper(brush: Brush, dice: Random, _: int) -> None:
    """A small vehicle that sweeps the street and drives slowly."""
    paint = dice.choice([(30, 140, 245), (60, 160, 60), (235, 235, 235), (40, 200, 235)])
    brush.shape((0.0, 0.8), (0.0, 0.24), (0.1, 0.16), (0.56, 0.16), (0.56, 0.8), fill=paint)
    brush.shape((0.56, 0.8), (0.56, 0.08), (0.86, 0.08), (0.94, 0.5), (0.94, 0.8), fill=paint)
    brush.shape((0.62, 0.46), (0.62, 0.14), (0.82, 0.14), (0.89, 0.46), fill=(95, 80, 60))
    for i in range(5):
        left = 0.04 + 0.1 * i
        fill = (40, 40, 200) if i % 2 else (240, 240, 240)
        brush.shape(
            (left, 0.7), (left + 0.05, 0.6), (left + 0.12, 0.6), (left + 0.07, 0.7), fill=fill
        )
    brush.box(0.12, 0.28, 0.48, 0.5, fill=(110, 110, 115))
    brush.box(0.66, 0.0, 0.76, 0.08, fill=(20, 140, 255))
    wheels(brush, 0.22, 0.72, radius=0.16)
    for x in (0.44, 0.92):
        brush.shape(
            (x - 0.05, 0.84),
            (x + 0.05, 0.84),
            (x + 0.08, 1.0),
            (x - 0.08, 1.0),
            fill=(110, 150, 165),
        )
