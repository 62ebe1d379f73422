"""What to watch, and how: what a person asked of `offsite watch`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from schemas.camera import Camera
from schemas.source import SourceAddress


class Speed(StrEnum):
    """How fast a recording is seen."""

    REALTIME = "realtime"
    MAX = "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A camera, where its pictures come from, and how many a second are worth a look."""

    camera: Camera
    source: SourceAddress
    fps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharpness:
    """With which eyes to look. `engine`, `hardware`: names that the eyes know; `image_size` and
    `slices` are the class map's, and none, unless told."""

    weights: Path
    engine: str = "auto"
    image_size: int | None = None
    slices: int | None = None
    hardware: str = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to watch, and how. `show` is a file for an annotated video of the only camera."""

    scenes: Sequence[Scene]
    sharpness: Sharpness
    speed: Speed
    recorded_at: datetime | None
    rules: Path
    show: Path | None = None
