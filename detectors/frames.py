"""What comes out of a recording: pictures, and stretches in which there were none."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from schemas.errors import InvalidValueError
from schemas.signal import SignalKind

Picture = NDArray[np.uint8]
"""(height, width, 3), blue-green-red."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A picture at its media time, counted from the recording's first frame.

    `index` counts decoded frames from 0; thinning leaves gaps in it.
    """

    index: int
    at: timedelta
    picture: Picture

    def __post_init__(self) -> None:
        if self.picture.ndim != 3 or self.picture.shape[2] != 3:
            raise InvalidValueError(
                expected="a picture of (height, width, 3)",
                got=str(self.picture.shape),
                field="frame.picture",
            )


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
