"""Runs over a clip: the bare model and the camera worker around it, by turns. Its own process.

Both decode the clip and thin it in the same way; the clock starts when the model is warm. Each
run has tracks of its own, for they remember.
"""

import gc
import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from detectors.eyes.class_maps import find_class_map
from detectors.eyes.loading import load_eyes
from detectors.eyes.model import Eyes
from detectors.eyes.tracks import Tracks
from detectors.eyes.weights import digest_of
from detectors.frames import Frame
from detectors.gate import Gate, Glance, Pace, Why
from detectors.observing import Limits, Post
from detectors.rulebook import BASE, read_rules
from detectors.sources.opening import open_source
from detectors.worker import CameraWorker, Tally
from handlers.policies.pack import SHIPPED, pack_from, read_files
from infra.cameras import read_camera
from infra.vault.disk import DiskVault
from schemas.camera import Camera
from schemas.events import Event
from schemas.geometry import BoxXYXY
from tests.bench.children import give, told
from tests.bench.processes import cost, forget_peak
from tests.support.manifests import an_about

FPS: Final = 5.0
_STARTS_AT: Final = datetime(2026, 11, 20, 4, tzinfo=UTC)
_WARMING_LOOKS: Final = 5
_WARMING_FRAMES: Final = 15


class CountingPublisher:
    """Kafka is measured elsewhere."""

    def __init__(self) -> None:
        self.messages = 0

    def publish(self, event: Event) -> None:
        self.messages += 1


class OpenGate:
    """Lets every picture through."""

    def glance(self, frame: Frame, *, also: Sequence[BoxXYXY]) -> Glance:
        everywhere = np.ones((1, 1), np.bool_)
        return Glance(why=Why.MOVED, changed=everywhere, suspect=everywhere)

    def looked(self, frame: Frame) -> None:
        """Nothing to remember."""


def main() -> None:
    order, answer = told()
    camera = read_camera(Path(order["cameras"]), order["camera"])
    kinds = list(order["kinds"])
    _run(order | {"frames": _WARMING_FRAMES}, kinds[0], camera, name="warm-up")
    rounds = []
    for number in range(order["rounds"]):
        turned = kinds[number % len(kinds) :] + kinds[: number % len(kinds)]
        rounds.append({kind: _run(order, kind, camera, name=f"{kind}-{number}") for kind in turned})
    give({"rounds": rounds}, answer)


def _run(order: dict[str, Any], kind: str, camera: Camera, *, name: str) -> dict[str, float]:
    eyes = _warm_eyes(Path(order["weights"]), camera, cache=Path(order["cameras"]) / "eyes")
    look = _bare(order, eyes)
    if order["kinds"][kind]["worker"]:
        gate: Gate | OpenGate = OpenGate()
        if order["kinds"][kind]["gate"]:
            gate = Gate(camera, pace=Pace(look_again_after=timedelta(seconds=1)))
        vault = DiskVault(Path(order["vault"]) / name)
        look = _worker(order, _camera_worker(order, eyes, camera, gate, vault))
    gc.collect()
    forget_peak()
    began, cpu = time.perf_counter(), time.process_time()
    tally = look()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {
        "frames": tally.frames,
        "searched": tally.searched,
        "messages": tally.messages,
        "fps": tally.frames / took,
        "cpu_ms_per_frame": cpu / tally.frames * 1e3,
        "peak_mib": cost(os.getpid()).peak_mib,
    }


def _warm_eyes(weights: Path, camera: Camera, *, cache: Path) -> Eyes:
    """They have looked at an empty picture of the camera's size."""
    class_map = find_class_map(weights, digest_of(weights))
    eyes = load_eyes(weights, class_map=class_map, cache=cache)
    picture = np.full((camera.frame.height, camera.frame.width, 3), 90, np.uint8)
    for _ in range(_WARMING_LOOKS):
        eyes.find([picture])
    return eyes


def _bare(order: dict[str, Any], eyes: Eyes) -> Callable[[], Tally]:
    def look() -> Tally:
        tally, tracks = Tally(), Tracks()
        with open_source(order["clip"], fps=FPS) as source:
            for item in source.frames():
                if isinstance(item, Frame):
                    (things,) = eyes.find([item.picture])
                    tracks.follow(things, item.picture, at=item.at)
                    tally.frames += 1
                if tally.frames >= order["frames"]:
                    break
        tally.searched = tally.frames
        return tally

    return look


def _camera_worker(
    order: dict[str, Any], eyes: Eyes, camera: Camera, gate: Gate | OpenGate, vault: DiskVault
) -> CameraWorker:
    tally = Tally()
    return CameraWorker(
        camera=camera,
        posts=_posts(camera),
        eyes=eyes,
        tracks=Tracks(),
        gate=gate,
        publisher=CountingPublisher(),
        vault=vault,
        limits=Limits(),
        way="bench",
        about=an_about(),
        stopping=lambda: tally.frames >= order["frames"],
        tally=tally,
    )


def _worker(order: dict[str, Any], worker: CameraWorker) -> Callable[[], Tally]:
    def look() -> Tally:
        with open_source(order["clip"], fps=FPS) as source:
            worker.watch(source, starts_at=_STARTS_AT, in_real_time=False)
        return worker.tally

    return look


def _posts(camera: Camera) -> tuple[Post, ...]:
    """The demo's pack: its thresholds are short enough for pictures to be sealed in a clip."""
    policy = pack_from(read_files("demo", SHIPPED), "demo")
    rules = read_rules(BASE.read_text("utf-8"), name="base")
    return tuple(
        Post(rule=rule, zone=zone, threshold=matter.dwell_threshold)
        for rule in rules
        if (matter := policy.matter(rule.matter)) is not None
        for zone in camera.zones
        if rule.is_for(zone)
    )


if __name__ == "__main__":
    main()
