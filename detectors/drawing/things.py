"""Draws what a model found: a box each, with kind, track and confidence."""

from collections.abc import Sequence
from typing import Final

import cv2

from detectors.drawing.labels import Places, fill
from detectors.drawing.palette import DARK, colour_of_thing
from detectors.drawing.text import letters_px, sayable, size_of, write
from detectors.frames import Picture
from schemas.geometry import BoxXYXY
from schemas.observation import Thing

_SMALL_PX: Final = 48
"""A box of which one side is shorter gets a line of one pixel."""


def draw_boxes(picture: Picture, things: Sequence[Thing]) -> None:
    """Boxes alone: labels come last, so that no box crosses one."""
    for thing in things:
        left_top, right_bottom = corners_of(thing.box)
        thick = (
            1 if min(thing.box.x2 - thing.box.x1, thing.box.y2 - thing.box.y1) < _SMALL_PX else 2
        )
        cv2.rectangle(picture, left_top, right_bottom, DARK, thick + 2)
        cv2.rectangle(picture, left_top, right_bottom, colour_of_thing(thing.kind), thick)


def draw_box_labels(picture: Picture, things: Sequence[Thing], places: Places) -> None:
    """Each where it covers no other label, if there is such a place beside its box."""
    size_px = max(11, round(letters_px(picture) * 0.85))
    for thing in things:
        text = label_of(thing)
        width, height = size_of(text, size_px)
        size = (width + 6, height)
        left, top = places.find(size, _beside(thing.box, size))
        box = (left, top, left + size[0], top + size[1])
        fill(picture, box, colour_of_thing(thing.kind))
        write(picture, text, (left + 3, top), size_px=size_px, ink=DARK)


def label_of(thing: Thing) -> str:
    """What it is, who it is, and how sure the model is."""
    track = "" if thing.track is None else f" #{thing.track}"
    return sayable(f"{thing.kind}{track} {thing.confidence:.2f}")


def corners_of(box: BoxXYXY) -> tuple[tuple[int, int], tuple[int, int]]:
    """Left top and right bottom in whole pixels."""
    return (round(box.x1), round(box.y1)), (round(box.x2), round(box.y2))


def _beside(box: BoxXYXY, size: tuple[int, int]) -> Sequence[tuple[float, float]]:
    return [
        (box.x1 - 1, box.y1 - size[1] - 1),
        (box.x1 - 1, box.y2 + 2),
        (box.x1 + 2, box.y1 + 2),
        (box.x2 - size[0], box.y1 - 2 * size[1] - 2),
    ]
