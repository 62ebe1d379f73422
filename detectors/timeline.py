"""Turns a recording's timestamps into media time that never steps back, and tells every break.

stamps   5.0  5.1   ✗    ✗   5.4   5.2  5.3   5.5         9.0
         │    │     broken   │     behind     │           │
media    0.0  0.1 ──Break──► 0.4 ────Break──► 0.5 ─Break─► 4.0
"""

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

PATIENCE: Final = timedelta(seconds=2)
"""A clock that stays behind for longer was set anew; waiting for it would be blindness."""

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
        self._origin = start
        self._last: timedelta | None = None
        self._broken = 0
        self._broken_from = _ZERO
        self._since_broken = 0
        self._behind = 0
        self._lost = 0
        self._placed = 0

    def broke(self) -> None:
        """A frame came that nobody can see."""
        if not self._broken:
            self._broken_from = self._last or _ZERO
        self._broken += 1
        self._lost += 1
        self._since_broken = 0

    def place(self, stamp: timedelta | None) -> Placement:
        """A good frame came; without a stamp it stands one step after the one before."""
        self._placed += 1
        at = self._media_time(stamp)
        if self._last is not None and at <= self._last:
            self._behind += 1
            if self._behind * self._step < PATIENCE or stamp is None:
                return Placement(at=None, breaks=())
            at = self._last + self._behind * self._step
            self._origin = stamp - at
        breaks = self._breaks_until(at)
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

    def _breaks_until(self, at: timedelta) -> tuple[Break, ...]:
        """What broke since the last frame, and forget it."""
        begins = -self._step if self._last is None else self._last
        hole = round((at - begins) / self._step) - 1
        begins = max(_ZERO, begins)
        if self._behind:
            stepped = Break(
                kind=SignalKind.CLOCK_STEPPED,
                from_at=begins,
                until_at=at,
                text=f"the time stepped back; frames skipped: {self._behind}",
                frames=self._behind,
            )
            self._behind = 0
            return (*self._broken_until(at, begins=begins, hole=hole), stepped)
        if self._broken:
            return self._broken_until(at, begins=begins, hole=hole)
        if at - begins > max(LONGEST_HOLE, LONGEST_HOLE_FRAMES * self._step):
            text = f"no frames for {(at - begins).total_seconds():.1f} s"
            return (_dropped((begins, at), text=text, frames=hole),)
        return ()

    def _broken_until(self, at: timedelta, *, begins: timedelta, hole: int) -> tuple[Break, ...]:
        """Broken frames are where the hole is. Without a hole they were patched up: say so late."""
        self._since_broken += 1
        if not self._broken or (hole < 1 and self._since_broken <= HELD_BACK):
            return ()
        frames = self._broken if self._since_broken > HELD_BACK else min(self._broken, hole)
        from_at = begins if hole >= 1 else self._broken_from
        self._broken -= frames
        return (_dropped((from_at, at), text=f"broken frames: {frames}", frames=frames),)


def _dropped(stretch: tuple[timedelta, timedelta], *, text: str, frames: int) -> Break:
    from_at, until_at = stretch
    return Break(
        kind=SignalKind.DROPPED, from_at=from_at, until_at=until_at, text=text, frames=frames
    )
