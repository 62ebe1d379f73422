"""Finds by how much a shaken camera shows its picture shifted."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from detectors.cells import Cells
from detectors.frames import Luma

_LEAST_PX: Final = 0.1
_MOST_PX: Final = 12.0
"""In pixels of the frame. More is no shake: `detectors.sight` says whether the camera moved."""

_WIDE_PX: Final = 400
"""A halved picture that is wider is halved again: a tenth of a pixel is exact enough."""

_LEAST_SIDE_PX: Final = 4
_BLOCKS: Final = (5, 4)
"""Columns and rows."""

_LEAST_BLOCKS: Final = 4
_SHARE_OF_BLOCKS: Final = 0.6
_LEAST_OFF: Final = 0.4
"""Grey levels; a block that is off by less says nothing about a shift."""

_NEARER: Final = 0.8

_EDGE_SHARE: Final = 0.3
"""Of a pixel: how exactly a shift is known, turning included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How far the picture lies off the reference, in pixels of the frame."""

    x: float
    y: float

    def undone(self, half: Luma) -> Luma:
        """The halved picture back where the reference has it."""
        height, width = half.shape
        back = np.array([[1, 0, -self.x / 2], [0, 1, -self.y / 2]], np.float32)
        moved = cv2.warpAffine(half, back, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return moved.astype(np.uint8, copy=False)


def texture_of(windows: Cells) -> Cells:
    """How steep the picture is at each window: grey levels to the next one."""
    down = np.abs(np.diff(windows, axis=0, append=windows[-1:]))
    right = np.abs(np.diff(windows, axis=1, append=windows[:, -1:]))
    steep: Cells = np.maximum(down, right)
    return steep


def leeway(texture: Cells) -> Cells:
    """Grey levels by which a window may differ though the shift was undone."""
    grown = cv2.dilate(texture, np.ones((3, 3), np.uint8))
    share: Cells = grown.astype(np.float32, copy=False) * np.float32(_EDGE_SHARE / 8)
    return share


def explains(before: Cells, after: Cells) -> bool:
    """Whether undoing a shift brought most of the picture nearer, not only a piece of it.

    `before` and `after` are how far each window is off. Somebody who walks over plain ground
    is shifted too, and nothing else with him.
    """
    was, now = _by_block(before), _by_block(after)
    concerned = was > _LEAST_OFF
    nearer = concerned & (now < _NEARER * was)
    enough = max(_LEAST_BLOCKS, _SHARE_OF_BLOCKS * int(concerned.sum()))
    return int(nearer.sum()) >= enough


def shift_between(reference: Luma, seen: Luma) -> Shift | None:
    """By phase correlation of the halved pictures; nothing where there is none, or too much."""
    scale = 2 if reference.shape[1] <= _WIDE_PX else 4
    a, b = _shrunk(reference, scale), _shrunk(seen, scale)
    height, width = a.shape
    if min(height, width) < _LEAST_SIDE_PX:
        return None
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (x, y), _ = cv2.phaseCorrelate(a, b, window)
    shift = Shift(x=x * scale, y=y * scale)
    return shift if _LEAST_PX <= max(abs(shift.x), abs(shift.y)) <= _MOST_PX else None


def _shrunk(half: Luma, scale: int) -> Cells:
    height, width = half.shape
    if scale > 2:
        size = (max(1, 2 * width // scale), max(1, 2 * height // scale))
        half = cv2.resize(half, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return half.astype(np.float32)


def _by_block(off: Cells) -> Cells:
    """How far each block of the picture is off, on average."""
    small = cv2.resize(np.abs(off), _BLOCKS, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32, copy=False)
