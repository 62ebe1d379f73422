"""Compares what a camera sees with the view that its zones were drawn in.

Edges, not brightness, and block by block: houses keep theirs from day to night, and a lorry
hides only the blocks before which it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import cv2
import numpy as np

from detectors.cells import Cells, Mask
from detectors.frames import Luma

_WIDTH_PX: Final = 320
_BLOCKS: Final = (8, 5)
"""Columns and rows."""

_REACH_PX: Final = 2.0
"""By so much edges are smeared: what trembles less lies where it was."""

_LEAST_EDGES: Final = 2.0
"""Standard deviation of a block's smeared edges, in grey levels a pixel."""

_ALIKE: Final = 0.4
_ABOVE_NOISE: Final = 4.5
"""Times its standard deviation; the steepest steps of noise alone come to half of that."""

_EVERY: Final = 3
_SIGMA_OF_BEND: Final = 1 / (0.6745 * 6**0.5)
_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A view, small: its brightness, its smeared edges, and how fine each block is.

    `fine` is how steep the steepest steps of a block are beside its contrast: light cancels out,
    and a blur takes most of it. Only where it is `clear` can that be told: in the dark the
    steepest steps are noise.
    """

    grey: Cells = field(repr=False)
    edges: Cells = field(repr=False)
    fine: Cells = field(repr=False)
    clear: Mask = field(repr=False)

    @property
    def has_edges(self) -> Mask:
        """In which blocks something can be recognised."""
        _, spread = _moments(self.edges)
        found: Mask = spread > _LEAST_EDGES
        return found

    def like(self, other: "Outlook") -> Mask:
        """Which blocks show the same edges as there."""
        return _alike(self.edges, other.edges)

    def towards(self, other: "Outlook", share: float) -> "Outlook":
        """A step from this view to the other."""
        step = np.float32(share)
        return replace(self, edges=(self.edges + step * (other.edges - self.edges)))

    def moved_by(self, other: "Outlook") -> "Moved":
        """How far it lies off the other, and which blocks would be alike, were it put back."""
        height, width = self.grey.shape
        window = cv2.createHanningWindow((width, height), cv2.CV_32F)
        (x, y), _ = cv2.phaseCorrelate(other.grey, self.grey, window)
        back = np.array([[1, 0, -x], [0, 1, -y]], np.float32)
        edges = cv2.warpAffine(self.edges, back, (width, height)).astype(np.float32, copy=False)
        return Moved(x=x / width, y=y / width, like=_alike(edges, other.edges))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A shift to the right and down, in shares of the picture's width."""

    x: float
    y: float
    like: Mask

    @property
    def by(self) -> float:
        """The larger of both, whatever way."""
        return max(abs(self.x), abs(self.y))


def outlook_of(luma: Luma) -> Outlook:
    """The small view of a picture, of whatever size that is."""
    height, width = luma.shape
    size = (_WIDTH_PX, max(2 * _BLOCKS[1], round(_WIDTH_PX * height / width)))
    grey = cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=0.125)
    smeared = cv2.GaussianBlur(cv2.magnitude(across, down), (0, 0), _REACH_PX)
    edges = smeared.astype(np.float32, copy=False)
    _, spread = _moments(grey)
    steepest = _steepest(_steps(luma))
    return Outlook(
        grey=grey,
        edges=edges,
        fine=steepest / (spread + _TINY),
        clear=steepest > _ABOVE_NOISE * _noise(luma),
    )


def middle_of(views: Sequence[Outlook]) -> Outlook:
    """What most of them show."""
    grey, edges, fine = (
        np.median([getattr(view, name) for view in views], axis=0).astype(np.float32)
        for name in ("grey", "edges", "fine")
    )
    clear = np.all([view.clear for view in views], axis=0)
    return Outlook(grey=grey, edges=edges, fine=fine, clear=clear)


def _steps(luma: Luma) -> Cells:
    """Grey levels from pixel to pixel."""
    if min(luma.shape) < 2:
        return np.zeros(luma.shape, np.float32)
    across = cv2.absdiff(luma[:-1, 1:], luma[:-1, :-1])
    down = cv2.absdiff(luma[1:, :-1], luma[:-1, :-1])
    return cv2.max(across, down).astype(np.float32)


def _noise(luma: Luma) -> float:
    """Standard deviation of the noise: what bends from pixel to pixel where nothing should."""
    rows = luma[::_EVERY].astype(np.int16)
    if rows.shape[1] < 3:
        return 0.0
    bends = np.abs(rows[:, :-2:_EVERY] - 2 * rows[:, 1:-1:_EVERY] + rows[:, 2::_EVERY])
    return float(np.median(bends)) * _SIGMA_OF_BEND


def _steepest(steps: Cells) -> Cells:
    """The steepest steps of each block: a mean that they outweigh."""
    squares = steps * steps
    steepest: Cells = np.sqrt(np.sqrt(_by_block(squares * squares)))
    return steepest


def _alike(edges: Cells, others: Cells) -> Mask:
    """Which blocks correlate."""
    mean, spread = _moments(edges)
    its_mean, its_spread = _moments(others)
    together = _by_block(edges * others) - mean * its_mean
    alike: Mask = together / (spread * its_spread + _TINY) > _ALIKE
    return alike


def _moments(edges: Cells) -> tuple[Cells, Cells]:
    """Mean and standard deviation of each block."""
    mean = _by_block(edges)
    variance = _by_block(edges * edges) - mean * mean
    return mean, np.sqrt(np.maximum(variance, 0)).astype(np.float32, copy=False)


def _by_block(values: Cells) -> Cells:
    return cv2.resize(values, _BLOCKS, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
