"""Decides whether a picture differs enough from the last one looked at to look again."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.frames import Picture
from schemas.errors import InvalidValueError

CELL_PX: Final = 8
"""The side of a cell. A person 20 px high and 8 wide covers two and a half of them."""

LIMIT: Final = 4.0
"""Grey levels by which a cell must differ, of 255.

Sensor noise with a standard deviation of 5 a pixel is 5 / 8 a cell, a third of that blurred
over 3x3 cells, 0.3 as a difference of two pictures: the limit is 13 times that. The person
fills 28 % of the blurred cells and passes the limit when 15 grey levels off the ground.
"""

_BLUR: Final = (3, 3)


class MotionGate:
    """Remembers the last picture it let through; slow changes add up against that one.

    `look_again_after` is the longest stillness in frames: that many after the last one let
    through, the next is let through whatever it shows.
    """

    def __init__(self, *, look_again_after: int) -> None:
        if look_again_after < 1:
            raise InvalidValueError(
                expected="1 or more frames", got=look_again_after, field="look_again_after"
            )
        self._look_again_after = look_again_after
        self._last: NDArray[np.float32] | None = None
        self._frames_since = 0

    def changed(self, picture: Picture) -> bool:
        """Whether to look at this picture; every call is one frame."""
        cells = _cells(picture)
        self._frames_since += 1
        is_still = (
            self._last is not None
            and self._last.shape == cells.shape
            and self._frames_since < self._look_again_after
            and float(np.abs(cells - self._last).max()) <= LIMIT
        )
        if is_still:
            return False
        self._last = cells
        self._frames_since = 0
        return True


def _cells(picture: Picture) -> NDArray[np.float32]:
    """A small grey blurred copy, one value a cell."""
    height, width = picture.shape[:2]
    size = (max(1, width // CELL_PX), max(1, height // CELL_PX))
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return cv2.blur(small, _BLUR).astype(np.float32, copy=False)
