"""A frame's way: gate ─► detect and track ─► zones, dwell ─► sealed evidence ─► message.

Media time throughout; what could not be seen is told as a signal.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from detectors.evidence.first_sights import FirstSights
from detectors.evidence.scene import Scene
from detectors.evidence.sealing import seal
from detectors.eyes.model import Eyes
from detectors.eyes.tracks import Tracks
from detectors.frames import Break, Frame
from detectors.gate import Glance
from detectors.observing import Limits, Observer, Post, Told
from detectors.ports import Publisher, Vault
from detectors.sources.source import Source, SourceUnusableError
from schemas.camera import Camera
from schemas.errors import TemporarilyUnavailableError
from schemas.events import Event
from schemas.evidence import EvidenceRef
from schemas.geometry import BoxXYXY
from schemas.ids import EventId
from schemas.manifest import About
from schemas.observation import Observation, Thing
from schemas.signal import SignalKind, StreamSignal

_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 30.0

Taken = TypeVar("Taken")


class Gate(Protocol):
    """Says whether looking is worth it."""

    def glance(self, frame: Frame, *, also: Sequence[BoxXYXY]) -> Glance:
        """What changed since the picture that was searched last, in zones and boxes of `also`."""
        ...

    def looked(self, frame: Frame) -> None:
        """This picture was searched."""
        ...


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a run came to."""

    frames: int = 0
    searched: int = 0
    signals: int = 0
    messages: int = 0
    media_time: timedelta = field(default_factory=timedelta)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraWorker:
    """All that one camera's run is made of. `stopping` is asked between frames.

    `way` names how it looks (model, rate, rules, thresholds): seen in another way, the same
    stay has the same occurrence but other messages. `about` is what manifests say of it.
    `on_waiting` is told why no frame is taken, each time that it is tried again.
    """

    camera: Camera
    posts: Sequence[Post]
    eyes: Eyes
    tracks: Tracks
    gate: Gate
    publisher: Publisher
    vault: Vault
    limits: Limits
    way: str
    about: About
    stopping: Callable[[], bool]
    on_progress: Callable[[Tally], None] = lambda _: None
    on_waiting: Callable[[str], None] = lambda _: None
    tally: Tally = field(default_factory=Tally)

    def watch(self, source: Source, *, starts_at: datetime, in_real_time: bool) -> None:
        """See a recording, or a camera until it goes away, to its end.

        `starts_at` is when its first frame was taken; `in_real_time` slows a file down to it.

        Raises:
            SourceUnusableError: the picture isn't of the size that the zones were drawn in.
            TemporarilyUnavailableError: the camera went away.
        """
        if source.frame_size != self.camera.frame:
            raise SourceUnusableError(
                f"camera {self.camera.id}: expected frames of {self.camera.frame.width}x"
                f"{self.camera.frame.height}, in which its zones are drawn, "
                f"got {source.frame_size.width}x{source.frame_size.height}"
            )
        observer = Observer(self.camera, self.posts, starts_at=starts_at, limits=self.limits)
        run = _Run(self, observer, starts_at)
        run.signal(_moment(SignalKind.STARTED, timedelta(0), f"watching with {self.eyes.name}"))
        began = time.monotonic()
        try:
            for item in source.frames():
                if self.stopping():
                    break
                if isinstance(item, Break):
                    run.signal(item)
                    continue
                if in_real_time:
                    _wait_until(began + item.at.total_seconds(), self.stopping)
                run.see(item)
        finally:
            run.lose_sight()
        why = "told to stop" if self.stopping() else "nothing comes any more"
        run.signal(_moment(SignalKind.SOURCE_ENDED, self.tally.media_time, why))

    def tell_lost(self, text: str, *, at: datetime) -> None:
        """Nobody looks from this instant on, until `started` is told again."""
        run = _Run(self, Observer(self.camera, (), starts_at=at, limits=self.limits), at)
        run.signal(_moment(SignalKind.SOURCE_LOST, timedelta(0), text))


class _Run:
    """One connection to a source."""

    def __init__(self, worker: CameraWorker, observer: Observer, starts_at: datetime) -> None:
        self._worker = worker
        self._observer = observer
        self._starts_at = starts_at
        self._about = replace(worker.about, starts_at=starts_at)
        self._everybody: tuple[Thing, ...] = ()
        self._firsts = FirstSights()

    def see(self, frame: Frame) -> None:
        """Take one frame its whole way."""
        worker, tally = self._worker, self._worker.tally
        tally.frames += 1
        tally.media_time = frame.at
        glance = worker.gate.glance(frame, also=self._observer.interest)
        if glance.is_look:
            tally.searched += 1
            (found,) = worker.eyes.find([frame.picture])
            self._everybody = worker.tracks.follow(found, frame.picture, at=frame.at)
            told = self._observer.look(frame.at, self._everybody, glance)
            worker.gate.looked(frame)
        else:
            told = self._observer.unchanged(frame.at, glance)
        self._firsts.follow(self._observer.open_since, frame)
        for one in told:
            self._publish(self._event(one, self._sealed(one, frame)))
        worker.on_progress(tally)

    def lose_sight(self) -> None:
        """Nothing comes any more."""
        for one in self._observer.end():
            self._publish(self._event(one, ()))

    def signal(self, stretch: Break) -> None:
        """Tell what could not be seen, or that looking began or ended."""
        camera = self._worker.camera.id
        begins, ends = self._starts_at + stretch.from_at, self._starts_at + stretch.until_at
        self._worker.tally.signals += 1
        self._publish(
            Event(
                id=self._id(stretch.kind, _ms(begins), _ms(ends)),
                occurred_at=ends,
                body=StreamSignal(
                    camera=camera,
                    kind=stretch.kind,
                    from_at=begins,
                    until_at=ends,
                    text=stretch.text,
                    frames=stretch.frames,
                ),
            )
        )

    def _id(self, *parts: object) -> EventId:
        """The same recording seen in the same way gives the same messages."""
        worker = self._worker
        return EventId(source_of(worker.camera.id), ":".join(map(str, (*parts, worker.way))))

    def _sealed(self, told: Told, frame: Frame) -> tuple[EvidenceRef, ...]:
        """The picture is kept before the message goes: a message never points at nothing."""
        if not told.shows:
            return ()
        first = self._firsts.of(told.occurrence)
        scene = Scene(told=told, frame=frame, everybody=self._everybody, first=first)
        return self._taken(lambda: seal(scene, about=self._about, vault=self._worker.vault))

    def _event(self, told: Told, evidence: tuple[EvidenceRef, ...]) -> Event:
        camera, stay, post = self._worker.camera, told.stay, told.post
        last_seen_at = self._starts_at + stay.last_seen
        return Event(
            id=self._id(told.occurrence, told.phase, told.sequence),
            occurred_at=last_seen_at,
            body=Observation(
                matter=post.rule.matter,
                place=post.zone.place,
                camera=camera.id,
                zone=post.zone.id,
                zone_kind=post.zone.kind,
                rule=post.rule.id,
                occurrence=told.occurrence,
                phase=told.phase,
                sequence=told.sequence,
                first_seen_at=self._starts_at + stay.first_seen,
                last_seen_at=last_seen_at,
                dwell=stay.dwell,
                confidence=round(told.confidence, 3),
                frame=camera.frame,
                things=told.things,
                evidence=evidence,
                model=self._worker.eyes.name,
                dangers=told.dangers,
                reason=told.reason,
            ),
        )

    def _publish(self, event: Event) -> None:
        self._taken(lambda: self._worker.publisher.publish(event))
        self._worker.tally.messages += 1

    def _taken(self, give: Callable[[], Taken]) -> Taken:
        """Nobody may take frames while evidence or messages can't be kept: wait for room."""
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                return give()
            except TemporarilyUnavailableError as error:
                if self._worker.stopping():
                    raise
                self._worker.on_waiting(str(error))
                time.sleep(wait_s)
                wait_s = min(_LONGEST_WAIT_S, 2 * wait_s)


def source_of(camera: str) -> str:
    """As whom a camera speaks."""
    return f"/cameras/{camera}"


def _moment(kind: SignalKind, at: timedelta, text: str) -> Break:
    return Break(kind=kind, from_at=at, until_at=at, text=text, frames=None)


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _wait_until(monotonic: float, stopping: Callable[[], bool]) -> None:
    while (left := monotonic - time.monotonic()) > 0 and not stopping():
        time.sleep(min(left, 0.2))
