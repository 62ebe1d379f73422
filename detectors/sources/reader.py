"""Takes one source's frames on a thread of its own, so that no camera waits for another.

live   source ─► [ · · ] ─► take()       what nobody took makes room for the newest, and is counted
file   source ─► [ · · · · ] ─► take()   a full place makes the source wait
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from detectors.frames import Break, Frame
from detectors.sources.source import Closed, Source
from schemas.signal import SignalKind

_ROOM: Final = 4
"""Frames of a recording that wait; more would only take memory."""

_LIVE_ROOM: Final = 2
"""Two that come at once over a shaky network are no reason to drop one."""

_TELL_EVERY_S: Final = 1.0
_END_WITHIN_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Nothing comes any more: it is over, or this went wrong."""

    error: Exception | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Arrived:
    """What waits, and since when."""

    item: Frame | Break
    at_s: float


class Reader(Closed):
    """One thread that reads, and any other that takes. Breaks are never dropped.

    `ring` is called, by the thread that reads, whenever there is something to take: one bell for
    several readers lets their consumer sleep.
    """

    def __init__(
        self,
        source: Source,
        *,
        clock: Callable[[], float] = time.monotonic,
        ring: Callable[[], None] = lambda: None,
    ) -> None:
        self.source: Final = source
        self._clock: Final = clock
        self._ring: Final = ring
        self._changed: Final = threading.Condition()
        self._waiting: deque[_Arrived] = deque()
        self._losses = _Losses()
        self._end: End | None = None
        self._is_closing = False
        self._thread = threading.Thread(target=self._read, name=f"reads {source.name}", daemon=True)
        self._thread.start()

    @property
    def behind(self) -> timedelta:
        """How long the oldest frame has been waiting. A file has all the time in the world."""
        with self._changed:
            frames = [one.at_s for one in self._waiting if isinstance(one.item, Frame)]
        if not frames or not self.source.is_live:
            return timedelta(0)
        return timedelta(seconds=max(0.0, self._clock() - frames[0]))

    def take(self, within_s: float) -> Frame | Break | End | None:
        """The next of them, or nothing if none comes in time. After the end only the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._end, timeout=within_s)
            if not self._waiting:
                return self._losses.rest() or self._end if self._end else None
            item = self._waiting[0].item
            if isinstance(item, Frame):
                if lost := self._losses.due(item.at, now_s=self._clock()):
                    return lost
                self._losses.take(item.at)
            self._waiting.popleft()
            self._changed.notify_all()
            return item

    def stop(self) -> None:
        """Tell the thread to end, and don't wait for it. May be repeated."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self.source.close()

    def close(self) -> None:
        """End the thread, and close the source. May be repeated.

        A camera that is being called, or says nothing, is waited for a few seconds; its thread
        then ends with the call, by itself. Several are best all stopped first.
        """
        self.stop()
        self._thread.join(_END_WITHIN_S)

    def _read(self) -> None:
        error: Exception | None = None
        try:
            for item in self.source.frames():
                if not self._put(item):
                    break
        except Exception as caught:  # noqa: BLE001 - this thread's outermost; told to who takes
            error = caught
        self.source.close()
        with self._changed:
            self._end = End(error=error)
            self._changed.notify_all()
        self._ring()

    def _put(self, item: Frame | Break) -> bool:
        """Whether to go on."""
        with self._changed:
            if not self.source.is_live:
                self._changed.wait_for(lambda: len(self._waiting) < _ROOM or self._is_closing)
            elif isinstance(item, Frame):
                self._make_room()
            if self._is_closing:
                return False
            self._waiting.append(_Arrived(item=item, at_s=self._clock()))
            self._changed.notify_all()
        self._ring()
        return True

    def _make_room(self) -> None:
        """The oldest frame goes, not what was told between frames."""
        frames = [(one, one.item.at) for one in self._waiting if isinstance(one.item, Frame)]
        if len(frames) >= _LIVE_ROOM:
            oldest, at = frames[0]
            self._waiting.remove(oldest)
            self._losses.lose(at)


class _Losses:
    """Counts what was thrown away, and tells it at most once a second.

    A told stretch goes from the last frame taken before the first loss to the frame that is
    taken next; frames between them that were taken are in it too.
    """

    def __init__(self) -> None:
        self._count = 0
        self._from_at = timedelta(0)
        self._taken_at: timedelta | None = None
        self._told_s: float | None = None

    def lose(self, at: timedelta) -> None:
        """This frame was thrown away."""
        if not self._count:
            self._from_at = at if self._taken_at is None else self._taken_at
        self._count += 1

    def take(self, at: timedelta) -> None:
        """This frame is taken."""
        self._taken_at = at

    def due(self, until_at: timedelta, *, now_s: float) -> Break | None:
        """What is to be told before this frame is taken."""
        is_early = self._told_s is not None and now_s - self._told_s < _TELL_EVERY_S
        if not self._count or is_early:
            return None
        self._told_s = now_s
        return self._told(until_at)

    def rest(self) -> Break | None:
        """What is to be told at the end."""
        if not self._count or self._taken_at is None:
            return None
        return self._told(self._taken_at)

    def _told(self, until_at: timedelta) -> Break:
        frames, self._count = self._count, 0
        return Break(
            kind=SignalKind.DROPPED,
            from_at=self._from_at,
            until_at=until_at,
            text=f"the detector was too slow: frames thrown away: {frames}",
            frames=frames,
        )
