"""Says when a camera that sends pictures sees nothing by them: blind is not empty.

               first bad picture          60 s on               first good picture
picture  good ──────┤ bad, bad, bad … bad ┤ bad … bad, bad …  bad ├────── good
                    │←── 2 s ──→│         │                       │
told                            ├ BLIND … ┤ BLIND …        BLIND …┤   they touch
                    from here ──┘
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from detectors.cells import Cells, Small, shrink
from detectors.faults import Fault as Fault  # noqa: PLC0414 - it is part of what is told here
from detectors.faults import Finding, Known, frozen, light_fault
from detectors.frames import Break, Frame, Luma
from detectors.outlook import Outlook, middle_of, outlook_of
from schemas.camera import Camera
from schemas.errors import InvalidValueError
from schemas.signal import SignalKind

CHECK_EVERY: Final = timedelta(seconds=1)
CONFIRM_AFTER: Final = timedelta(seconds=2)
FROZEN_AFTER: Final = timedelta(seconds=30)
TELL_EVERY: Final = timedelta(seconds=60)

_CHANGED: Final = 4.0
"""Grey levels of the mean window, from which one doesn't wait for the next check."""

_FIRST_CHECKS: Final = 5
_FOLLOWS: Final = 0.05
"""Of a difference to how it looked of late; half of it is taken over in a quarter minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one picture is worth.

    `fault` is confirmed; `told` is what became known with this picture. `same_since` is when
    the first of the pictures came that this one equals to the bit; they may be frozen.
    """

    fault: Fault | None
    told: tuple[Break, ...] = ()
    same_since: timedelta | None = None


@dataclass(slots=True, kw_only=True)
class _Stretch:
    """A fault that goes on: told up to `until_at`, or suspected and not told at all."""

    finding: Finding
    until_at: timedelta
    is_confirmed: bool = False


class Sight:
    """Watches one camera's pictures. Cheap: what takes a while is asked once a second.

    The `reference` is the picture in which zones were drawn; without one, the first good
    seconds are.
    """

    def __init__(self, camera: Camera, *, reference: Luma | None) -> None:
        frame = camera.frame
        if reference is not None and reference.shape != (frame.height, frame.width):
            raise InvalidValueError(
                expected=f"a reference of {frame.width}x{frame.height}",
                got=f"{reference.shape[1]}x{reference.shape[0]}",
                field=f"camera {camera.id}",
            )
        self._known: Known | None = None
        if reference is not None:
            first = outlook_of(shrink(reference).half)
            self._known = Known(first=first, late=first)
        self._first: list[Outlook] = []
        self._half: Luma | None = None
        self._at: timedelta | None = None
        self._same_since = timedelta(0)
        self._checked_at: timedelta | None = None
        self._checked: Cells | None = None
        self._finding: Finding | None = None
        self._bad_since = timedelta(0)
        self._stretch: _Stretch | None = None
        self._told_until = timedelta(0)

    def see(self, frame: Frame) -> View:
        """One more picture; media time goes forward."""
        small = shrink(frame.luma)
        is_same = self._half is not None and np.array_equal(self._half, small.half)
        if not is_same:
            self._same_since = frame.at
        self._half, self._at = small.half, frame.at
        if not is_same and self._is_due(frame.at, small.windows):
            self._look(frame.at, small)
        finding, since = self._now(frame.at)
        told = self._tell(finding, frame.at, since=since)
        confirmed = self._stretch is not None and self._stretch.is_confirmed
        return View(
            fault=self._stretch.finding.fault if self._stretch and confirmed else None,
            told=told,
            same_since=self._same_since if is_same else None,
        )

    def close(self, at: timedelta) -> tuple[Break, ...]:
        """Nothing comes any more: end what goes on."""
        stretch, self._stretch = self._stretch, None
        if stretch is None or not stretch.is_confirmed or at <= stretch.until_at:
            return ()
        return (self._break(stretch, at),)

    def _is_due(self, at: timedelta, windows: Cells) -> bool:
        """Each second; at once while something is suspected, or when much changed."""
        if self._checked_at is None or at - self._checked_at >= CHECK_EVERY:
            return True
        is_suspect = self._stretch is not None and not self._stretch.is_confirmed
        return is_suspect or self._has_changed(windows)

    def _has_changed(self, windows: Cells) -> bool:
        checked = self._checked
        if checked is None or checked.shape != windows.shape:
            return True
        return float(np.abs(windows - checked).mean()) > _CHANGED

    def _look(self, at: timedelta, small: Small) -> None:
        """A fault that came unseen between two checks may have come right after the first."""
        came_unseen = self._checked_at is not None and not self._has_changed(small.windows)
        last_good = self._checked_at if came_unseen and self._checked_at else at
        was_good = self._finding is None
        self._finding = self._check(small.half, small.windows)
        self._checked_at, self._checked = at, small.windows
        if was_good:
            self._bad_since = last_good

    def _check(self, half: Luma, windows: Cells) -> Finding | None:
        """All that can be wrong with one picture; a good one says how it looks of late."""
        last = self._finding.fault if self._finding else None
        found = light_fault(windows, last=last)
        if found is not None:
            return found
        seen = outlook_of(half)
        if self._known is None or self._known.first.edges.shape != seen.edges.shape:
            self._learn(seen)
            return None
        found = self._known.view_fault(seen, windows, last=last)
        if found is None:
            late = self._known.late.towards(seen, _FOLLOWS)
            self._known = Known(first=self._known.first, late=late)
        return found

    def _learn(self, seen: Outlook) -> None:
        self._first.append(seen)
        if len(self._first) == _FIRST_CHECKS:
            usual = middle_of(self._first)
            self._known = Known(first=usual, late=usual)
            self._first = []

    def _now(self, at: timedelta) -> tuple[Finding | None, timedelta]:
        """What is wrong now, and since when it surely may be."""
        same_for = at - self._same_since
        if self._finding is None and same_for >= FROZEN_AFTER:
            return frozen(same_for.total_seconds()), self._same_since
        return self._finding, self._bad_since

    def _tell(
        self, finding: Finding | None, at: timedelta, *, since: timedelta
    ) -> tuple[Break, ...]:
        stretch = self._stretch
        if finding is None:
            return self.close(at)
        if stretch is None:
            stretch = _Stretch(finding=finding, until_at=max(since, self._told_until))
            self._stretch = stretch
        elif stretch.is_confirmed and stretch.finding.fault is not finding.fault:
            told = self.close(at)
            self._stretch = _Stretch(finding=finding, until_at=at, is_confirmed=True)
            return told
        stretch.finding = finding
        wait = TELL_EVERY if stretch.is_confirmed else CONFIRM_AFTER
        if at - stretch.until_at < wait:
            return ()
        stretch.is_confirmed = True
        return (self._break(stretch, at),)

    def _break(self, stretch: _Stretch, at: timedelta) -> Break:
        """Told up to here; the next one begins where this one ends."""
        moved = stretch.finding.fault is Fault.MOVED
        told = Break(
            kind=SignalKind.MOVED if moved else SignalKind.BLIND,
            from_at=stretch.until_at,
            until_at=at,
            text=stretch.finding.text,
            frames=None,
        )
        stretch.until_at = self._told_until = at
        return told
