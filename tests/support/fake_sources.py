"""Sources made of lists, and a clock that only moves when it is told to."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np

from detectors.frames import Break, Frame, Shown
from detectors.sources.footage import Footage
from detectors.sources.source import Closed, TimeSource
from schemas.geometry import FrameSize
from schemas.signal import SignalKind

SIZE = FrameSize(width=4, height=3)
PICTURE = np.zeros((3, 4, 3), np.uint8)


def frame(at_s: float, index: int = 0) -> Frame:
    return Frame(index=index, at=timedelta(seconds=at_s), image=Shown(PICTURE))


def hole(from_s: float, until_s: float, text: str = "broken frames: 1") -> Break:
    return Break(
        kind=SignalKind.DROPPED,
        from_at=timedelta(seconds=from_s),
        until_at=timedelta(seconds=until_s),
        text=text,
        frames=1,
    )


class FakeClock:
    """Seconds; sleeping moves it."""

    def __init__(self, now_s: float = 1000.0) -> None:
        self.now_s = now_s
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> bool:
        self.slept.append(seconds)
        self.now_s += seconds
        return False


Step = Frame | Break | Exception | Callable[[], None]


class FakeSource(Closed):
    """Gives what it was made of: frames, breaks, errors; what can be called is called between."""

    def __init__(
        self, steps: Sequence[Step], *, size: FrameSize = SIZE, is_live: bool = True
    ) -> None:
        self._steps = steps
        self.name = "fake"
        self.is_live = is_live
        self.frame_size = size
        self.duration: timedelta | None = None
        self.expected_frames: int | None = None
        self.recorded_at: datetime | None = None
        self.time_source = TimeSource.STREAM
        self.footage = Footage()
        self.closed = threading.Event()

    def frames(self) -> Iterator[Frame | Break]:
        for step in self._steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, Frame | Break):
                yield step
            else:
                step()
            if self.closed.is_set():
                return

    def close(self) -> None:
        self.closed.set()
