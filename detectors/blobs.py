"""Pieces of a picture that stand out, and whether something came there, went, or was lit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from detectors.scenery import Greys, Spots
from schemas.geometry import BoxXYXY

_LEAST_AREA: Final = 20
_LEAST_SIDE: Final = 3
_LEAST_FILLED: Final = 0.25
"""Of its box; an edge that shook leaves lines."""

_BRUSH: Final = np.ones((3, 3), np.uint8)
_NEAR: Final = np.ones((11, 11), np.uint8)
_MARGIN: Final = 8
_CONTRAST: Final = (9, 9)
_INPAINT_PX: Final = 3
_WENT: Final = 0.55
_SAME_TEXTURE: Final = 0.9
_LEAST_TEXTURE: Final = 6.0
_TINY: Final = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Connected spots of a small picture; `box` is in its pixels."""

    spots: Spots = field(repr=False)
    area: int
    box: BoxXYXY

    @property
    def surroundings(self) -> tuple[slice, slice]:
        """Rows and columns of its box and a margin."""
        rows, columns = self.spots.shape
        top, left = max(0, int(self.box.y1) - _MARGIN), max(0, int(self.box.x1) - _MARGIN)
        bottom, right = int(self.box.y2) + _MARGIN, int(self.box.x2) + _MARGIN
        return slice(top, min(bottom, rows)), slice(left, min(right, columns))


def blobs_of(surely: Spots, perhaps: Spots) -> Iterator[Blob]:
    """What is large and compact enough to be a thing, with what hangs on it."""
    core = cv2.morphologyEx(surely.astype(np.uint8), cv2.MORPH_OPEN, _BRUSH)
    if not core.any():
        return
    near = cv2.dilate(core, _NEAR) > 0
    rough = ((perhaps & near) | (core > 0)).astype(np.uint8)
    whole = cv2.morphologyEx(rough, cv2.MORPH_CLOSE, _BRUSH)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(whole)
    sure = np.bincount(labels.ravel(), weights=core.ravel(), minlength=count)
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label])
        if sure[label] < _LEAST_AREA or min(width, height) < _LEAST_SIDE:
            continue
        if area < _LEAST_FILLED * width * height:
            continue
        box = BoxXYXY(x1=x, y1=y, x2=x + width, y2=y + height)
        yield Blob(spots=labels == label, area=area, box=box)


def went(blob: Blob, *, now: Greys, before: Greys) -> bool:
    """Whether something was taken away: the place now goes on from what surrounds it.

    Three witnesses, for each can be wrong: the step across the outline, the difference from
    what the surroundings would fill in, and the edges along the outline.
    """
    part = blob.surroundings
    spots = blob.spots[part]
    ratio = 1.0
    for witness in (_step_across, _misfit, _edges_along):
        ratio *= (witness(now[part], spots) + _TINY) / (witness(before[part], spots) + _TINY)
    return bool(ratio ** (1 / 3) < _WENT)


def only_lit(blob: Blob, *, now: Greys, before: Greys) -> bool:
    """Whether it is the same ground in other light: a shadow, or a lamp's cone.

    Only ground with a texture can tell.
    """
    a, b = now[blob.spots], before[blob.spots]
    a, b = a - a.mean(), b - b.mean()
    spread = float(a.std()), float(b.std())
    if min(spread) < _LEAST_TEXTURE:
        return False
    return float((a * b).mean()) / (spread[0] * spread[1]) > _SAME_TEXTURE


def contrast(blob: Blob, *, now: Greys, before: Greys) -> float:
    """Grey levels by which it stands out."""
    return float(np.abs(now - before)[blob.spots].mean())


def grown(spots: Spots) -> Spots:
    """And one pixel around."""
    wider: Spots = cv2.dilate(spots.astype(np.uint8), _BRUSH) > 0
    return wider


def _rim(spots: Spots) -> Spots:
    """Its outermost pixels."""
    inner: Spots = cv2.erode(spots.astype(np.uint8), _BRUSH) > 0
    return spots & ~inner


def _step_across(picture: Greys, spots: Spots) -> float:
    inside = _mean_near(picture, spots)
    outside = _mean_near(picture, ~grown(spots))
    return float(np.abs(inside - outside)[_rim(spots)].mean())


def _mean_near(picture: Greys, spots: Spots) -> Greys:
    share = spots.astype(np.float32)
    total = cv2.blur(picture * share, _CONTRAST)
    mean: Greys = (total / np.maximum(cv2.blur(share, _CONTRAST), _TINY)).astype(np.float32)
    return mean


def _misfit(picture: Greys, spots: Spots) -> float:
    bytes_ = np.clip(picture, 0, 255).astype(np.uint8)
    hole = grown(spots).astype(np.uint8)
    filled = cv2.inpaint(bytes_, hole, _INPAINT_PX, cv2.INPAINT_TELEA)
    return float(np.abs(filled.astype(np.float32) - picture)[spots].mean())


def _edges_along(picture: Greys, spots: Spots) -> float:
    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    return float(np.hypot(across, down)[grown(spots) & ~spots | _rim(spots)].mean())
