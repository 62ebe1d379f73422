"""What to watch, and how: what a person asked of `offsite watch`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from schemas.camera import Camera


class Speed(StrEnum):
    """How fast a recording is seen."""

    REALTIME = "realtime"
    MAX = "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to watch, and how."""

    camera: Camera
    source: str
    weights: Path
    fps: float
    speed: Speed
    recorded_at: datetime | None
    rules: Path
