"""Comes back to a camera that went away, in one media time.

frames    0 1 2 3 ·  ·  · away ·  · 8 9 …        away: from the last frame to the first new one
media     └ stream ┘└── our clock ──┘└ stream …
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from detectors.frames import Break, Frame
from detectors.sources.footage import KEEP, Footage
from detectors.sources.source import (
    Closed,
    SizeChangedError,
    Source,
    SourceUnusableError,
    StalledError,
    TimeSource,
)
from schemas.errors import TemporarilyUnavailableError
from schemas.geometry import FrameSize
from schemas.signal import SignalKind

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 60.0
_ZERO: Final = timedelta(0)
_LEAST_STEP: Final = timedelta(milliseconds=1)
"""No two frames stand at one time, not even when a camera's clock ran ahead of ours."""


def stay_connected(
    connect: Callable[[], Source],
    *,
    name: str,
    frame_size: FrameSize,
    keep: timedelta = KEEP,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], bool] | None = None,
    chance: Callable[[], float] = random.random,
) -> Source:
    """A live source that `connect` opens anew whenever it goes away, until it is closed.

    `frame_size` is the one in which the zones are drawn. Media time 0 is the first frame, or the
    first failure to get one; `recorded_at` is known from then on. `wait` sleeps, and says whether
    to stop; `chance` keeps cameras from being called all at once.
    """
    return _Connected(
        connect,
        name=name,
        frame_size=frame_size,
        footage=Footage(keep=keep),
        clock=clock,
        wait=wait,
        chance=chance,
    )


class _Connected(Closed):
    """One run over as many connections as it takes."""

    def __init__(
        self,
        connect: Callable[[], Source],
        *,
        name: str,
        frame_size: FrameSize,
        footage: Footage,
        clock: Callable[[], float],
        wait: Callable[[float], bool] | None,
        chance: Callable[[], float],
    ) -> None:
        self._connect: Final = connect
        self._closing: Final = threading.Event()
        self._wait: Final = wait or self._closing.wait
        self._pauses: Final = _Pauses(clock, chance)
        self._time: Final = _RunTime(clock)
        self._absence: Final = _Absence(self._time)
        self._connection: Source | None = None
        self._has_connected = False
        self._wrong_sizes = 0
        self.name: Final = name
        self.is_live: Final = True
        self.frame_size: Final = frame_size
        self.footage: Final = footage
        self.duration: Final = None
        self.expected_frames: Final = None
        self.time_source = TimeSource.STREAM_AND_CLOCK

    @property
    def recorded_at(self) -> datetime | None:
        return self._time.began_at

    def close(self) -> None:
        """May be repeated, and by any thread. A call that is under way is waited for."""
        self._closing.set()
        if self._connection is not None:
            self._connection.close()

    def frames(self) -> Iterator[Frame | Break]:
        """See `Source`; ends when it is closed.

        A loss is told at once as a moment, and as a stretch when it is over.

        Raises:
            SourceUnusableError: the first connection shows that no other would help, or the
                picture keeps another size than the zones were drawn in.
        """
        while not self._closing.is_set():
            try:
                yield from self._connected()
            except TemporarilyUnavailableError as error:
                lost: Exception = error
            except SourceUnusableError as error:
                self._require_hope(error)
                lost = error
            else:
                return
            yield from self._absence.noticed(lost)
            if self._wait(self._pauses.next_s()):
                return

    def _connected(self) -> Iterator[Frame | Break]:
        """What one connection gives; it is closed behind it."""
        with self._connect() as source:
            self._connection = source
            if self._closing.is_set():
                return
            if source.frame_size != self.frame_size:
                raise SizeChangedError(self.name, expected=self.frame_size, got=source.frame_size)
            self._has_connected = True
            if source.time_source is not TimeSource.STREAM:
                self.time_source = source.time_source
            for item in self._in_run_time(source):
                self._time.tell(item)
                yield item

    def _in_run_time(self, source: Source) -> Iterator[Frame | Break]:
        """The first frame of a connection says what its media time is in that of the run."""
        shift: _Shift | None = None
        early: list[Break] = []
        for item in source.frames():
            if shift is not None:
                yield shift.of(item)
            elif isinstance(item, Break):
                early.append(item)
            else:
                self._wrong_sizes = 0
                shift = self._time.shift(item)
                source.footage.pour_into(self.footage, later_by=shift.later_by)
                yield from self._absence.over(item.at + shift.later_by)
                self._pauses.connected()
                yield from (shift.of(one) for one in early)
                yield shift.of(item)

    def _require_hope(self, error: SourceUnusableError) -> None:
        """Once it has worked, whatever it says may pass; another size only once."""
        self._wrong_sizes += isinstance(error, SizeChangedError)
        if not self._has_connected or self._wrong_sizes > 1:
            raise error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shift:
    """From the time and numbers of one connection to those of the run."""

    later_by: timedelta
    index: int

    def of(self, item: Frame | Break) -> Frame | Break:
        if isinstance(item, Frame):
            return replace(item, at=item.at + self.later_by, index=item.index + self.index)
        return replace(
            item, from_at=item.from_at + self.later_by, until_at=item.until_at + self.later_by
        )


class _RunTime:
    """The media time of the run: our own clock since its first word, and what was told in it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began_s: float | None = None
        self._seen_s = 0.0
        self._next_index = 0
        self.began_at: datetime | None = None
        self.seen_at: timedelta | None = None
        self.told_until = _ZERO

    def now(self) -> timedelta:
        """Never before what was told; the first call is 0."""
        if self._began_s is None:
            self._began_s, self.began_at = self._clock(), datetime.now(UTC)
        return max(self.told_until, timedelta(seconds=self._clock() - self._began_s))

    def noticed(self) -> timedelta:
        """Now, for who misses a frame. What a server sent at once may be ahead of our clock."""
        now = self.now()
        if self.seen_at is None:
            return now
        return max(now, self.seen_at + timedelta(seconds=self._clock() - self._seen_s))

    def shift(self, first: Frame) -> _Shift:
        """A connection's first frame stands at now."""
        at = self.now()
        if self.seen_at is not None:
            at = max(at, self.seen_at + _LEAST_STEP)
        return _Shift(later_by=at - first.at, index=self._next_index - first.index)

    def tell(self, item: Frame | Break) -> None:
        """This goes out now."""
        if isinstance(item, Frame):
            self.seen_at, self._next_index = item.at, item.index + 1
            self._seen_s = self._clock()
        until_at = item.at if isinstance(item, Frame) else item.until_at
        self.told_until = max(self.told_until, until_at)


class _Absence:
    """Tells that a camera is away, once when it is noticed and once when it is over."""

    def __init__(self, time_of_run: _RunTime) -> None:
        self._time = time_of_run
        self._since: timedelta | None = None
        self._why = ""

    def noticed(self, error: Exception) -> Iterator[Break]:
        """A stall is a stretch already; what is lost begins where it ends."""
        if self._since is not None:
            return
        now, seen_at = self._time.noticed(), self._time.seen_at or _ZERO
        self._why = str(error)
        if isinstance(error, StalledError):
            self._since = now
            yield self._told(SignalKind.STALLED, (seen_at, now), self._why)
        else:
            self._since = seen_at
            yield self._told(SignalKind.SOURCE_LOST, (now, now), self._why)

    def over(self, at: timedelta) -> Iterator[Break]:
        """A new frame is there."""
        if self._since is None:
            return
        since, self._since = self._since, None
        text = f"the camera was away for {(at - since).total_seconds():.1f} s: {self._why}"
        yield self._told(SignalKind.SOURCE_LOST, (since, at), text)

    def _told(self, kind: SignalKind, stretch: tuple[timedelta, timedelta], text: str) -> Break:
        from_at, until_at = stretch
        told = Break(kind=kind, from_at=from_at, until_at=until_at, text=text, frames=None)
        self._time.tell(told)
        return told


class _Pauses:
    """How long to wait between two calls: longer each time, unless the last one held as long."""

    def __init__(self, clock: Callable[[], float], chance: Callable[[], float]) -> None:
        self._clock = clock
        self._chance = chance
        self._since_s: float | None = None
        self._pause_s = 0.0

    def connected(self) -> None:
        """The camera gives frames from now on."""
        self._since_s = self._clock()

    def next_s(self) -> float:
        """Seconds, a fifth more or less by chance."""
        held = 0.0 if self._since_s is None else self._clock() - self._since_s
        self._since_s = None
        longer = min(LONGEST_WAIT_S, 2 * self._pause_s)
        self._pause_s = FIRST_WAIT_S if held >= longer else longer
        return self._pause_s * (0.8 + 0.4 * self._chance())
