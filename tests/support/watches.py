"""A camera's watch without Kafka or database: for tests that see clips."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from detectors.crew import Crew
from detectors.eyes.class_maps import find_class_map
from detectors.eyes.loading import load_eyes
from detectors.eyes.model import Eyes
from detectors.eyes.weights import digest_of
from detectors.observing import Limits
from detectors.ports import Memory, Publisher
from detectors.posts import posts_of
from detectors.rulebook import read_rules
from detectors.rules import Post
from detectors.sources.source import Source
from detectors.station import Station
from detectors.synthetic.scenes import Scene
from detectors.watch import Tally
from infra.composition import RULE_BOOK
from infra.vault.disk import DiskVault
from schemas.camera import Camera, Zone
from schemas.errors import TemporarilyUnavailableError
from schemas.events import Event
from schemas.geometry import FrameSize
from schemas.ids import CameraId, ZoneId
from schemas.manifest import About
from schemas.observation import Observation
from schemas.place import Place
from schemas.signal import StreamSignal
from schemas.wire.reading import read_event
from schemas.wire.writing import write_event

STARTS_AT: Final = datetime(2026, 11, 1, 8, tzinfo=UTC)


class Kept:
    """A publisher that keeps what it is given, in the form in which it would be sent."""

    def __init__(self, *, away_first: int = 0) -> None:
        self.sent: list[bytes] = []
        self._away = away_first

    def publish(self, event: Event) -> None:
        if self._away:
            self._away -= 1
            raise TemporarilyUnavailableError("the spool is full")
        self.sent.append(write_event(event))

    @property
    def events(self) -> list[Event]:
        return [read_event(value, {}) for value in self.sent]

    @property
    def observations(self) -> list[Observation]:
        return [event.body for event in self.events if isinstance(event.body, Observation)]

    @property
    def signals(self) -> list[StreamSignal]:
        return [event.body for event in self.events if isinstance(event.body, StreamSignal)]


def a_street_camera(scene: Scene, frame: FrameSize | None = None) -> Camera:
    """The drawn street's camera, with a zone for each of its grounds."""
    zones = tuple(
        Zone(
            id=ZoneId(ground.name),
            kind=ground.kind,
            name=ground.name,
            outline=ground.outline,
            place=Place(id=ground.name),
        )
        for ground in scene.grounds
    )
    return Camera(id=CameraId("cam"), name="cam", frame=frame or scene.frame, zones=zones)


def shipped_posts(camera: Camera, *, threshold: timedelta) -> Sequence[Post]:
    """The shipped rule book at one threshold."""
    rules = read_rules(RULE_BOOK.read_text("utf-8"), name="base")
    return posts_of(camera, rules, lambda _: threshold, pack="a test's")


def shipped_eyes(weights: Path, cache: Path) -> Eyes:
    """Weights with the class map that vouches for them."""
    class_map = find_class_map(weights, digest_of(weights))
    return load_eyes(weights, class_map=class_map, cache=cache)


def a_station(
    camera: Camera,
    posts: Sequence[Post],
    *,
    publisher: Publisher,
    vault: Path,
    memory: Memory | None = None,
    limits: Limits | None = None,
) -> Station:
    """All that one watch needs."""
    return Station(
        camera=camera,
        posts=tuple(posts),
        about=About(
            camera=camera.id,
            camera_name=camera.name,
            source="a clip",
            time_source="stream timestamps",
            starts_at=STARTS_AT,
            model="unknown",
            way="test",
            software="test",
        ),
        publisher=publisher,
        vault=DiskVault(vault),
        memory=memory,
        limits=limits or Limits(),
    )


def watch(station: Station, source: Source, eyes: Eyes) -> Tally:
    """See a source to its end."""
    manned = station.man(source, eyes, starts_at=STARTS_AT, stopping=lambda: False)
    Crew(cameras=[manned], eyes=eyes, stopping=lambda: False).run()
    return manned.tally
