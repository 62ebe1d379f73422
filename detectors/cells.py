"""Divides a picture into cells and windows, in which noise averages out and things do not.

cell    8 px square, its mean brightness
window  2 x 2 cells, one at every cell: whatever is 8 px wide lies whole in one of them

  ┌────┬────┬────┐      a person 8 px wide and 20 px high, 15 grey levels off the ground,
  │   ┌┼──┐ │    │      moves the best window by 6.5 grey levels wherever it stands;
  ├───┼┼──┼─┼────┤      sensor noise of 5 a pixel moves it by 0.3
  │   └┼──┘ │    │
  └────┴────┴────┘
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.frames import Luma
from schemas.camera import Zone
from schemas.geometry import BoxXYXY, Polygon

CELL_PX: Final = 8
_WINDOW: Final = (2, 2)
_BESIDE_ZONES: Final = np.ones((5, 5), np.uint8)
"""Two cells on each side: who stands on the edge of a zone sticks out of it."""

_SUBPIXEL_BITS: Final = 4

Cells = NDArray[np.float32]
"""(rows, columns): one brightness a cell or window."""

Mask = NDArray[np.bool_]
"""(rows, columns): which windows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """A picture at half its size, and its windows."""

    half: Luma
    windows: Cells


def shrink(luma: Luma) -> Small:
    """Half size first: both steps then divide evenly, five times faster than one that doesn't."""
    height, width = luma.shape
    below, right = -height % CELL_PX, -width % CELL_PX
    if below or right:
        luma = _whole(luma, below=below, right=right)
        height, width = luma.shape
    size = (width // 2, height // 2)
    half = cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return Small(half=half, windows=windows_of(half))


def windows_of(half: Luma) -> Cells:
    """The windows of a picture that was halved already."""
    height, width = half.shape
    size = (2 * width // CELL_PX, 2 * height // CELL_PX)
    cells = cv2.resize(half, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    blurred = cv2.blur(cells, _WINDOW, borderType=cv2.BORDER_REPLICATE)
    return blurred.astype(np.float32, copy=False)


def zone_windows(zones: Sequence[Zone], shape: tuple[int, int]) -> Mask:
    """Every window that touches a zone or lies beside it, but for those wholly in a hole."""
    allowed = np.zeros(shape, np.bool_)
    for zone in zones:
        inside = cv2.dilate(_cells_in(zone.outline, shape), _BESIDE_ZONES) > 0
        for hole in zone.holes:
            inside &= _cells_in(hole, shape) == 0
        allowed |= _touching(inside)
    return allowed


def box_windows(box: BoxXYXY, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of every window that touches a box; at least one, at the nearest edge."""
    rows, columns = shape
    return (_span(box.y1, box.y2, rows), _span(box.x1, box.x2, columns))


def _span(begins: float, ends: float, count: int) -> slice:
    """A window reaches from the cell before its own to its own."""
    first = min(max(int(begins // CELL_PX), 0), count - 1)
    last = min(max(int(-(-ends // CELL_PX)), first), count - 1)
    return slice(first, last + 1)


def _cells_in(polygon: Polygon, shape: tuple[int, int]) -> Luma:
    """1 for each cell that the outline covers or crosses."""
    unit = 1 << _SUBPIXEL_BITS
    corners = [(c.x / CELL_PX - 0.5, c.y / CELL_PX - 0.5) for c in polygon.corners]
    at = np.rint(np.array(corners) * unit).astype(np.int32)
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [at], 1, shift=_SUBPIXEL_BITS)
    return mask


def _touching(cells: Mask) -> Mask:
    """The windows that hold one of these cells: its own, one down, one right."""
    windows = cells.copy()
    windows[1:] |= cells[:-1]
    windows[:, 1:] |= windows[:, :-1].copy()
    return windows


def _whole(luma: Luma, *, below: int, right: int) -> Luma:
    """Grown to a whole number of cells by repeating its last row and column."""
    edge = cv2.BORDER_REPLICATE
    return cv2.copyMakeBorder(luma, 0, below, 0, right, edge).astype(np.uint8, copy=False)
