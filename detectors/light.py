"""Tells a change of the light over the whole picture from a change in it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.cells import Cells

_ENOUGH: Final = 1500
"""So many windows are enough to fit two numbers."""

_ROUNDS: Final = 4
_OUTLIERS: Final = 3.0
_LEAST_SPREAD: Final = 0.5
_LEAST_CONTRAST: Final = 1.0
"""Below this variance a picture says nothing about gain."""

_GAINS: Final = (0.7, 1.4)
"""A person 15 levels off the ground is still 10 off at the lowest gain; beyond, one must look."""

_WHITE: Final = 255.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """How a picture is lit beside a reference: brightness = gain x reference + offset."""

    gain: float
    offset: float

    def on(self, reference: Cells) -> Cells:
        """The reference in this light; white does not get whiter."""
        lit: Cells = np.clip(reference * np.float32(self.gain) + np.float32(self.offset), 0, _WHITE)
        return lit


SAME: Final = Light(gain=1.0, offset=0.0)


def light_between(reference: Cells, seen: Cells) -> Light:
    """The light that explains most of the picture; `SAME` where none plausible does.

    Least squares, again and again without what fits worst: something that enters is no light.
    """
    every = max(1, round((reference.size / _ENOUGH) ** 0.5))
    a = reference[::every, ::every].ravel().astype(np.float64)
    b = seen[::every, ::every].ravel().astype(np.float64)
    gain, offset = 1.0, float(np.median(b - a))
    for _ in range(_ROUNDS):
        misfit = np.abs(b - gain * a - offset)
        kept = misfit <= max(_LEAST_SPREAD, _OUTLIERS * float(np.median(misfit)))
        gain, offset = _fit(a[kept], b[kept])
    if not _GAINS[0] <= gain <= _GAINS[1]:
        return SAME
    return Light(gain=gain, offset=offset)


def _fit(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float]:
    mean_a, mean_b = float(a.mean()), float(b.mean())
    away = a - mean_a
    variance = float(away @ away) / a.size
    if variance < _LEAST_CONTRAST:
        return 1.0, mean_b - mean_a
    gain = float(away @ (b - mean_b)) / a.size / variance
    return gain, mean_b - gain * mean_a
