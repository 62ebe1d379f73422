"""Watches several cameras in one process: each has its own reader, all share the eyes.

reader ─┐                        ┌─► nothing moved: told on the spot
reader ─┼─► a round ─► each watch ┤
reader ─┘   of frames            └─► wants a look ─┐
                                 ┌─────────────────┘
                                 └─► one batch through the eyes ─► back to each watch

A camera that is slow, full or away keeps nobody waiting: its reader has nothing to give.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from detectors.eyes.model import Eyes
from detectors.frames import Break, Frame
from detectors.sources.reader import End, Reader
from detectors.watch import Tally, Watch
from schemas.signal import SignalKind

_IDLE_S: Final = 0.2
"""So long without a bell: then trouble and stop are asked for again."""

_AWAY: Final = frozenset({SignalKind.SOURCE_LOST, SignalKind.STALLED})

BATCH: Final = 8
"""More pictures at once gain nothing, and make the first one wait."""


@dataclass(slots=True, kw_only=True)
class Manned:
    """A camera with its reader; its watch begins with the first thing that comes."""

    reader: Reader
    begin: Callable[[], Watch]
    watch: Watch | None = None
    is_over: bool = False

    @property
    def tally(self) -> Tally:
        """What it came to so far."""
        return Tally() if self.watch is None else self.watch.tally

    @property
    def trouble(self) -> str | None:
        """Why no frame may be taken from it now."""
        return None if self.watch is None else self.watch.trouble

    @property
    def is_waiting(self) -> bool:
        """Whether nothing should be taken from it now."""
        return self.is_over or (self.watch is not None and self.watch.is_held_up)


@dataclass(slots=True, kw_only=True)
class Crew:
    """All cameras of this process. `stopping` is asked between rounds; `bell` rings when a reader
    has something. `on_trouble` is told when nothing can be kept or a camera is away, and why."""

    cameras: Sequence[Manned]
    eyes: Eyes
    stopping: Callable[[], bool]
    bell: threading.Event = field(default_factory=threading.Event)
    on_round: Callable[[], None] = lambda: None
    on_trouble: Callable[[str], None] = lambda _: None
    _wanted: list[tuple[Watch, Frame]] = field(default_factory=list)
    _troubles: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Return when every source is over, or told to stop.

        Raises:
            SourceUnusableError: a source can give no frames; the others were ended in order.
        """
        try:
            while not self.stopping() and not all(camera.is_over for camera in self.cameras):
                self.bell.clear()
                if not self._round():
                    self.bell.wait(_IDLE_S)
                self.on_round()
        finally:
            self._end()

    def _round(self) -> bool:
        """Take what each camera has, and look where a look is wanted. Whether anything came."""
        came = False
        for camera in self.cameras:
            if camera.is_waiting:
                self._tell_trouble(camera.trouble)
                continue
            item = camera.reader.take(within_s=0)
            if item is None:
                continue
            came = True
            self._give(camera, item)
            if len(self._wanted) >= BATCH:
                self._look()
        self._look()
        return came

    def _give(self, camera: Manned, item: Frame | Break | End) -> None:
        if isinstance(item, End):
            self._over(camera, item)
            return
        if isinstance(item, Break) and item.kind in _AWAY:
            is_back = item.kind is SignalKind.SOURCE_LOST and item.until_at > item.from_at
            self.on_trouble(item.text if is_back else f"{item.text}; it is called until it answers")
        if camera.watch is None:
            camera.watch = camera.begin()
        wanted = camera.watch.take(item, behind=camera.reader.behind)
        if wanted is not None:
            self._wanted.append((camera.watch, wanted))

    def _look(self) -> None:
        wanted, self._wanted = self._wanted, []
        if not wanted:
            return
        found = self.eyes.find([frame.picture for _, frame in wanted])
        for (watch, frame), things in zip(wanted, found, strict=True):
            watch.look(frame, things)

    def _over(self, camera: Manned, end: End) -> None:
        camera.is_over = True
        if camera.watch is not None:
            camera.watch.end("nothing comes any more" if end.error is None else str(end.error))
        if end.error is not None:
            raise end.error

    def _tell_trouble(self, trouble: str | None) -> None:
        """Each once; when it is over it may come again."""
        if trouble is not None and trouble not in self._troubles:
            self._troubles = {trouble}
            self.on_trouble(f"no frame is taken: {trouble}")

    def _end(self) -> None:
        """Whatever happened: nobody is left open, no thread is left behind."""
        for camera in self.cameras:
            if not camera.is_over and camera.watch is not None:
                camera.watch.end("told to stop")
            camera.is_over = True
            camera.reader.close()
