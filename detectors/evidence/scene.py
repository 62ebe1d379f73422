"""What is to be sealed: a moment of an occurrence, with all that is in the picture."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from detectors.evidence.pictures import PictureFile
from detectors.frames import Frame
from detectors.telling import Told
from schemas.observation import Thing


class Clip(Protocol):
    """A stretch of footage as an MP4. Untouched: its pictures are as the camera coded them."""

    @property
    def content(self) -> bytes:
        """The file."""
        ...

    @property
    def from_at(self) -> timedelta:
        """Media time of its first picture."""
        ...

    @property
    def until_at(self) -> timedelta:
        """Media time of its last picture."""
        ...

    @property
    def is_untouched(self) -> bool:
        """Whether no picture was coded anew."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSight:
    """The earliest picture of a stay, as a file: by the time it is told, the frame is gone."""

    picture: PictureFile
    at: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A moment to seal. `everybody` is all that is in *this* frame, bystanders included.

    Who is missing from `everybody` isn't blurred: it has to come from a look at this very frame.
    """

    told: Told
    frame: Frame
    everybody: tuple[Thing, ...]
    first: FirstSight | None = None
    clip: Clip | None = None
