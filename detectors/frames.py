"""What comes out of a recording: pictures, and stretches in which there were none."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from schemas.errors import InvalidValueError
from schemas.signal import SignalKind

Picture = NDArray[np.uint8]
"""(height, width, 3), blue-green-red."""


Luma = NDArray[np.uint8]
"""(height, width), brightness alone."""


class Image(Protocol):
    """One picture, turned into what somebody asks for only when it is asked for.

    A camera whose street is still is compared by its brightness; colours are never made.
    """

    @property
    def picture(self) -> Picture:
        """In colours; made once."""
        ...

    @property
    def luma(self) -> Luma:
        """Its brightness, as cheaply as it can be had. Not to be written to."""
        ...


class Shown:
    """An image that is there in colours already."""

    def __init__(self, picture: Picture) -> None:
        if picture.ndim != 3 or picture.shape[2] != 3:
            raise InvalidValueError(
                expected="a picture of (height, width, 3)",
                got=str(picture.shape),
                field="frame.picture",
            )
        self.picture: Final = picture

    @cached_property
    def luma(self) -> Luma:
        """By the eye's weights (ITU-R BT.601)."""
        weights = np.array([0.114, 0.587, 0.299], np.float32)
        return (self.picture @ weights).round().astype(np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """An image at its media time, counted from the recording's first frame.

    `index` counts decoded frames from 0; thinning leaves gaps in it.
    """

    index: int
    at: timedelta
    image: Image

    @property
    def picture(self) -> Picture:
        """In colours."""
        return self.image.picture

    @property
    def luma(self) -> Luma:
        """Brightness alone."""
        return self.image.luma


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A stretch of media time that nobody could see, or whose time can't be trusted.

    `frames` is how many are concerned, where known.
    """

    kind: SignalKind
    from_at: timedelta
    until_at: timedelta
    text: str
    frames: int | None

    def __post_init__(self) -> None:
        if self.until_at < self.from_at:
            raise InvalidValueError(
                expected="until_at not before from_at",
                got=f"{self.from_at} … {self.until_at}",
                field="break",
            )
