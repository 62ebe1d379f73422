"""What a camera worker could not see: absence is recorded too."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from schemas.errors import InvalidValueError
from schemas.ids import CameraId
from schemas.instants import require_zone


class SignalKind(StrEnum):
    """Why nobody looked, or why the time can't be trusted; and that somebody did look.

    `looked` is the positive statement: from–to a camera was watched, but for what the other
    kinds take away. What no `looked` covers, nobody watched, whatever the reason.
    """

    LOOKED = "looked"
    MOVED = "moved"
    BEHIND = "behind"
    BLIND = "blind"
    STALLED = "stalled"
    DROPPED = "dropped"
    CLOCK_STEPPED = "clock-stepped"
    SOURCE_LOST = "source-lost"
    SOURCE_ENDED = "source-ended"
    STARTED = "started"


class StreamSignal(Struct, frozen=True, kw_only=True):
    """A stretch of a camera's time, with how many frames it concerns where known."""

    camera: CameraId
    kind: SignalKind
    from_at: datetime
    until_at: datetime
    text: str
    frames: int | None = None

    def __post_init__(self) -> None:
        require_zone(self.from_at, "from_at")
        require_zone(self.until_at, "until_at")
        if self.until_at < self.from_at:
            raise InvalidValueError(
                expected="until_at not before from_at",
                got=f"{self.from_at.isoformat()} … {self.until_at.isoformat()}",
                field="until_at",
            )
