"""How each camera does: its last word, the last hour of its looking, and whether it sees now."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from handlers.decisions.coverage import WORST_FIRST, Window, cover
from infra.cameras import known_cameras, read_camera
from infra.health.report import CameraHealth, Hidden
from infra.store.health import CameraSeen
from schemas.camera import Camera
from schemas.errors import OffsiteError
from schemas.ids import CameraId
from schemas.signal import SignalKind, StreamSignal

HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_BLINDING: Final = frozenset(WORST_FIRST) - {SignalKind.DROPPED, SignalKind.CLOCK_STEPPED}
"""What lasts; the others are stretches that were over when they were told."""


def camera_health(
    seen: CameraSeen,
    told: Sequence[StreamSignal],
    *,
    now: datetime,
    expected: timedelta | None,
    last_looked_at: datetime | None,
    has_ended: bool,
) -> CameraHealth:
    """One camera from what it said of the last hour."""
    looks = last_looked_at is not None
    return CameraHealth(
        seen=seen,
        last_looked_at=last_looked_at,
        hour=cover(Window(since=now - HOUR, until=now), told) if looks or told else None,
        expected=expected,
        hidden=_hidden(told, last_looked_at),
        has_ended=has_ended,
    )


def _hidden(told: Sequence[StreamSignal], last_looked_at: datetime | None) -> Hidden | None:
    """What hides the view now: a stretch that ended after anybody last looked."""
    later = [
        signal
        for signal in told
        if signal.kind in _BLINDING
        and (last_looked_at is None or signal.until_at > last_looked_at)
        and not _came_back(signal, told)
    ]
    if not later:
        return None
    last = max(later, key=lambda signal: signal.until_at)
    first = min(signal.from_at for signal in later if signal.kind is last.kind)
    return Hidden(kind=last.kind, since=first)


def _came_back(hidden: StreamSignal, told: Sequence[StreamSignal]) -> bool:
    """A source that started anew or ended since then hides nothing."""
    over = {SignalKind.STARTED, SignalKind.SOURCE_ENDED}
    return any(signal.kind in over and signal.from_at >= hidden.until_at for signal in told)


def expected_in(folder: Path, now: datetime) -> Mapping[CameraId, timedelta]:
    """How much of the last hour each camera's zones count, by the files on this machine."""
    found: dict[CameraId, timedelta] = {}
    if not folder.is_dir():
        return found
    for name in known_cameras(folder):
        try:
            found[CameraId(name)] = _expected(read_camera(folder, name), now)
        except OffsiteError:  # a file that can't be read is `offsite camera check`'s to tell
            continue
    return found


def _expected(camera: Camera, now: datetime) -> timedelta:
    minutes = [now - _MINUTE * number for number in range(1, 61)]
    return _MINUTE * sum(_counts(camera, minute) for minute in minutes)


def _counts(camera: Camera, minute: datetime) -> bool:
    return not camera.zones or any(
        not zone.hours or any(hours.covers(minute) for hours in zone.hours) for zone in camera.zones
    )
