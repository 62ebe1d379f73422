"""Watches cameras or a recording to the end; needs the `[vision]` extra."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from detectors.crew import Crew, Manned
from detectors.drawing.film import Film
from detectors.drawing.showing import Showing
from detectors.observing import Limits
from detectors.ports import Publisher
from detectors.sources.addresses import LIVE_SCHEMES, SNAPSHOT_SCHEMES, scheme_of
from detectors.sources.hardware import Hardware
from detectors.sources.opening import open_source
from detectors.sources.paced import paced
from detectors.sources.source import Source
from detectors.sources.staying import stay_connected
from detectors.station import Station, longest_step_for
from detectors.watch import Show
from infra import opening, spooling
from infra.camera_memory import DiskMemory
from infra.cameras import reference_path
from infra.cli.looking import Looking, looking_for, reference_luma
from infra.cli.order import Order, Scene, Speed
from infra.cli.telling import ERR
from infra.cli.up import say, stopping_at_signals
from infra.deployment import Deployment
from infra.settings import Settings
from schemas.errors import InvalidValueError

_DRAIN_WITHIN_S: Final = 30.0
_MEMORY: Final = "watches"


def watch_to_the_end(order: Order, settings: Settings, deployment: Deployment) -> None:
    """Return when every recording is over, or somebody said stop; cameras are come back to."""
    looking = looking_for(
        order.scenes,
        sharpness=order.sharpness,
        rules=order.rules,
        policy=opening.policy(settings),
        settings=settings,
        say=_tell,
    )
    with ExitStack() as stack:
        stop = stack.enter_context(stopping_at_signals())
        publishers = stack.enter_context(
            spooling.camera_publishers(
                settings,
                deployment,
                [scene.camera.id for scene in order.scenes],
                drain_within_s=_DRAIN_WITHIN_S,
            )
        )
        show = stack.enter_context(_filming(order, looking))
        run = _Run(order=order, looking=looking, settings=settings, show=show, stop=stop)
        manned = run.man(publishers, stack)
        with _bar(order, manned) as bar:
            Crew(
                cameras=manned,
                eyes=looking.eyes,
                stopping=stop.is_set,
                bell=run.bell,
                on_round=bar.show,
                on_trouble=_tell,
            ).run()
    for scene, one in zip(order.scenes, manned, strict=True):
        _tell_tally(scene, one)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What mans each camera of an order."""

    order: Order
    looking: Looking
    settings: Settings
    show: Show | None
    stop: threading.Event
    bell: threading.Event = field(default_factory=threading.Event)

    def man(self, publishers: Sequence[Publisher], stack: ExitStack) -> list[Manned]:
        """Open and man every camera; those that are open are closed with the stack."""
        manned: list[Manned] = []
        for scene, publisher in zip(self.order.scenes, publishers, strict=True):
            source = stack.enter_context(self._open(scene))
            one = self._station(scene, publisher, source).man(
                source,
                self.looking.eyes,
                starts_at=self._starts_at(scene, source),
                stopping=self.stop.is_set,
                ring=self.bell.set,
            )
            stack.callback(one.reader.close)
            manned.append(one)
        return manned

    def _open(self, scene: Scene) -> Source:
        try:
            hardware = Hardware(self.order.sharpness.hardware)
        except ValueError as error:
            raise InvalidValueError(
                expected=f"one of {', '.join(Hardware)}",
                got=self.order.sharpness.hardware,
                field="--hardware",
            ) from error
        opened = partial(open_source, scene.source.secret, fps=scene.fps, hardware=hardware)
        if scheme_of(scene.source.secret) in {*LIVE_SCHEMES, *SNAPSHOT_SCHEMES}:
            return stay_connected(opened, name=str(scene.source), frame_size=scene.camera.frame)
        source = opened()
        return paced(source) if self.order.speed is Speed.REALTIME else source

    def _station(self, scene: Scene, publisher: Publisher, source: Source) -> Station:
        """Only a live camera is remembered: a recording is seen once more from its beginning."""
        camera = scene.camera
        memory = DiskMemory(self.settings.data / _MEMORY / camera.id) if source.is_live else None
        folder = opening.cameras_folder(self.settings)
        return Station(
            camera=camera,
            posts=self.looking.posts[camera.id],
            about=self.looking.about[camera.id],
            publisher=publisher,
            vault=opening.vault(self.settings),
            memory=memory,
            reference=reference_luma(reference_path(folder, camera.id)) if source.is_live else None,
            show=self.show,
            limits=Limits(longest_step=longest_step_for(scene.fps)),
        )

    def _starts_at(self, scene: Scene, source: Source) -> datetime | None:
        """When a recording's first frame was taken: told, else its own word, else its age."""
        if source.is_live:
            return None
        if self.order.recorded_at is not None:
            return self.order.recorded_at
        if source.recorded_at is not None:
            return source.recorded_at.astimezone(UTC)
        return datetime.fromtimestamp(Path(scene.source.secret).stat().st_mtime, UTC)


@contextmanager
def _filming(order: Order, looking: Looking) -> Iterator[Show | None]:
    """An annotated video, where somebody wants one."""
    if order.show is None:
        yield None
        return
    scene = order.scenes[0]
    camera = scene.camera
    with Film(
        order.show, fps=scene.fps, size=camera.frame, zones=camera.zones, title=camera.id
    ) as film:
        yield Showing(film, looking.posts[camera.id])


def _tell(text: str) -> None:
    ERR.print(f"offsite: {text}", markup=False, highlight=False)


class _Bar:
    """How much of each recording was seen; of a camera, which has no end, only how much."""

    def __init__(
        self, progress: Progress, tasks: Sequence[TaskID], manned: Sequence[Manned]
    ) -> None:
        self._progress = progress
        self._tasks = tasks
        self._manned = manned

    def show(self) -> None:
        """So far."""
        if self._progress.disable:
            return
        for task, one in zip(self._tasks, self._manned, strict=True):
            seconds = one.tally.media_time.total_seconds()
            duration = one.reader.source.duration
            of = "" if duration is None else f" of {duration.total_seconds():.0f}"
            self._progress.update(
                task, completed=seconds, seen=f"{seconds:.0f}{of} s of media time"
            )


@contextmanager
def _bar(order: Order, manned: Sequence[Manned]) -> Iterator[_Bar]:
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
        tasks = [
            progress.add_task(scene.camera.id, total=_seconds(one.reader.source.duration), seen="")
            for scene, one in zip(order.scenes, manned, strict=True)
        ]
        yield _Bar(progress, tasks, manned)


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _tell_tally(scene: Scene, manned: Manned) -> None:
    tally = manned.tally
    say(
        f"camera {scene.camera.id}: {tally.media_time.total_seconds():.1f} s seen, "
        f"{tally.frames} frames, {tally.searched} searched, {tally.signals} signals, "
        f"{tally.messages} messages"
    )
