"""Decides whether a picture differs enough, where it matters, to be searched again.

        luma ─► windows ─► the light undone ─► the shake undone ─► differs from the reference?
                                                                     │
reference = the picture searched last          more than flicker at once, or in a row ─► MOVED
                                               nothing, but searched too long ago ─► OVERDUE
                                               else ─► STILL
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from detectors.cells import Cells, Mask, Small, box_windows, shrink, zone_windows
from detectors.frames import Frame
from detectors.noise import Noise
from detectors.reference import Reference
from schemas.camera import SAFETY_ZONES, Camera
from schemas.errors import InvalidValueError
from schemas.geometry import BoxXYXY

_Key = tuple[int, timedelta]

_ABOVE_SPIKES: Final = 1.4
_OF_TWO: Final = 2**0.5
"""The noise of a picture and that of the reference."""

_BEFORE: Final = 3
_CLUMP: Final = 6.0
"""Windows that one rain streak reaches at once."""


class Why(StrEnum):
    """Why a picture is searched; `still` ones aren't."""

    FIRST = "first"
    MOVED = "moved"
    OVERDUE = "overdue"
    STILL = "still"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long nobody may look, and what counts as a change.

    `least_change` is in grey levels of a window, in a picture without noise. A flickering
    picture asks for `sigmas` times its noise, but never for more than `most_change`.
    """

    look_again_after: timedelta = timedelta(seconds=30)
    safety_again_after: timedelta = timedelta(seconds=10)
    least_change: float = 4.5
    most_change: float = 48.0
    sigmas: float = 5.0

    def __post_init__(self) -> None:
        for name in ("look_again_after", "safety_again_after"):
            if getattr(self, name) <= timedelta(0):
                raise InvalidValueError(
                    expected="a time above 0", got=str(getattr(self, name)), field=f"pace.{name}"
                )
        if not 0 < self.least_change <= self.most_change:
            raise InvalidValueError(
                expected="0 < least_change <= most_change",
                got=f"{self.least_change}, {self.most_change}",
                field="pace",
            )
        if self.sigmas < 0:
            raise InvalidValueError(expected="0 or more", got=self.sigmas, field="pace.sigmas")

    def longest_for(self, camera: Camera) -> timedelta:
        """The longest time between two looks of this camera."""
        if any(zone.kind in SAFETY_ZONES for zone in camera.zones):
            return min(self.safety_again_after, self.look_again_after)
        return self.look_again_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What a picture showed beside the one searched last, window by window.

    `changed` has changed in any picture since; `suspect` differs now, by as much as flicker
    may, and `flicker` is the share that does so anyway.
    """

    why: Why
    changed: Mask = field(repr=False)
    suspect: Mask = field(repr=False)
    flicker: float = 0.0

    @property
    def is_look(self) -> bool:
        """Whether the picture is to be searched."""
        return self.why is not Why.STILL

    def is_unchanged(self, box: BoxXYXY) -> bool:
        """Whether nothing in the box changed in any picture since the one searched last.

        In rain a faint thing that goes is hardly more than flicker at each place, but it is
        so at all of them at once.
        """
        part = box_windows(box, self.changed.shape)
        suspect = self.suspect[part]
        usual = self.flicker * suspect.size
        most = usual + 4 * (_CLUMP * usual) ** 0.5 + _CLUMP
        return not self.changed[part].any() and int(suspect.sum()) <= most


class Gate:
    """Compares each picture of one camera with the one that was searched last.

    Changes add up against that one, however slow. Zones open the gate, and boxes of `also`.
    """

    def __init__(self, camera: Camera, *, pace: Pace) -> None:
        self._camera: Final = camera
        self._pace: Final = pace
        self._longest: Final = pace.longest_for(camera)
        self._size: tuple[int, ...] = ()
        self._zones: Mask = np.zeros((0, 0), np.bool_)
        self._noise = Noise((0, 0), watched=self._zones)
        self._searched: Reference | None = None
        self._last: tuple[_Key, Small] | None = None
        self._recent: deque[Cells] = deque(maxlen=_BEFORE)

    def glance(self, frame: Frame, *, also: Sequence[BoxXYXY] = ()) -> Glance:
        """Compare this picture. Every call is one frame; time that stepped back is overdue."""
        small = shrink(frame.luma)
        if frame.luma.shape != self._size:
            self._begin(frame.luma.shape, small)
        if self._last is not None:
            self._recent.append(self._last[1].windows)
        self._last = (_key(frame), small)
        if self._searched is None:
            self._noise.see(small.windows)
            everywhere = np.ones(small.windows.shape, np.bool_)
            return Glance(why=Why.FIRST, changed=everywhere, suspect=everywhere)
        compared = self._searched.compare(small, limit=self._limit(), noise=self._noise)
        self._noise.see(compared)
        return self._glance(self._searched, frame.at, also)

    def looked(self, frame: Frame) -> None:
        """This frame was searched: from now on others are compared with it."""
        is_last = self._last is not None and self._last[0] == _key(frame)
        small = self._last[1] if self._last and is_last else shrink(frame.luma)
        if frame.luma.shape != self._size:
            self._begin(frame.luma.shape, small)
        self._searched = Reference(
            frame.at, small, before=tuple(self._recent), least_change=self._pace.least_change
        )

    def _begin(self, size: tuple[int, ...], small: Small) -> None:
        """A picture of another size: nothing learned so far holds."""
        shape = small.windows.shape
        self._size = size
        self._zones = zone_windows(self._camera.zones, (shape[0], shape[1]))
        self._noise = Noise((shape[0], shape[1]), watched=self._zones)
        self._searched = None
        self._last = None
        self._recent.clear()

    def _limit(self) -> Cells:
        """Grey levels that are more than flicker at once."""
        pace = self._pace
        least = max(pace.least_change, _ABOVE_SPIKES * self._noise.highest)
        limit = np.maximum(self._noise.sigma * np.float32(_OF_TWO * pace.sigmas), np.float32(least))
        capped: Cells = np.minimum(limit, np.float32(pace.most_change))
        return capped

    def _glance(self, searched: Reference, at: timedelta, also: Sequence[BoxXYXY]) -> Glance:
        still = Glance(
            why=Why.STILL,
            changed=searched.changed.copy(),
            suspect=searched.suspect,
            flicker=self._noise.share,
        )
        if searched.changed[self._zones].any() or not all(map(still.is_unchanged, also)):
            return replace(still, why=Why.MOVED)
        is_fresh = timedelta(0) <= at - searched.at < self._longest
        return still if is_fresh else replace(still, why=Why.OVERDUE)


def _key(frame: Frame) -> _Key:
    return (frame.index, frame.at)
