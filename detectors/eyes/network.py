"""A network that was loaded: pictures in, raw answers out. Which engine computes is its secret."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Final, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from schemas.errors import RefusedError
from schemas.geometry import FrameSize

Pictures = NDArray[np.uint8]
"""(pictures, height, width, 3), blue-green-red."""
Answers = NDArray[np.float32]
"""One raw answer a picture; see `detectors.eyes.suppressing.Raw`."""


class Network(Protocol):
    """May be called from several threads."""

    @property
    def names(self) -> Mapping[int, str]:
        """What the weights call their classes."""
        ...

    @property
    def fixed(self) -> FrameSize | None:
        """The one size of picture that it takes, where it was exported for one."""
        ...

    @property
    def most_at_once(self) -> int:
        """As how many pictures of one shape it takes together while that saves anything."""
        ...

    def run(self, pictures: Pictures) -> Answers:
        """Compute."""
        ...


Made = TypeVar("Made")


class Shelf(Generic[Made]):
    """Networks made for a shape of pictures, the last few kept: cameras have few shapes."""

    def __init__(self, make: Callable[[tuple[int, ...]], Made], *, room: int = 12) -> None:
        self._make: Final = make
        self._room: Final = room
        self._made: OrderedDict[tuple[int, ...], Made] = OrderedDict()
        self._lock: Final = Lock()

    def take(self, shape: tuple[int, ...]) -> Made:
        """The one for this shape; makes it when it must."""
        with self._lock:
            if shape not in self._made:
                self._made[shape] = self._make(shape)
                if len(self._made) > self._room:
                    self._made.popitem(last=False)
            self._made.move_to_end(shape)
            return self._made[shape]


def fixed_size(weights: Path, edges: Sequence[int | None]) -> FrameSize | None:
    """The size of picture that an input of (pictures, colours, height, width) is fixed to.

    Raises:
        RefusedError: it is fixed to several pictures at once, or takes something else.
    """
    if len(edges) != 4 or edges[0] not in {None, 1} or edges[1] not in {None, 3}:
        raise RefusedError(
            f"weights {weights}: expected a network of one picture in three colours, got an input "
            f"of {tuple(edges)}; export it with batch=1, or with dynamic=True"
        )
    height, width = edges[2], edges[3]
    return None if height is None or width is None else FrameSize(width=width, height=height)
