"""Puts the camera pipeline together as a deployment does: the one place here that knows its parts.

Street, real clips and costs all go through `run_cameras`; what is measured is what runs.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from detectors.crew import Crew, Manned
from detectors.eyes.class_maps import find_class_map
from detectors.eyes.loading import load_eyes
from detectors.eyes.model import Eyes
from detectors.eyes.tracks import Tracks
from detectors.eyes.weights import digest_of
from detectors.frames import Frame
from detectors.gate import Pace
from detectors.posts import posts_of
from detectors.rulebook import read_rules
from detectors.rules import Post, Rule
from detectors.sources.opening import open_source
from detectors.sources.paced import paced
from detectors.station import Station
from infra.composition import RULE_BOOK
from infra.vault.disk import DiskVault
from schemas.camera import Camera
from schemas.events import Event
from tests.support.manifests import an_about

FPS: Final = 5.0
THRESHOLD_S: Final = 10.0
STARTS_AT: Final = datetime(2026, 11, 20, 4, tzinfo=UTC)
_EVERY_FRAME: Final = timedelta(microseconds=1)
_MODELS: Final = Path("bench-out") / "models"


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
    """See all recordings to their ends, in this process, as one crew that shares its eyes."""
    eyes = _eyes(jobs[0].weights)
    with ExitStack() as stack:
        manned: list[Manned] = []
        for number, job in enumerate(jobs):
            source = stack.enter_context(open_source(str(job.clip), fps=job.fps))
            manned.append(
                _station(number, job, listener).man(
                    paced(source) if job.in_real_time else source,
                    eyes,
                    starts_at=STARTS_AT,
                    stopping=lambda: False,
                )
            )
            stack.callback(manned[-1].reader.close)
        numbers = range(len(jobs))
        Crew(
            cameras=manned,
            eyes=eyes,
            stopping=lambda: all(listener.is_over(number) for number in numbers),
            on_round=_Rounds(manned, listener),
        ).run()
    return [_counted(eyes, one) for one in manned]


def bare_look(weights: Path) -> Callable[[Frame], object]:
    """The model with its tracker and nothing around it."""
    eyes, tracks = _eyes(weights), Tracks()

    def look(frame: Frame) -> object:
        (found,) = eyes.find([frame.picture])
        return tracks.follow(found, frame.picture, at=frame.at)

    return look


def known_rules() -> frozenset[str]:
    """The rules that are looked by."""
    return frozenset(rule.id for rule in _rules())


def _station(number: int, job: Job, listener: Listener) -> Station:
    ungated = Pace(look_again_after=_EVERY_FRAME, safety_again_after=_EVERY_FRAME)
    return Station(
        camera=job.camera,
        posts=_posts(job),
        about=an_about(),
        publisher=_Publisher(number, listener),
        vault=DiskVault(job.vault),
        pace=Pace() if job.is_gated else ungated,
    )


@cache
def _eyes(weights: Path) -> Eyes:
    """With every kind that its class map names; loaded once a process."""
    class_map = find_class_map(weights, digest_of(weights))
    return load_eyes(weights, class_map=class_map, cache=_MODELS)


def _posts(job: Job) -> tuple[Post, ...]:
    return tuple(
        post
        for zone in job.camera.zones
        for post in posts_of(
            job.camera,
            _rules(),
            lambda _, zone=zone: timedelta(seconds=job.threshold_of(zone.id)),
            pack="the bench's",
        )
        if post.zone is zone
    )


def _rules() -> tuple[Rule, ...]:
    return read_rules(RULE_BOOK.read_text("utf-8"), name="base")


def _counted(eyes: Eyes, manned: Manned) -> Counted:
    tally = manned.tally
    return Counted(
        eyes=eyes.name,
        frames=tally.frames,
        searched=tally.searched,
        signals=tally.signals,
        messages=tally.messages,
        media_s=tally.media_time.total_seconds(),
    )


class _Rounds:
    """Tells the listener of each frame that a round has brought."""

    def __init__(self, manned: Sequence[Manned], listener: Listener) -> None:
        self._manned = manned
        self._listener = listener
        self._frames = [0] * len(manned)

    def __call__(self) -> None:
        for number, one in enumerate(self._manned):
            tally = one.tally
            if tally.frames > self._frames[number]:
                self._frames[number] = tally.frames
                seconds = tally.media_time.total_seconds()
                self._listener.frame(number, seconds, tally.searched)


class _Publisher:
    """Hands on, with the media time at which it was told. Kafka is measured elsewhere."""

    def __init__(self, number: int, listener: Listener) -> None:
        self._number = number
        self._listener = listener

    def publish(self, event: Event) -> None:
        self._listener.message(self._number, (event.occurred_at - STARTS_AT).total_seconds(), event)
