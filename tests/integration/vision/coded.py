"""Small clips of known pictures, in any coding and container."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from detectors.frames import Picture

WIDTH, HEIGHT, FPS = 160, 120, 10


def pictures(count: int, *, width: int = WIDTH, height: int = HEIGHT) -> Iterator[Picture]:
    """A bright bar that goes from left to right; each picture differs from every other."""
    for index in range(count):
        picture = np.full((height, width, 3), 60, np.uint8)
        left = index * max(1, width // 64) % width
        picture[:, left : left + max(1, width // 8)] = 220
        yield picture


def write(
    path: Path,
    codec: str,
    *,
    frames: int = 50,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    pixels: str = "yuv420p",
    options: Mapping[str, str] | None = None,
    stamps: Sequence[int] | None = None,
) -> Path:
    """Frame i stands at stamps[i] tenths of a second, or at i."""
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=FPS, options=dict(options or {}))
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        for index, picture in enumerate(pictures(frames, width=width, height=height)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = index if stamps is None else stamps[index]
            frame.time_base = Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
