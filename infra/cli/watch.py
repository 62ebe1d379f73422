"""`offsite watch`: one camera, or one recording, from pixels to messages."""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from detectors.capture import Source, open_source
from detectors.model import Tracker, digest_of, find_class_map
from detectors.motion import MotionGate
from detectors.observing import Limits, Post
from detectors.rulebook import BASE, read_rules
from detectors.worker import CameraWorker, Tally
from handlers.decisions.policy import Policy
from infra import composition
from infra.cameras import read_camera
from infra.cli.telling import ERR, errors_told
from infra.cli.up import say, stopping_at_signals
from infra.deployment import Deployment, find
from infra.settings import Settings
from infra.vault.disk import DiskVault
from schemas.camera import Camera
from schemas.errors import InvalidValueError, RefusedError, TemporarilyUnavailableError
from schemas.instants import parse_instant

SAMPLE_WEIGHTS: Final = composition.SAMPLE_WEIGHTS
_STILL_AT_MOST: Final = timedelta(seconds=1)
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0
_DRAIN_WITHIN_S: Final = 30.0


class Speed(StrEnum):
    """How fast a recording is seen."""

    REALTIME = "realtime"
    MAX = "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to watch, and how."""

    camera: Camera
    source: str
    weights: Path
    fps: float
    speed: Speed
    recorded_at: datetime | None
    rules: Path


def watch(
    *,
    camera: Annotated[str, typer.Option(help="Camera id; its zones are in <cameras>/<id>.toml.")],
    source: Annotated[str, typer.Option(help="A video file, or rtsp://…")],
    weights: Annotated[
        Path, typer.Option(help="Detector; by default the sample street's.")
    ] = SAMPLE_WEIGHTS,
    fps: Annotated[float, typer.Option(min=0.1, max=60, help="Frames a second to look at.")] = 5.0,
    speed: Annotated[Speed, typer.Option(help="How fast to see a file.")] = Speed.REALTIME,
    recorded_at: Annotated[
        str | None,
        typer.Option(help="When the file's first frame was taken, RFC 3339 [the file's own time]."),
    ] = None,
    rules: Annotated[Path, typer.Option(help="Rule book.")] = BASE,
) -> None:
    """Watch a camera: what stays too long in a zone becomes a candidate for people to decide."""
    settings = Settings()
    with errors_told():
        order = Order(
            camera=read_camera(composition.cameras_folder(settings), camera),
            source=source,
            weights=weights,
            fps=fps,
            speed=speed,
            recorded_at=None if recorded_at is None else parse_instant(recorded_at, "recorded_at"),
            rules=rules,
        )
        _watch(order, settings, find(settings))


def _watch(order: Order, settings: Settings, deployment: Deployment) -> None:
    class_map = find_class_map(order.weights, digest_of(order.weights))
    posts, book = _posts(order, composition.policy(settings))
    with (
        stopping_at_signals() as stop,
        composition.camera_publisher(
            settings, deployment, order.camera.id, drain_within_s=_DRAIN_WITHIN_S
        ) as publisher,
        _bar(order) as on_progress,
    ):
        attempt = 0
        tally = Tally()
        while not stop.is_set():
            eyes = Tracker(order.weights, class_map=class_map)
            worker = CameraWorker(
                camera=order.camera,
                posts=posts,
                eyes=eyes,
                gate=MotionGate(look_again_after=_frames(order.fps)),
                publisher=publisher,
                vault=DiskVault(deployment.vault),
                limits=Limits(),
                way=_way(eyes.name, order, posts, book),
                stopping=stop.is_set,
                on_progress=on_progress,
                tally=tally,
            )
            seen_before = tally.frames
            try:
                with open_source(order.source, fps=order.fps) as source:
                    worker.watch(
                        source,
                        starts_at=_starts_at(order, source),
                        in_real_time=order.speed is Speed.REALTIME and not source.is_live,
                    )
                break
            except TemporarilyUnavailableError as error:
                attempt = 1 if tally.frames > seen_before else attempt + 1
                _wait_for_camera(worker, error, attempt, stop)
    _tell_tally(order, tally)


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


def _posts(order: Order, policy: Policy) -> tuple[tuple[Post, ...], str]:
    """Each zone under each rule of its kind, with the pack's threshold; and the book's digest."""
    try:
        text = order.rules.read_text("utf-8")
    except FileNotFoundError as error:
        raise RefusedError(f"rule book {order.rules}: there is no such file") from error
    posts: list[Post] = []
    for rule in read_rules(text, name=str(order.rules)):
        matter = policy.matter(rule.matter)
        if matter is None:
            raise InvalidValueError(
                expected=f"a matter that the policy pack {policy.name} has",
                got=str(rule.matter),
                field=f"rule {rule.id}.matter",
            )
        posts += [
            Post(rule=rule, zone=zone, threshold=matter.dwell_threshold)
            for zone in order.camera.zones
            if zone.kind is rule.zone_kind
        ]
    if not posts:
        kinds = ", ".join(sorted({zone.kind.value for zone in order.camera.zones}))
        raise RefusedError(
            f"camera {order.camera.id}: no rule of {order.rules} is for its zones ({kinds})"
        )
    return tuple(posts), hashlib.sha256(text.encode()).hexdigest()


def _way(eyes: str, order: Order, posts: Sequence[Post], book: str) -> str:
    thresholds = ",".join(f"{post.rule.id}={post.threshold}" for post in posts)
    told = f"{eyes}|{order.fps}|{book}|{thresholds}|{order.camera}"
    return hashlib.sha256(told.encode()).hexdigest()[:8]


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


def _frames(fps: float) -> int:
    return max(1, round(fps * _STILL_AT_MOST.total_seconds()))


@contextmanager
def _bar(order: Order) -> Iterator[Callable[[Tally], None]]:
    """A bar where the length is known; nothing where it isn't."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f} s of media time"),
        TimeElapsedColumn(),
        console=ERR,
        transient=True,
        disable=not ERR.is_terminal,
    ) as progress:
        task = progress.add_task(order.camera.id, total=_length_s(order))
        yield lambda tally: progress.update(task, completed=tally.media_time.total_seconds())


def _length_s(order: Order) -> float | None:
    if "://" in order.source:
        return None
    with open_source(order.source, fps=order.fps) as source:
        return None if source.duration is None else source.duration.total_seconds()


def _tell_tally(order: Order, tally: Tally) -> None:
    say(
        f"camera {order.camera.id}: {tally.media_time.total_seconds():.1f} s seen, "
        f"{tally.frames} frames, {tally.searched} searched, {tally.signals} signals, "
        f"{tally.messages} messages"
    )
