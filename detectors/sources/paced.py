"""Gives a recording's frames no sooner than they were taken: as slow as life."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from detectors.frames import Break, Frame
from detectors.sources.footage import Footage
from detectors.sources.source import Closed, Source, TimeSource
from schemas.geometry import FrameSize


def paced(source: Source, *, clock: Callable[[], float] = time.monotonic) -> Source:
    """The same source in real time. Media time 0 is when its first frame is asked for."""
    return _Paced(source, clock)


class _Paced(Closed):
    def __init__(self, source: Source, clock: Callable[[], float]) -> None:
        self._source: Final = source
        self._clock: Final = clock
        self._closing: Final = threading.Event()
        self.is_live: Final = False

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def frame_size(self) -> FrameSize:
        return self._source.frame_size

    @property
    def duration(self) -> timedelta | None:
        return self._source.duration

    @property
    def expected_frames(self) -> int | None:
        return self._source.expected_frames

    @property
    def recorded_at(self) -> datetime | None:
        return self._source.recorded_at

    @property
    def time_source(self) -> TimeSource:
        return self._source.time_source

    @property
    def footage(self) -> Footage:
        return self._source.footage

    def close(self) -> None:
        """May be repeated, and by any thread."""
        self._closing.set()
        self._source.close()

    def frames(self) -> Iterator[Frame | Break]:
        """See `Source`; sleeps between them."""
        began_s = self._clock()
        for item in self._source.frames():
            if isinstance(item, Frame):
                early_s = began_s + item.at.total_seconds() - self._clock()
                if early_s > 0 and self._closing.wait(early_s):
                    return
            yield item
