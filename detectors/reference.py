"""The picture that was searched last, and what has differed from it since."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import numpy as np

from detectors.cells import Cells, Mask, Small, windows_of
from detectors.light import light_between
from detectors.noise import Noise
from detectors.shake import explains, leeway, shift_between, texture_of

_HALF: Final = 2.0
"""Pixels of the frame to one of the halved picture."""

_SUSPECT_SHARE: Final = 3.0
"""Of the limit, from which a difference is counted: it may last, and then it is a change."""


class Reference:
    """Compares pictures with the one searched last. Mutable: changes add up in `changed`.

    `before` are pictures shortly before it: what flickered there in the searched one alone is
    no change when it is gone. `least_change` is in grey levels.
    """

    def __init__(
        self, at: timedelta, small: Small, *, before: Sequence[Cells], least_change: float
    ) -> None:
        self.at: Final = at
        self.changed: Mask = np.zeros(small.windows.shape, np.bool_)
        self._small: Final = small
        self._least: Final = np.float32(least_change)
        self._texture: Final = texture_of(small.windows)
        self._run = np.zeros(small.windows.shape, np.int16)
        around = [self._off(one) for one in before]
        none = np.zeros_like(small.windows)
        self._highest: Final = np.max([none, *around], axis=0)
        self._lowest: Final = np.min([none, *around], axis=0)

    @property
    def suspect(self) -> Mask:
        """What differs now, and may be flicker."""
        differs: Mask = self._run != 0
        return differs

    def compare(self, small: Small, *, limit: Cells, noise: Noise) -> Cells:
        """Take note of what differs; gives the windows with a shake undone.

        By more than `limit` is a change at once, by less when it lasts.
        """
        windows = small.windows
        off = self._off(windows)
        differs = np.abs(off) > limit
        if differs.any():
            windows, off, differs = self._steadied(small, off, limit=limit)
        noise.see_hits(self._count(off, np.maximum(limit / _SUSPECT_SHARE, self._least)))
        self.changed |= differs | (np.abs(self._run) >= noise.patience)
        return windows

    def _steadied(self, small: Small, off: Cells, *, limit: Cells) -> tuple[Cells, Cells, Mask]:
        """Windows, how far they are off, and which are off too far: a shake undone, if it was."""
        as_it_is = (small.windows, off, np.abs(off) > limit)
        shift = shift_between(self._small.half, small.half, px=_HALF)
        if shift is None:
            return as_it_is
        windows = windows_of(shift.undone(small.half, px=_HALF))
        steady = self._off(windows)
        if not explains(off, steady):
            return as_it_is
        return windows, steady, np.abs(steady) > limit + leeway(self._texture)

    def _off(self, windows: Cells) -> Cells:
        """How far each window is off, with a change of the light undone."""
        light = light_between(self._small.windows, windows)
        off: Cells = windows - light.on(self._small.windows)
        return off

    def _count(self, off: Cells, least: Cells) -> Mask:
        """For how many frames in a row each window is off the same way; who begins to be."""
        was_off = self._run != 0
        up = np.where(off > self._highest + least, np.maximum(self._run, 0) + 1, 0)
        down = np.where(off < self._lowest - least, np.minimum(self._run, 0) - 1, 0)
        self._run = (up + down).astype(np.int16)
        fresh: Mask = (self._run != 0) & ~was_off
        return fresh
