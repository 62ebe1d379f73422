"""Finds by how much a shaken camera shows its picture shifted."""

from dataclasses import dataclass
from typing import Final, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.cells import Cells

_Grey = TypeVar("_Grey", np.uint8, np.float32)

_LEAST_PX: Final = 0.1
_MOST_PX: Final = 12.0
"""In pixels of the frame. More is no shake: `detectors.sight` says whether the camera moved."""

_WIDE_PX: Final = 400
"""A wider picture is halved: a tenth of its pixel is exact enough."""

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

    def undone(self, picture: NDArray[_Grey], *, px: float) -> NDArray[_Grey]:
        """The picture back where the reference has it; one of its pixels is `px` of the frame."""
        height, width = picture.shape
        back = np.array([[1, 0, -self.x / px], [0, 1, -self.y / px]], np.float32)
        moved = cv2.warpAffine(picture, back, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return moved.astype(picture.dtype, copy=False)


NO_SHIFT: Final = Shift(x=0.0, y=0.0)


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


def shift_between(reference: NDArray[_Grey], seen: NDArray[_Grey], *, px: float) -> Shift | None:
    """By phase correlation; nothing where there is no shift, or too large a one for a shake.

    One pixel of the pictures is `px` pixels of the frame.
    """
    if reference.shape[1] > _WIDE_PX:
        reference, seen, px = _halved(reference), _halved(seen), 2 * px
    height, width = reference.shape
    if min(height, width) < _LEAST_SIDE_PX:
        return None
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    a, b = reference.astype(np.float32), seen.astype(np.float32)
    (x, y), _ = cv2.phaseCorrelate(a, b, window)
    shift = Shift(x=x * px, y=y * px)
    return shift if _LEAST_PX <= max(abs(shift.x), abs(shift.y)) <= _MOST_PX else None


def _halved(picture: NDArray[_Grey]) -> NDArray[_Grey]:
    height, width = picture.shape
    size = (max(1, width // 2), max(1, height // 2))
    half = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return half.astype(picture.dtype, copy=False)


def _by_block(off: Cells) -> Cells:
    """How far each block of the picture is off, on average."""
    small = cv2.resize(np.abs(off), _BLOCKS, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32, copy=False)
