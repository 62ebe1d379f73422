"""What a frame of 720p costs in brightness and in colour: `python -m tests.bench.decoding`."""

import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np

from detectors.sources.decoded import DecodedImage

WIDTH, HEIGHT, FRAMES, ROUNDS = 1280, 720, 100, 5
_OURS: Final = "luma of the decoder's frame"
_BEFORE: Final = "picture in colours, then grey"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "street.mp4"
        _write(path)
        with av.open(str(path)) as container:
            container.streams.video[0].thread_count = 1
            began = time.process_time()
            frames = list(container.decode(video=0))
            decoding_ms = (time.process_time() - began) / len(frames) * 1e3
    ways: dict[str, Callable[[av.VideoFrame], object]] = {
        _OURS: lambda frame: DecodedImage(frame).luma,
        "picture in colours": lambda frame: DecodedImage(frame).picture,
        _BEFORE: lambda frame: cv2.cvtColor(DecodedImage(frame).picture, cv2.COLOR_BGR2GRAY),
        "converted to grey": lambda frame: frame.to_ndarray(format="gray"),
    }
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            best[name] = min(best[name], _ms(frames, way))
    saved_ms = best[_BEFORE] - best[_OURS]
    told = [
        f"{WIDTH}x{HEIGHT}, {FRAMES} frames, best of {ROUNDS} rounds, ms of CPU a frame",
        f"{decoding_ms:6.2f}  decoding (H.264, one thread)",
        *(f"{took:6.2f}  {name}" for name, took in best.items()),
        f"{saved_ms:6.2f}  saved where nobody asks for colours",
    ]
    sys.stdout.write("\n".join(told) + "\n")


def _ms(frames: list[av.VideoFrame], way: Callable[[av.VideoFrame], object]) -> float:
    began = time.process_time()
    for frame in frames:
        way(frame)
    return (time.process_time() - began) / len(frames) * 1e3


def _write(path: Path) -> None:
    """A textured ground with something that moves over it."""
    noise = np.random.default_rng(720).integers(0, 255, (HEIGHT // 16, WIDTH // 16, 3), np.uint8)
    ground = cv2.resize(noise, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for index in range(FRAMES):
            picture = ground.copy()
            picture[300:500, 10 * index : 10 * index + 90] = 220
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main()
