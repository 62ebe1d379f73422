"""What a picture looks like when nobody is there: the model of the ground behind things.

A median of the first seconds, then a slow update wherever nothing stands out.

Measured on the real clip of a bag that is left (two samples a second, 360 px wide), with
OpenCV's mixtures: MOG2 takes the bag for ground within one second, KNN within five, because they
learn from every picture, foreground too; and they cost 3-5 ms a sample. A median that waits
until the thing has gone keeps it apart for as long as it stands.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.frames import Luma
from detectors.light import light_between
from detectors.shake import NO_SHIFT, Shift, explains, shift_between

Greys = NDArray[np.float32]
"""(height, width) of the small picture."""

Spots = NDArray[np.bool_]
"""(height, width): which of its pixels."""

_WIDTH_PX: Final = 360
_FIRST: Final = 8
"""Samples of the median; half of them may show somebody who walks through."""

_FOLLOWS: Final = 0.03
"""Of a difference, taken over with every sample: half of it in a quarter of a minute."""

LEAST_DIFFERENCE: Final = 16.0
_SIGMAS: Final = 5.0
_SIGMA_OF_MEDIAN: Final = 1.4826
_LEEWAY: Final = 0.3
"""Of the steps in the ground: at its edges a trembling, or another exposure, shows most."""

_PERHAPS: Final = 0.6
_BRUSH: Final = np.ones((3, 3), np.uint8)
_AROUND: Final = (31, 31)
_LEAST_SHIFT: Final = 0.35
"""Of a small pixel; less is not worth blurring the picture for."""

_FOREIGN_SHARE: Final = 0.6
"""When more than this differs, it is another scene."""

_FOREIGN_FOR: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """Where something stands out; `perhaps` is the rest of it, as bright as what is behind."""

    surely: Spots
    perhaps: Spots


class Scenery:
    """Mutable; takes about two samples a second, all of one size.

    It stays where and as it was lit when it was learned; samples are brought there. `shift`
    is how far the last one lay off.
    """

    def __init__(self) -> None:
        self._first: list[Greys] = []
        self._ground: Greys | None = None
        self._foreign = 0
        self.shift: Shift = NO_SHIFT

    @property
    def ground(self) -> Greys | None:
        """What lies behind; nothing while it is still being learned."""
        return self._ground

    def see(self, small: Greys, *, covered: Spots, px: float) -> Greys | None:
        """How it looks where the ground lies and in its light; nothing while that is learned.

        Nothing is learned where the picture is `covered` by people or vehicles. One pixel is
        `px` of the frame.
        """
        if self._ground is None:
            self._learn(small, covered=covered)
            return None
        steady = self._steadied(small, self._ground, px=px)
        light = light_between(self._ground, steady)
        relit: Greys = (steady - np.float32(light.offset)) / np.float32(light.gain)
        return relit

    def differs(self, relit: Greys) -> Different:
        """Where something stands out from the ground."""
        if self._ground is None:
            nowhere = np.zeros(relit.shape, np.bool_)
            return Different(surely=nowhere, perhaps=nowhere)
        off = np.abs(relit - self._ground)
        sigma = _SIGMA_OF_MEDIAN * float(np.median(off[::2, ::2]))
        least = np.float32(max(LEAST_DIFFERENCE, _SIGMAS * sigma))
        steep = cv2.morphologyEx(self._ground, cv2.MORPH_GRADIENT, _BRUSH)
        surely = off > least + np.float32(_LEEWAY) * steep
        return Different(surely=surely, perhaps=off > np.float32(_PERHAPS) * least)

    def follow(self, relit: Greys, *, kept: Spots) -> None:
        """Take over slow changes; under what is `kept`, those of the ground around it."""
        if self._ground is None:
            return
        step = np.where(kept, np.float32(0), (relit - self._ground) * np.float32(_FOLLOWS))
        free = (~kept).astype(np.float32)
        around = cv2.blur(step, _AROUND) / np.maximum(cv2.blur(free, _AROUND), 1e-3)
        self._ground = (self._ground + np.where(kept, around, step)).astype(np.float32)
        self._foreign = self._foreign + 1 if kept.mean() > _FOREIGN_SHARE else 0
        if self._foreign >= _FOREIGN_FOR:
            self.forget()

    def take_over(self, relit: Greys, spots: Spots) -> None:
        """What is there now is ground."""
        if self._ground is not None:
            self._ground = np.where(spots, relit, self._ground).astype(np.float32)

    def forget(self) -> None:
        """Learn it anew."""
        self._first, self._ground, self._foreign = [], None, 0
        self.shift = NO_SHIFT

    def _learn(self, small: Greys, *, covered: Spots) -> None:
        self._first.append(np.where(covered, np.float32(np.nan), small))
        if len(self._first) < _FIRST:
            return
        stack = np.stack(self._first)
        unseen = np.isnan(stack).all(axis=0)
        stack[:, unseen] = small[unseen]
        self._ground = np.nanmedian(stack, axis=0).astype(np.float32)
        self._first = []

    def _steadied(self, small: Greys, ground: Greys, *, px: float) -> Greys:
        """Back where the ground lies: on from the last shift, as far as most of it agrees."""
        steady = self.shift.undone(small, px=px)
        more = shift_between(ground, steady, px=px)
        if more is None or max(abs(more.x), abs(more.y)) < _LEAST_SHIFT * px:
            return steady
        shift = Shift(x=self.shift.x + more.x, y=self.shift.y + more.y)
        steadier = shift.undone(small, px=px)
        if not explains(_off(ground, steady), _off(ground, steadier)):
            return steady
        self.shift = shift
        return steadier


def shrunk(luma: Luma) -> Greys:
    """About 360 px wide: small things survive, and noise does not."""
    height, width = luma.shape
    by = max(1, round(width / _WIDTH_PX))
    size = (max(1, round(width / by)), max(1, round(height / by)))
    return cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _off(ground: Greys, seen: Greys) -> Greys:
    return seen - light_between(ground, seen).on(ground)
