"""Watches one camera or one recording to its end; needs the `[vision]` extra."""

import hashlib
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from detectors.eyes.class_maps import find_class_map
from detectors.eyes.loading import load_eyes
from detectors.eyes.model import Eyes
from detectors.eyes.tracks import Tracks
from detectors.eyes.weights import digest_of
from detectors.gate import Gate, Pace
from detectors.observing import Limits, Post
from detectors.posts import posts_of
from detectors.rulebook import read_rules
from detectors.sources.opening import open_source
from detectors.sources.source import Source
from detectors.worker import CameraWorker, Tally
from handlers.decisions.policy import Policy
from infra import composition, opening
from infra.cli.order import Order, Speed
from infra.cli.telling import ERR
from infra.cli.up import say, stopping_at_signals
from infra.deployment import Deployment
from infra.settings import Settings
from schemas.errors import RefusedError, TemporarilyUnavailableError
from schemas.ids import Sha256
from schemas.manifest import About
from schemas.matter import MatterKey

_STILL_AT_MOST: Final = timedelta(seconds=1)
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0
_DRAIN_WITHIN_S: Final = 30.0


def watch_to_the_end(order: Order, settings: Settings, deployment: Deployment) -> None:
    """Return when the recording is over, or somebody said stop; a camera is come back to."""
    looking = _looking(order, opening.policy(settings), cache=settings.data / "eyes")
    tally = Tally()
    with (
        stopping_at_signals() as stop,
        composition.camera_publisher(
            settings, deployment, order.camera.id, drain_within_s=_DRAIN_WITHIN_S
        ) as publisher,
        _bar(order) as bar,
    ):
        attempt = 0
        worker: CameraWorker | None = None
        while not stop.is_set():
            worker = worker or CameraWorker(
                camera=order.camera,
                posts=looking.posts,
                eyes=looking.eyes,
                tracks=Tracks(),  # knows nobody yet
                gate=Gate(order.camera, pace=Pace(look_again_after=_STILL_AT_MOST)),
                publisher=publisher,
                vault=opening.vault(settings),
                limits=Limits(),
                way=looking.way,
                about=looking.about,
                stopping=stop.is_set,
                on_progress=bar.show,
                on_waiting=_tell_waiting,
                tally=tally,
            )
            seen_before = tally.frames
            try:
                _watch_once(order, worker, bar)
                break
            except TemporarilyUnavailableError as error:
                has_seen = tally.frames > seen_before
                attempt = 1 if has_seen else attempt + 1
                _wait_for_camera(worker, error, attempt, stop)
                worker = None if has_seen else worker  # its tracks may still be as new
    _tell_tally(order, tally)


def _watch_once(order: Order, worker: CameraWorker, bar: "_Bar") -> None:
    with open_source(order.source, fps=order.fps) as source:
        bar.expect(source.duration)
        in_real_time = order.speed is Speed.REALTIME and not source.is_live
        worker.watch(source, starts_at=_starts_at(order, source), in_real_time=in_real_time)


def _wait_for_camera(
    worker: CameraWorker, error: TemporarilyUnavailableError, attempt: int, stop: threading.Event
) -> None:
    """Say it, record it, and come back later; a little chance keeps cameras from coming at once."""
    wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (attempt - 1))
    wait_s *= random.uniform(0.8, 1.2)  # noqa: S311 - no secret
    ERR.print(f"offsite: {error}; again in {wait_s:.0f} s", markup=False, highlight=False)
    worker.tell_lost(str(error), at=datetime.now(UTC))
    ends_at = time.monotonic() + wait_s
    while time.monotonic() < ends_at and not stop.is_set():
        time.sleep(0.1)


def _tell_waiting(why: str) -> None:
    ERR.print(f"offsite: no frame is taken: {why}", markup=False, highlight=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looking:
    """What is looked for, with which eyes; `way` names all of it."""

    posts: Sequence[Post]
    eyes: Eyes
    way: str
    about: About


def _looking(order: Order, policy: Policy, *, cache: Path) -> _Looking:
    try:
        book = order.rules.read_text("utf-8")
    except FileNotFoundError as error:
        raise RefusedError(f"rule book {order.rules}: there is no such file") from error
    posts = _posts(order, book, policy)
    class_map = find_class_map(order.weights, digest_of(order.weights))
    eyes = load_eyes(order.weights, class_map=class_map, cache=cache, say=say)
    thresholds = ",".join(f"{post.rule.id}={post.threshold}" for post in posts)
    seeing = f"{eyes.weights_digest}|{eyes.class_map_digest}|{eyes.name}"
    told = f"{seeing}|{order.fps}|{book}|{thresholds}|{order.camera}"
    way = hashlib.sha256(told.encode()).hexdigest()[:8]
    return _Looking(
        posts=posts,
        eyes=eyes,
        way=way,
        about=_about(order, eyes, way=way, book=book),
    )


def _about(order: Order, eyes: Eyes, *, way: str, book: str) -> About:
    """What manifests say of this run; when it starts, a connection knows."""
    return About(
        camera=order.camera.id,
        camera_name=order.camera.name,
        source=order.source,
        time_source="stream timestamps",
        starts_at=datetime.now(UTC),
        model=eyes.name,
        way=way,
        software=f"offsite-enforcement {version('offsite-enforcement')}",
        weights=eyes.weights_digest,
        class_map=eyes.class_map_digest,
        rule_book=Sha256(hashlib.sha256(book.encode()).hexdigest()),
    )


def _posts(order: Order, book: str, policy: Policy) -> Sequence[Post]:
    """Each zone under each rule that is for it, with the pack's threshold."""
    posts = posts_of(
        order.camera,
        read_rules(book, name=str(order.rules)),
        partial(_threshold_of, policy),
        pack=policy.name,
    )
    if not posts:
        kinds = ", ".join(sorted({zone.kind.value for zone in order.camera.zones}))
        raise RefusedError(
            f"camera {order.camera.id}: no rule of {order.rules} is for its zones ({kinds})"
        )
    return posts


def _threshold_of(policy: Policy, key: MatterKey) -> timedelta | None:
    matter = policy.matter(key)
    return None if matter is None else matter.dwell_threshold


def _starts_at(order: Order, source: Source) -> datetime:
    """When the first frame was taken: told, else the container's word, else the file's age.

    A live camera's first frame is taken now; after that only media time counts.
    """
    if source.is_live:
        return datetime.now(UTC)
    if order.recorded_at is not None:
        return order.recorded_at
    modified_at = datetime.fromtimestamp(Path(order.source).stat().st_mtime, UTC)
    return (source.recorded_at or modified_at).astimezone(UTC)


class _Bar:
    """How much of a recording was seen; of a camera, which has no end, only how much."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._of = ""

    def expect(self, duration: timedelta | None) -> None:
        """What was opened is so long, where that is known."""
        if duration is not None:
            self._of = f" of {duration.total_seconds():.0f}"
            self._progress.update(self._task, total=duration.total_seconds())

    def show(self, tally: Tally) -> None:
        """So far."""
        seconds = tally.media_time.total_seconds()
        seen = f"{seconds:.0f}{self._of} s of media time"
        self._progress.update(self._task, completed=seconds, seen=seen)


@contextmanager
def _bar(order: Order) -> Iterator[_Bar]:
    """Only where somebody looks."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[seen]}"),
        TimeElapsedColumn(),
        console=ERR,
        transient=True,
        disable=not ERR.is_terminal,
    ) as progress:
        yield _Bar(progress, progress.add_task(order.camera.id, total=None, seen=""))


def _tell_tally(order: Order, tally: Tally) -> None:
    say(
        f"camera {order.camera.id}: {tally.media_time.total_seconds():.1f} s seen, "
        f"{tally.frames} frames, {tally.searched} searched, {tally.signals} signals, "
        f"{tally.messages} messages"
    )
