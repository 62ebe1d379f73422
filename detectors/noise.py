"""Learns how much a picture flickers by itself: sensor noise, rain, leaves.

A flicker leaves a brightness and is back in the next picture; what comes and stays, or goes
on, is none.

 brightness ──┐   ┌──          spike = the smaller of the two steps, when they go
              └─┬─┘            opposite ways; else 0
             before last, last, now
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from detectors.cells import Cells, Mask

_SIGMA_OF_SPIKES: Final = 1.884
"""Standard deviation of white noise over the root mean square of the lesser of two spikes in a
row. One alone is the leg of somebody who walks."""

_MEMORY: Final = 32
"""Frames over which the level is learned."""

_SIGMA_OF_USUAL_SPIKE: Final = 3.195
"""Standard deviation of white noise over the median of its spikes."""

_TOWARDS: Final = 0.1
"""Grey levels a picture; the median of what flutters for a minute is found so."""

_SPREAD: Final = (5, 5)
_MOST_SPIKE: Final = 3.0
_FRAMES: Final = 64
_ONE_OUTLIER_IN: Final = 24
"""Of so many frames one's highest spike is left out: what rushes past is no flicker."""

_USUAL: Final = 0.8
_ABOVE_USUAL: Final = 2.5
"""Times what a piece of the picture comes to in four pictures of five."""

_RECKON_EVERY: Final = 8
_BLOCKS: Final = (3, 4)
"""Rows and columns."""

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
        self._spikes = np.zeros(shape, np.float32)
        self._usual = np.zeros(shape, np.float32)
        self._seen = 0
        self._counted = 0
        self._highest = 0.0
        self._peaks: deque[float] = deque(maxlen=_FRAMES)
        self._peaks_by_block: deque[Cells] = deque(maxlen=_FRAMES)
        self._share = 0.0

    @property
    def sigma(self) -> Cells:
        """Standard deviation of each window, at least that of its neighbourhood."""
        around = cv2.blur(self._power, _SPREAD).astype(np.float32, copy=False)
        faint = np.sqrt(np.maximum(self._power, around)) * np.float32(_SIGMA_OF_SPIKES)
        level: Cells = np.maximum(faint, self._usual * np.float32(_SIGMA_OF_USUAL_SPIKE))
        return level

    @property
    def highest(self) -> float:
        """The highest spike of late in what is watched, as far as all of the picture has such.

        Rain falls everywhere. Somebody who walks makes spikes too, but where he walks.
        """
        return self._highest

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
        up = np.where(spikes > self._usual, np.float32(_TOWARDS), np.float32(-_TOWARDS))
        self._usual = np.maximum(self._usual + up, 0).astype(np.float32, copy=False)
        last, self._spikes = self._spikes, spikes
        mild = np.minimum(np.minimum(spikes, last), np.float32(_MOST_SPIKE))
        self._power += (mild * mild - self._power) / np.float32(self._seen)
        here = spikes[self._watched]
        self._peaks.append(float(here.max()) if here.size else 0.0)
        self._peaks_by_block.append(_highest_by_block(spikes))
        self._counted += 1
        if self._counted < _MEMORY or self._counted % _RECKON_EVERY == 0:
            self._highest = _highest_of(self._peaks, self._peaks_by_block)


def _highest_of(peaks: Sequence[float], by_block: Sequence[Cells]) -> float:
    outliers = len(peaks) // _ONE_OUTLIER_IN
    usual = float(np.median(np.quantile(by_block, _USUAL, axis=0)))
    return min(sorted(peaks)[-outliers - 1], _ABOVE_USUAL * usual)


def _spikes(last: Cells, step: Cells) -> Cells:
    """0 where the picture went on, or stayed."""
    there_and_back = np.minimum(np.abs(last), np.abs(step))
    spikes: Cells = np.where(last * step < 0, there_and_back, np.float32(0))
    return spikes


def _highest_by_block(spikes: Cells) -> Cells:
    rows, columns = (min(most, size) for most, size in zip(_BLOCKS, spikes.shape, strict=True))
    high, wide = spikes.shape[0] // rows, spikes.shape[1] // columns
    whole = spikes[: rows * high, : columns * wide].reshape(rows, high, columns, wide)
    highest: Cells = whole.max(axis=(1, 3))
    return highest
