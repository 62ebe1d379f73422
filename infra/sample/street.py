"""Two cameras on the drawn street: their clips and their zones, from seeds no model has seen."""

from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from detectors.synthetic.scenes import Ground, Scene
from detectors.synthetic.stories import DEMO_SEEDS, compose
from infra.camera_text import camera_text
from schemas.camera import Camera, Zone
from schemas.ids import CameraId, ZoneId
from schemas.place import Place

CLIP_FPS: Final = 8
CLIP_S: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCamera:
    """A camera of the sample world."""

    id: str
    story: str
    seed: int

    def scene(self) -> Scene:
        """What happens before it."""
        return compose(seed=self.seed, story=self.story)


SAMPLE_CAMERAS: Final = (
    SampleCamera(id="market-street", story="market-street", seed=DEMO_SEEDS[0]),
    SampleCamera(id="school-gate", story="fire-lane", seed=DEMO_SEEDS[1]),
)


class Drawing:
    """Clips being drawn in processes of their own. `close` ends them early."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        context = get_context("spawn")  # a fork would copy our threads' locks
        self._pool = ProcessPoolExecutor(max_workers=2, mp_context=context)
        self._clips: dict[str, Future[None]] = {
            camera.id: self._pool.submit(draw, camera, self.clip(camera))
            for camera in SAMPLE_CAMERAS
        }

    def clip(self, camera: SampleCamera) -> Path:
        """Where a camera's clip is, or will be."""
        return self._folder / f"{camera.id}.mp4"

    def is_done(self) -> bool:
        """Whether all are drawn; raises what went wrong in drawing."""
        done = [clip for clip in self._clips.values() if clip.done()]
        for clip in done:
            clip.result()
        return len(done) == len(self._clips)

    def close(self) -> None:
        """May be repeated."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def draw(camera: SampleCamera, path: Path) -> None:
    """Draw one clip."""
    from detectors.synthetic.clips import write_clip  # noqa: PLC0415 - needs the [vision] extra

    write_clip(camera.scene(), path, fps=CLIP_FPS, seconds=CLIP_S)


def camera_file(camera: SampleCamera) -> str:
    """The zones of a sample camera, as a person would write them."""
    scene = camera.scene()
    return camera_text(
        Camera(
            id=CameraId(camera.id),
            name=f"Sample street, {camera.id}",
            frame=scene.frame,
            zones=tuple(_zone(camera, ground) for ground in scene.grounds),
        )
    )


def _zone(camera: SampleCamera, ground: Ground) -> Zone:
    name = ground.name.replace(" ", "-")
    return Zone(
        id=ZoneId(name),
        kind=ground.kind,
        name=ground.name,
        outline=ground.outline,
        place=Place(id=f"{camera.id}/{name}"),
    )
