"""Turns a recording's timestamps into media time that never steps back, and tells every break.

stamps   5.0  5.1   ✗    ✗   5.4   5.2  5.3   5.5         9.0
         │    │     broken   │     behind     │           │
media    0.0  0.1 ──Break──► 0.4 ────Break──► 0.5 ─Break─► 4.0
"""

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from detectors.frames import Break
from schemas.errors import InvalidValueError
from schemas.signal import SignalKind

LONGEST_HOLE: Final = timedelta(seconds=1)
"""Cameras that save bits skip frames; a second without any is no longer saving."""

LONGEST_HOLE_FRAMES: Final = 5
"""A time lapse of one frame a second has no holes of a second."""

HELD_BACK: Final = 16
"""H.264 lets a decoder hold that many frames: the hole shows so much later than the fault."""

_LEARNT_FROM: Final = 9
"""Distances. Cameras state no rate or a wrong one; the median of these is what they do."""

PATIENCE: Final = timedelta(seconds=2)
"""A clock that stays behind for longer was set anew; waiting for it would be blindness."""

LONGEST_LEAP: Final = timedelta(seconds=5)
"""So much earlier than ever before, no live picture arrives: its clock was set forward.

A server that sends its last seconds at once is early too, but a frame's step at a time.
"""

_ZERO: Final = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a frame stands, or nothing when its time can't be used; and what broke before it."""

    at: timedelta | None
    breaks: tuple[Break, ...]


class Timeline:
    """The media time of one recording.

    `step` is the usual distance of its frames; `start` is the stamp of its first one, for
    recordings whose first frames may be broken.
    """

    def __init__(self, *, step: timedelta, start: timedelta | None = None) -> None:
        if step <= _ZERO:
            raise InvalidValueError(expected="a step above 0", got=str(step), field="timeline.step")
        self._step = step
        self._distances: deque[timedelta] = deque(maxlen=_LEARNT_FROM)
        self._origin = start
        self._last: timedelta | None = None
        self._broken = 0
        self._broken_from = _ZERO
        self._why_broken = ""
        self._since_broken = 0
        self._behind = 0
        self._skipped = 0
        self._lost = 0
        self._placed = 0
        self._why_none = ""
        self._told = _ZERO
        self._leapt = _ZERO
        self._earliest: timedelta | None = None

    def foresee(self, stamp: timedelta | None) -> timedelta | None:
        """Where a frame with this stamp stands, which may be before 0; nothing until it is known.

        Without a stamp: where the last one stands.
        """
        if stamp is None or self._origin is None:
            return self._last if stamp is None else None
        return stamp - self._origin

    def broke(self, why: str = "") -> None:
        """A frame came that nobody can see; of several in a row the first reason is told."""
        if not self._broken:
            self._broken_from = self._last or _ZERO
            self._why_broken = why
        self._broken += 1
        self._lost += 1
        self._since_broken = 0

    def lacked(self, why: str) -> None:
        """No frame came where one could be expected; a long hole is told with the reason."""
        self._why_none = why

    def told(self, stretch: Break) -> None:
        """Somebody else told of the hole so far; what is left of it begins there."""
        self._told = stretch.until_at

    def place(self, stamp: timedelta | None, *, arrived: timedelta | None = None) -> Placement:
        """A good frame came; without a stamp it stands one step after the one before.

        `arrived` is when, by our own clock, a live one came.
        """
        self._placed += 1
        at = self._media_time(stamp)
        if stamp is not None and arrived is not None:
            at = self._not_from_the_future(at, stamp=stamp, arrived=arrived)
        if self._last is not None and at <= self._last:
            self._behind += 1
            if self._behind * self._step < PATIENCE or stamp is None:
                self._skipped += 1
                return Placement(at=None, breaks=())
            at = self._last + self._behind * self._step
            self._origin = stamp - at
        breaks = self._breaks_until(at)
        if self._last is not None:
            self._distances.append(at - self._last)
        self._last = at
        return Placement(at=at, breaks=breaks)

    def end(self, *, expected: int | None, duration: timedelta | None) -> tuple[Break, ...]:
        """Nothing comes any more: what broke at the end, and what the header promised."""
        last = self._last or _ZERO
        self._since_broken = HELD_BACK
        pending = max(self._broken, self._behind)
        breaks = self._breaks_until(last + pending * self._step) if pending else ()
        missing = 0 if expected is None else expected - self._placed - self._lost
        if missing <= 1:  # one more or less is how containers count
            return breaks
        begins = breaks[-1].until_at if breaks else last
        ends = duration if duration and duration > begins else begins + missing * self._step
        text = f"{missing} frames fewer than the header promises: {self._placed} of {expected}"
        return (*breaks, _dropped((begins, ends), text=text, frames=missing))

    def _media_time(self, stamp: timedelta | None) -> timedelta:
        before = -self._step if self._last is None else self._last
        by_count = before + (1 + self._broken) * self._step
        if stamp is None:
            return by_count
        if self._origin is None:
            self._origin = stamp if self._last is None else stamp - by_count
        return max(_ZERO, stamp - self._origin)

    def _not_from_the_future(
        self, at: timedelta, *, stamp: timedelta, arrived: timedelta
    ) -> timedelta:
        """The same, or when it came where its clock was set forward."""
        early = at - arrived
        longest = max(LONGEST_LEAP, LONGEST_HOLE_FRAMES * self._step)
        if self._last is None or self._earliest is None or early <= self._earliest + longest:
            self._earliest = early if self._earliest is None else max(early, self._earliest)
            return at
        due = max(self._last + self._step, arrived + self._earliest)
        self._leapt = at - due
        self._origin = stamp - due
        return due

    def _breaks_until(self, at: timedelta) -> tuple[Break, ...]:
        """What broke since the last frame, and forget it."""
        begins = -self._step if self._last is None else self._last
        usual = self._usual_distance()
        hole = round((at - begins) / usual) - 1
        begins = max(_ZERO, begins, min(self._told, at))
        why, self._why_none = self._why_none, ""
        if self._behind or self._leapt:
            stepped = self._stepped((begins, at))
            return (*self._broken_until(at, begins=begins, hole=hole), stepped)
        if self._broken:
            return self._broken_until(at, begins=begins, hole=hole)
        if at - begins > max(LONGEST_HOLE, LONGEST_HOLE_FRAMES * usual):
            text = f"no frames for {(at - begins).total_seconds():.1f} s"
            text += f": {why}" if why else ""
            return (_dropped((begins, at), text=text, frames=hole),)
        return ()

    def _usual_distance(self) -> timedelta:
        """What was stated, or what the last frames showed where that is longer."""
        if len(self._distances) < _LEARNT_FROM:
            return self._step
        return max(self._step, sorted(self._distances)[_LEARNT_FROM // 2])

    def _stepped(self, stretch: tuple[timedelta, timedelta]) -> Break:
        """Tell that the clock was set, and forget it."""
        from_at, until_at = stretch
        text = f"the time stepped forward by {self._leapt.total_seconds():.1f} s"
        if self._behind:
            text = f"the time stepped back; frames skipped: {self._skipped}"
        stepped = Break(
            kind=SignalKind.CLOCK_STEPPED,
            from_at=from_at,
            until_at=until_at,
            text=text,
            frames=self._skipped,
        )
        self._behind, self._skipped, self._leapt = 0, 0, _ZERO
        return stepped

    def _broken_until(self, at: timedelta, *, begins: timedelta, hole: int) -> tuple[Break, ...]:
        """Broken frames are where the hole is. Without a hole they were patched up: say so late."""
        self._since_broken += 1
        if not self._broken or (hole < 1 and self._since_broken <= HELD_BACK):
            return ()
        frames = self._broken if self._since_broken > HELD_BACK else min(self._broken, hole)
        from_at = begins if hole >= 1 else self._broken_from
        self._broken -= frames
        text = f"broken frames: {frames}"
        text += f"; the first: {self._why_broken}" if self._why_broken else ""
        return (_dropped((from_at, at), text=text, frames=frames),)


class Thinning:
    """Takes at most `fps` frames a second of media time."""

    def __init__(self, fps: float) -> None:
        if fps <= 0:
            raise InvalidValueError(expected="a number above 0", got=fps, field="fps")
        self._fps = fps
        self._next_slot = 0

    def takes(self, at: timedelta) -> bool:
        """Whether this frame is the first in its slot; half a millisecond forgives rounding."""
        slot = int((at.total_seconds() + 0.0005) * self._fps)
        if slot < self._next_slot:
            return False
        self._next_slot = slot + 1
        return True


def _dropped(stretch: tuple[timedelta, timedelta], *, text: str, frames: int) -> Break:
    from_at, until_at = stretch
    return Break(
        kind=SignalKind.DROPPED, from_at=from_at, until_at=until_at, text=text, frames=frames
    )
