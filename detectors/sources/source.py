"""What every source of frames is: a file, a folder, a camera, a snapshot address."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from detectors.frames import Break, Frame
from detectors.sources.footage import Footage
from schemas.errors import RefusedError, TemporarilyUnavailableError
from schemas.geometry import FrameSize


class SourceUnusableError(RefusedError):
    """A source that will not give frames however often it is tried."""


class SizeChangedError(SourceUnusableError):
    """The picture changed its size; no zone holds any more."""

    def __init__(self, name: str, *, expected: FrameSize, got: FrameSize) -> None:
        self.got = got
        super().__init__(
            f"{name}: the picture changed its size: expected "
            f"{expected.width}x{expected.height}, got {got.width}x{got.height}"
        )


class StalledError(TemporarilyUnavailableError):
    """The connection stands, and no picture comes."""


class TimeSource(StrEnum):
    """Where media time comes from; a page of evidence says it."""

    STREAM = "stream timestamps"
    STREAM_AND_CLOCK = "stream timestamps, the clock of this machine between connections"
    FILE_NAMES = "file names"
    FILE_TIMES = "file times"
    SPACING = "one fixed distance from picture to picture"
    CLOCK = "clock of this machine"


class Source(Protocol):
    """An open recording or camera. Use it in `with`; its frames come once, in one thread."""

    @property
    def name(self) -> str:
        """The address as a log may show it."""
        ...

    @property
    def is_live(self) -> bool:
        """Whether what isn't taken now is lost."""
        ...

    @property
    def frame_size(self) -> FrameSize:
        """Of every frame that it gives."""
        ...

    @property
    def duration(self) -> timedelta | None:
        """How long it is, where that is known."""
        ...

    @property
    def expected_frames(self) -> int | None:
        """How many the header promises; not how many will come."""
        ...

    @property
    def recorded_at(self) -> datetime | None:
        """When media time 0 was, where that is known; of a live source once a frame came."""
        ...

    @property
    def time_source(self) -> TimeSource:
        """Where media time comes from."""
        ...

    @property
    def footage(self) -> Footage:
        """The last while of it, as it came. May be asked by any thread, also after closing."""
        ...

    def frames(self) -> Iterator[Frame | Break]:
        """Frames of at most `fps` a second of media time, and every break where it ends.

        Raises:
            SourceUnusableError: it will give no more, however often it is tried.
            TemporarilyUnavailableError: a camera went away. A file just ends.
        """
        ...

    def close(self) -> None:
        """May be repeated, and by any thread: `frames` ends with the read that is under way."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Closed:
    """Leaving `with` closes it."""

    def close(self) -> None:
        """May be repeated."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
