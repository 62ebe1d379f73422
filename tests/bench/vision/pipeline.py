"""Puts the camera pipeline together as a deployment does: the one place here that knows its parts.

Street, real clips and costs all go through `run_cameras`; what is measured is what runs.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from detectors.eyes.class_maps import find_class_map
from detectors.eyes.loading import load_eyes
from detectors.eyes.model import Eyes
from detectors.eyes.tracks import Tracks
from detectors.eyes.weights import digest_of
from detectors.frames import Frame, Picture
from detectors.motion import MotionGate
from detectors.observing import Limits, Post
from detectors.rulebook import BASE, read_rules
from detectors.rules import Rule
from detectors.sources.opening import open_source
from detectors.worker import CameraWorker, Gate, Tally
from infra.vault.disk import DiskVault
from schemas.camera import Camera
from schemas.events import Event
from tests.support.manifests import an_about

FPS: Final = 5.0
THRESHOLD_S: Final = 10.0
EYES: Final = Path(__file__).parents[3] / "bench-out" / "eyes"
STARTS_AT: Final = datetime(2026, 11, 20, 4, tzinfo=UTC)
_STILL_AT_MOST: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One camera's recording, and how it is to be seen.

    `thresholds_s` are by zone, where one isn't `THRESHOLD_S`.
    """

    clip: Path
    camera: Camera
    weights: Path
    vault: Path
    thresholds_s: Mapping[str, float] = field(default_factory=dict)
    fps: float = FPS
    in_real_time: bool = False
    is_gated: bool = True

    def threshold_of(self, zone: str) -> float:
        return self.thresholds_s.get(zone, THRESHOLD_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a camera's run came to."""

    eyes: str
    frames: int
    searched: int
    signals: int
    messages: int
    media_s: float


class Listener:
    """Told of everything while it happens; camera by its number. Does nothing by itself."""

    def frame(self, camera: int, media_s: float, searched: int) -> None:
        """A frame went its whole way; so many were searched by the model until now."""

    def message(self, camera: int, media_s: float, event: Event) -> None:
        """A message left while the frame of this media time was being seen."""

    def is_over(self, camera: int) -> bool:
        """Asked between frames: whether to stop before the end."""
        return False


def run_cameras(jobs: Sequence[Job], listener: Listener) -> list[Counted]:
    """See all recordings to their ends, in this process, a thread a camera where there are more."""
    eyes = {job.weights: open_eyes(job.weights) for job in jobs}
    workers = [_worker(number, job, eyes[job.weights], listener) for number, job in enumerate(jobs)]
    if len(jobs) == 1:
        _watch(jobs[0], workers[0])
    else:
        threads = [
            threading.Thread(target=_watch, args=pair) for pair in zip(jobs, workers, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return [_counted(worker) for worker in workers]


def bare_look(weights: Path) -> Callable[[Frame], object]:
    """The model with its tracks and nothing around it."""
    eyes, tracks = open_eyes(weights), Tracks()

    def look(frame: Frame) -> object:
        (found,) = eyes.find([frame.picture])
        return tracks.follow(found, frame.picture, at=frame.at)

    return look


def open_eyes(weights: Path) -> Eyes:
    """On the engine that fits; its form is made once for all that is measured."""
    class_map = find_class_map(weights, digest_of(weights))
    return load_eyes(weights, class_map=class_map, cache=EYES)


def known_rules() -> frozenset[str]:
    """The rules that are looked by."""
    return frozenset(rule.id for rule in _rules())


def _watch(job: Job, worker: CameraWorker) -> None:
    with open_source(str(job.clip), fps=job.fps) as source:
        worker.watch(source, starts_at=STARTS_AT, in_real_time=job.in_real_time)


def _worker(number: int, job: Job, eyes: Eyes, listener: Listener) -> CameraWorker:
    tally = Tally()
    return CameraWorker(
        camera=job.camera,
        posts=_posts(job),
        eyes=eyes,
        tracks=Tracks(),
        gate=_gate(job),
        publisher=_Publisher(number, tally, listener),
        vault=DiskVault(job.vault),
        limits=Limits(),
        way="bench",
        about=an_about(),
        stopping=lambda: listener.is_over(number),
        on_progress=lambda told: listener.frame(
            number, told.media_time.total_seconds(), told.searched
        ),
        tally=tally,
    )


def _gate(job: Job) -> Gate:
    if not job.is_gated:
        return _OpenGate()
    return MotionGate(look_again_after=max(1, round(job.fps * _STILL_AT_MOST.total_seconds())))


def _posts(job: Job) -> tuple[Post, ...]:
    return tuple(
        Post(rule=rule, zone=zone, threshold=timedelta(seconds=job.threshold_of(zone.id)))
        for rule in _rules()
        for zone in job.camera.zones
        if rule.is_for(zone)
    )


def _rules() -> tuple[Rule, ...]:
    return read_rules(BASE.read_text("utf-8"), name="base")


def _counted(worker: CameraWorker) -> Counted:
    tally = worker.tally
    return Counted(
        eyes=worker.eyes.name,
        frames=tally.frames,
        searched=tally.searched,
        signals=tally.signals,
        messages=tally.messages,
        media_s=tally.media_time.total_seconds(),
    )


class _Publisher:
    """Hands on, with the media time at which it was told. Kafka is measured elsewhere."""

    def __init__(self, number: int, tally: Tally, listener: Listener) -> None:
        self._number = number
        self._tally = tally
        self._listener = listener

    def publish(self, event: Event) -> None:
        self._listener.message(self._number, self._tally.media_time.total_seconds(), event)


class _OpenGate:
    """Lets every picture through."""

    def changed(self, picture: Picture) -> bool:
        return True
