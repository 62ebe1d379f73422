"""A copy in which bystanders can't be recognised: their heads and plates are cells of one colour.

    person ┌──────┐             vehicle ┌────────────┐
         ▒▒▒▒▒▒▒▒▒▒▒▒ wider              │            │
         ▒▒▒▒ head ▒▒                    │            │
           │      │                     ▒▒▒▒▒▒▒▒▒▒▒▒▒▒ lower part
           └──────┘                     ▒▒▒ plate ▒▒▒▒

Each cell becomes its mean in coarse steps, then the whole is blurred. What a head looked like isn't
hidden in the copy, it isn't in it: two heads with the same few means give the same copy.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import cv2
import numpy as np

from detectors.frames import Picture
from schemas.geometry import BoxXYXY
from schemas.manifest import Blurred
from schemas.observation import Thing

HEADS: Final = frozenset({"person", "wheelchair", "pram", "sweeper"})
"""Kinds in which somebody's head is."""
PLATES: Final = frozenset({"vehicle", "motorcycle", "tricycle", "waste-truck-uncovered"})
"""Kinds that carry a number plate."""

_SAME: Final = 0.5
"""Overlap from which two boxes of one kind are the same thing, where no track says so."""
_HEAD_OF_HEIGHT: Final = 0.3
_HEAD_OF_WIDTH: Final = 0.8
"""Whoever is cut off at the chest, sits or is seen from above has a box that is mostly head."""
_WIDER: Final = 0.25
_ABOVE: Final = 0.1
_PLATE_OF_HEIGHT: Final = 0.6
_CELLS: Final = 4
"""Across the shorter side of what is hidden: enough to see that somebody is there."""
_LEAST_CELL_PX: Final = 8
_STEP: Final = 32
"""Of 256 levels of each colour."""


def uninvolved(everybody: Sequence[Thing], involved: Sequence[Thing]) -> tuple[Thing, ...]:
    """Who is in the picture without being in the occurrence.

    By track; where there is none, each of the involved accounts for the one thing of its kind
    that lies on it best, and for no second one.
    """
    tracks = {thing.track for thing in involved if thing.track is not None}
    others = [thing for thing in everybody if thing.track is None or thing.track not in tracks]
    met = {thing.track for thing in everybody if thing.track in tracks and thing.track is not None}
    for thing in involved:
        if thing.track in met:
            continue
        best = max(others, key=lambda other: _sameness(thing, other), default=None)
        if best is not None and _sameness(thing, best) >= _SAME:
            others.remove(best)
    return tuple(others)


def private_copy(picture: Picture, bystanders: Iterable[Thing]) -> tuple[Picture, Blurred]:
    """A copy without the heads and plates of bystanders, and how many were hidden."""
    copy = picture.copy()
    heads = plates = 0
    for thing in bystanders:
        if thing.kind in HEADS:
            heads += _hide(copy, head_of(thing.box))
        if thing.kind in PLATES:
            plates += _hide(copy, plate_of(thing.box))
    return copy, Blurred(heads=heads, plates=plates)


def head_of(box: BoxXYXY) -> BoxXYXY:
    """Where the head of a person must be, generously."""
    width, height = box.x2 - box.x1, box.y2 - box.y1
    depth = min(height, max(_HEAD_OF_HEIGHT * height, _HEAD_OF_WIDTH * width))
    return BoxXYXY(
        x1=box.x1 - _WIDER * width,
        y1=box.y1 - _ABOVE * height,
        x2=box.x2 + _WIDER * width,
        y2=box.y1 + depth,
    )


def plate_of(box: BoxXYXY) -> BoxXYXY:
    """Where the plates of a vehicle must be: low, at either end."""
    return BoxXYXY(
        x1=box.x1, y1=box.y2 - _PLATE_OF_HEIGHT * (box.y2 - box.y1), x2=box.x2, y2=box.y2
    )


def _sameness(one: Thing, other: Thing) -> float:
    return one.box.overlap(other.box) if one.kind == other.kind else 0.0


def _hide(picture: Picture, box: BoxXYXY) -> bool:
    """Whether there was anything of it in the picture."""
    high, wide = picture.shape[:2]
    x1, x2 = (min(max(side, 0), wide) for side in (math.floor(box.x1), math.ceil(box.x2)))
    y1, y2 = (min(max(side, 0), high) for side in (math.floor(box.y1), math.ceil(box.y2)))
    if x1 >= x2 or y1 >= y2:
        return False
    picture[y1:y2, x1:x2] = _coarse(picture[y1:y2, x1:x2])
    return True


def _coarse(part: Picture) -> Picture:
    """Nothing of the part but the means of its cells, in coarse steps."""
    high, wide = part.shape[:2]
    cell = max(_LEAST_CELL_PX, math.ceil(min(high, wide) / _CELLS))
    rows, columns = math.ceil(high / cell), math.ceil(wide / cell)
    means = np.empty((rows, columns, 3), np.uint8)
    for row in range(rows):
        for column in range(columns):
            inside = part[row * cell : (row + 1) * cell, column * cell : (column + 1) * cell]
            means[row, column] = inside.reshape(-1, 3).mean(axis=0).round()
    stepped = (means // _STEP) * _STEP + _STEP // 2
    flat = np.repeat(np.repeat(stepped, cell, axis=0), cell, axis=1)[:high, :wide]
    return cv2.GaussianBlur(flat, (0, 0), sigmaX=cell / 3, borderType=cv2.BORDER_REPLICATE).astype(
        np.uint8, copy=False
    )
