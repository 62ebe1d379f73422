"""Counts time, searches and frames of a run from the end of its warm-up on."""

import math
import time
from dataclasses import dataclass
from typing import Any, Final

from schemas.events import Event
from tests.bench.vision.pipeline import Listener

WARM_S: Final = 10.0
"""Of media time: the model's first looks cost more than any later one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    wall_s: float
    cpu_s: float
    media_s: float
    searched: int
    frames: int


class Meter(Listener):
    """Reads at the first frame from `from_s` on, and at every one after it up to `until_s`."""

    def __init__(self, *, from_s: float = WARM_S, until_s: float = math.inf) -> None:
        self._from_s = from_s
        self._until_s = until_s
        self._first: _Reading | None = None
        self._last: _Reading | None = None
        self._frames = 0
        self._messages = 0

    def frame(self, camera: int, media_s: float, searched: int) -> None:
        self._frames += 1
        if media_s < self._from_s:
            return
        self._last = _Reading(
            wall_s=time.perf_counter(),
            cpu_s=time.process_time(),
            media_s=media_s,
            searched=searched,
            frames=self._frames,
        )
        self._first = self._first or self._last

    def message(self, camera: int, media_s: float, event: Event) -> None:
        self._messages += 1

    def is_over(self, camera: int) -> bool:
        return self._last is not None and self._last.media_s >= self._until_s

    def answer(self) -> dict[str, Any]:
        """What lay between the two readings."""
        if self._first is None or self._last is None or self._first is self._last:
            raise RuntimeError("the recording ended before the warm-up did")
        return {
            "wall_s": self._last.wall_s - self._first.wall_s,
            "cpu_s": self._last.cpu_s - self._first.cpu_s,
            "media_s": self._last.media_s - self._first.media_s,
            "searched": self._last.searched - self._first.searched,
            "frames": self._last.frames - self._first.frames,
            "messages": self._messages,
        }
