"""Learns how much a picture flickers by itself: sensor noise, rain, leaves.

A flicker leaves a brightness and is back in the next picture; what comes and stays, or goes
on, is none.

 brightness ──┐   ┌──          spike = the smaller of the two steps, when they go
              └─┬─┘            opposite ways; else 0
             before last, last, now
"""

from collections import deque
from typing import Final

import cv2
import numpy as np

from detectors.cells import Cells, Mask

_SIGMA_OF_SPIKE: Final = 1.131
"""Standard deviation of white noise over the root mean square of its spikes."""

_MEMORY: Final = 32
"""Frames over which the level is learned."""

_SPREAD: Final = (5, 5)
_MOST_SPIKE: Final = 12.0
_FRAMES: Final = 64
_ONE_OUTLIER_IN: Final = 24
"""Of so many frames one's highest spike is left out: what rushes past is no flicker."""

_RARE: Final = 0.01
"""Chances a frame that flicker alone lasts as long as is asked for."""

_LEAST_FRAMES: Final = 3
_MOST_FRAMES: Final = 15


class Noise:
    """The flicker of one picture. Mutable; `shape` is that of its windows."""

    def __init__(self, shape: tuple[int, int], *, watched: Mask) -> None:
        self._watched: Final = watched
        self._count: Final = max(1, int(watched.sum()))
        self._power = np.zeros(shape, np.float32)
        self._before: Cells | None = None
        self._step: Cells | None = None
        self._seen = 0
        self._peaks: deque[float] = deque(maxlen=_FRAMES)
        self._share = 0.0

    @property
    def sigma(self) -> Cells:
        """Standard deviation of each window, at least that of its neighbourhood."""
        around = cv2.blur(self._power, _SPREAD).astype(np.float32, copy=False)
        level: Cells = np.sqrt(np.maximum(self._power, around)) * np.float32(_SIGMA_OF_SPIKE)
        return level

    @property
    def highest(self) -> float:
        """The highest spike anywhere in what is watched, as of late."""
        outliers = len(self._peaks) // _ONE_OUTLIER_IN
        return sorted(self._peaks)[-outliers - 1] if self._peaks else 0.0

    @property
    def share(self) -> float:
        """Share of what is watched that flickers in a picture, as far as it can be told."""
        return self._share

    @property
    def patience(self) -> int:
        """How many frames in a row something must differ to be more than flicker."""
        share = min(max(self._share, 1e-6), 0.5)
        frames = np.log(_RARE / self._count) / np.log(share)
        return int(min(max(np.ceil(frames), _LEAST_FRAMES), _MOST_FRAMES))

    def see(self, windows: Cells) -> None:
        """One more picture. A light that changes everywhere alike is no flicker."""
        before, self._before = self._before, windows
        if before is None:
            return
        step = windows - before
        step -= np.float32(np.median(step[::2, ::2]))
        last, self._step = self._step, step
        if last is not None:
            self._learn(_spikes(last, step))

    def see_hits(self, fresh: Mask) -> None:
        """Which windows differ in this picture and did not in the one before."""
        share = int(np.count_nonzero(fresh & self._watched)) / self._count
        self._share += (share - self._share) / _MEMORY

    def _learn(self, spikes: Cells) -> None:
        self._seen = min(self._seen + 1, _MEMORY)
        mild = np.minimum(spikes, np.float32(_MOST_SPIKE))
        self._power += (mild * mild - self._power) / np.float32(self._seen)
        here = spikes[self._watched]
        self._peaks.append(float(here.max()) if here.size else 0.0)


def _spikes(last: Cells, step: Cells) -> Cells:
    """0 where the picture went on, or stayed."""
    there_and_back = np.minimum(np.abs(last), np.abs(step))
    spikes: Cells = np.where(last * step < 0, there_and_back, np.float32(0))
    return spikes
