"""Streets of known liveliness as 720p recordings, and cameras that look at them."""

from enum import StrEnum
from pathlib import Path
from typing import Final

import av

from detectors.synthetic.clips import write_clip
from detectors.synthetic.scenes import FRAME, Scene
from detectors.synthetic.stories import BENCH_SEEDS, compose
from infra.composition import SAMPLE_WEIGHTS
from schemas.camera import Camera
from schemas.geometry import FrameSize
from tests.bench.vision.pipeline import Job
from tests.bench.vision.zoning import camera_of

SIZE: Final = FrameSize(width=1280, height=720)
STREAM_FPS: Final = 5
_GROWN: Final = SIZE.width / FRAME.width
_SEED: Final = BENCH_SEEDS[-1]


class Load(StrEnum):
    """How much goes on before a camera: the street's stories of that name."""

    STILL = "still"
    NORMAL = "normal"
    BUSY = "busy"
    PARKED = "still-parked"
    EVENTFUL = "market-day"


def write_load(load: Load, path: Path, *, seconds: float, fps: int = STREAM_FPS) -> None:
    """[0, seconds) as a camera's main stream has it."""
    size = (SIZE.width, SIZE.height)
    write_clip(_scene(load), path, fps=fps, seconds=seconds, size=size)


def repeat(clip: Path, into: Path, *, times: int) -> None:
    """The same packets over and over: one long recording, drawn and encoded once."""
    with av.open(str(into), "w") as whole:
        with av.open(str(clip)) as once:
            source = once.streams.video[0]
            stream, lasts = whole.add_stream_from_template(source), source.duration
        for number in range(times):
            with av.open(str(clip)) as once:
                for packet in once.demux(video=0):
                    if packet.dts is not None:
                        packet.pts += number * lasts
                        packet.dts += number * lasts
                        packet.stream = stream
                        whole.mux(packet)


def job(load: Load, clip: Path, vault: Path, *, number: int = 0, in_real_time: bool = False) -> Job:
    """A camera on such a street, with the shipped weights."""
    return Job(
        clip=clip,
        camera=_camera(load, number),
        weights=SAMPLE_WEIGHTS,
        vault=vault,
        in_real_time=in_real_time,
    )


def _camera(load: Load, number: int) -> Camera:
    return camera_of(_scene(load), name=f"{load}-{number}", grown=_GROWN)


def _scene(load: Load) -> Scene:
    return compose(seed=_SEED, story=load.value)
