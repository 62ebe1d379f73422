"""Watches a camera that gives single pictures over HTTP, by asking again and again."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import av

from detectors.frames import Break, Frame
from detectors.sources.decoded import DecodedImage
from detectors.sources.footage import Footage
from detectors.sources.pictures import BrokenPictureError, decode_picture, size_of, whole_piece
from detectors.sources.source import (
    Closed,
    SizeChangedError,
    SourceUnusableError,
    TimeSource,
)
from detectors.sources.timeline import Timeline
from schemas.errors import TemporarilyUnavailableError
from schemas.signal import SignalKind

TELL_AGAIN: Final = timedelta(seconds=60)
"""A stall that goes on is told again so often."""

_AGAIN: Final = "the very same picture came again"


class Snapshots(Closed):
    """One picture every 1 / `fps` s, by the clock of this machine.

    The very same bytes as before are no new frame, for a camera whose picture hangs would look
    like a quiet street.
    """

    def __init__(
        self,
        fetch: Callable[[], bytes],
        *,
        name: str,
        fps: float,
        footage: Footage,
        stalled_after: timedelta,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        self._closing = threading.Event()
        self._fetch: Final = fetch
        self._fps: Final = fps
        self._stalled_after: Final = stalled_after
        self._clock: Final = clock
        self._wait: Final = wait or self._closing.wait
        self._index = -1
        self._last = fetch()
        self._began = clock()
        try:
            self._first = decode_picture(self._last)
        except BrokenPictureError as error:
            raise SourceUnusableError(f"{name}: {error}") from error
        self.name = name
        self.is_live = True
        self.footage = footage
        self.frame_size = size_of(self._first)
        self.duration: timedelta | None = None
        self.expected_frames: int | None = None
        self.recorded_at: datetime | None = datetime.now(UTC)
        self.time_source = TimeSource.CLOCK

    def close(self) -> None:
        """May be repeated, and by any thread: an answer that is under way is waited for."""
        self._closing.set()

    def frames(self) -> Iterator[Frame | Break]:
        """See `Source`. A stall is told while it lasts.

        Raises:
            SizeChangedError: the picture has another size now.
            TemporarilyUnavailableError: no picture could be had for too long.
        """
        timeline = Timeline(step=timedelta(seconds=1 / self._fps))
        patience = _Patience(self._stalled_after)
        yield from self._placed(self._first, timedelta(0), timeline)
        while not self._wait(self._until_next()) and not self._closing.is_set():
            try:
                decoded = self._asked()
            except BrokenPictureError as error:
                timeline.broke(str(error))
                patience.lose(self._now(), because=str(error))
                continue
            at = self._now()
            if decoded is not None:
                patience.renew(at)
                yield from self._placed(decoded, at, timeline)
                continue
            timeline.lacked(_AGAIN)
            if stalled := patience.stalled(at):
                timeline.told(stalled)
                yield stalled

    def _placed(
        self, decoded: av.VideoFrame, at: timedelta, timeline: Timeline
    ) -> Iterator[Frame | Break]:
        self._index += 1
        placement = timeline.place(at)
        yield from placement.breaks
        if placement.at is not None:
            self.footage.add(whole_piece(self._last, at=placement.at))
            image = DecodedImage(decoded, came_as=self._last)
            yield Frame(index=self._index, at=placement.at, image=image)

    def _asked(self) -> av.VideoFrame | None:
        """A new picture, or None where the very same came again."""
        try:
            content = self._fetch()
        except (SourceUnusableError, TemporarilyUnavailableError) as error:
            raise BrokenPictureError(str(error)) from error
        if content == self._last:
            return None
        decoded = decode_picture(content)
        if size_of(decoded) != self.frame_size:
            raise SizeChangedError(self.name, expected=self.frame_size, got=size_of(decoded))
        self._last = content
        return decoded

    def _now(self) -> timedelta:
        return timedelta(seconds=self._clock() - self._began)

    def _until_next(self) -> float:
        """Seconds to the next slot; those that passed meanwhile are left out."""
        since = self._clock() - self._began
        return (math.floor(since * self._fps + 0.001) + 1) / self._fps - since


class _Patience:
    """How long to put up with no new picture."""

    def __init__(self, stalled_after: timedelta) -> None:
        self._stalled_after = stalled_after
        self._seen_at = timedelta(0)
        self._told_at: timedelta | None = None
        self._failing_since: timedelta | None = None

    def renew(self, at: timedelta) -> None:
        """A new picture came."""
        self._seen_at, self._told_at, self._failing_since = at, None, None

    def lose(self, at: timedelta, *, because: str) -> None:
        """Nothing that can be used came; it raises when this has gone on for too long."""
        if self._failing_since is None:
            self._failing_since = at
        elif at - self._failing_since >= self._stalled_after:
            waited = (at - self._failing_since).total_seconds()
            raise TemporarilyUnavailableError(f"no picture for {waited:.0f} s: {because}")

    def stalled(self, at: timedelta) -> Break | None:
        """The same came again: the stretch to be told now, if it is time."""
        self._failing_since = None
        since = self._seen_at if self._told_at is None else self._told_at
        if at - since < (self._stalled_after if self._told_at is None else TELL_AGAIN):
            return None
        self._told_at = at
        return Break(
            kind=SignalKind.STALLED,
            from_at=since,
            until_at=at,
            text=f"no new picture for {(at - self._seen_at).total_seconds():.0f} s: {_AGAIN}",
            frames=None,
        )
