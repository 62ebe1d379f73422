"""A camera worker on the drawn street, with the model that we ship."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from detectors.eyes.tracks import Tracks
from detectors.gate import Gate, Pace
from detectors.observing import Limits, Post
from detectors.ports import Vault
from detectors.rulebook import BASE, read_rules
from detectors.sources.opening import open_source
from detectors.sources.source import SourceUnusableError
from detectors.synthetic.clips import write_clip
from detectors.synthetic.scenes import Scene
from detectors.synthetic.stories import compose
from detectors.synthetic.truth import stays
from detectors.worker import CameraWorker
from infra.vault.disk import DiskVault
from schemas.camera import Camera, Zone
from schemas.errors import TemporarilyUnavailableError
from schemas.events import Event
from schemas.evidence import EvidenceRef
from schemas.geometry import FrameSize
from schemas.ids import CameraId, ZoneId
from schemas.observation import Observation, Phase
from schemas.place import Place
from schemas.signal import SignalKind, StreamSignal
from schemas.wire.reading import read_event
from schemas.wire.writing import write_event
from tests.support.eyes import open_eyes
from tests.support.manifests import an_about

STARTS_AT = datetime(2026, 11, 1, 8, tzinfo=UTC)
CLIP_S = 34.0
THRESHOLD = timedelta(seconds=12)


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


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("clips")
    for story in ("fire-lane", "quiet"):
        write_clip(a_scene(story), folder / f"{story}.mp4", fps=5, seconds=CLIP_S)
    return folder


def a_scene(story: str) -> Scene:
    return compose(seed=9_050, story=story)


def a_camera(scene: Scene, frame: FrameSize | None = None) -> Camera:
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


def watch(
    clip: Path, story: str, vault: Path | Vault, publisher: Kept, **changed: Any
) -> CameraWorker:
    camera = a_camera(a_scene(story), changed.pop("frame", None))
    worker = CameraWorker(
        camera=camera,
        posts=[
            Post(rule=rule, zone=zone, threshold=THRESHOLD)
            for rule in read_rules(BASE.read_text("utf-8"), name="base")
            for zone in camera.zones
            if rule.is_for(zone)
        ],
        eyes=open_eyes(),
        tracks=Tracks(),
        gate=Gate(camera, pace=Pace(look_again_after=timedelta(seconds=1))),
        publisher=publisher,
        vault=DiskVault(vault) if isinstance(vault, Path) else vault,
        limits=Limits(),
        way="test",
        about=an_about(),
        stopping=lambda: False,
        **changed,
    )
    with open_source(str(clip), fps=5) as source:
        worker.watch(source, starts_at=STARTS_AT, in_real_time=False)
    return worker


@pytest.fixture(scope="module")
def fire_lane(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Kept, Path]:
    published, vault = Kept(), tmp_path_factory.mktemp("vault")
    watch(clips / "fire-lane.mp4", "fire-lane", vault, published)
    return published, vault


def test_what_the_scene_knows_is_what_the_worker_tells(fire_lane: tuple[Kept, Path]) -> None:
    truth = {
        stay.ground: stay
        for stay in stays(a_scene("fire-lane"), until=CLIP_S)
        if stay.ends - stay.begins > THRESHOLD.total_seconds()
    }

    began = {one.zone: one for one in fire_lane[0].observations if one.phase is Phase.BEGAN}

    assert set(began) == set(truth) == {"fire lane", "pavement"}
    for name, stay in truth.items():
        first_seen = (began[ZoneId(name)].first_seen_at - STARTS_AT).total_seconds()
        assert first_seen == pytest.approx(stay.begins, abs=1.0)


def test_evidence_is_in_the_vault_before_the_message_and_shows_the_thing(
    fire_lane: tuple[Kept, Path],
) -> None:
    published, folder = fire_lane
    vault = DiskVault(folder)
    began = [one for one in published.observations if one.phase is Phase.BEGAN]

    kept = [[vault.find(item.sha256) for item in one.evidence] for one in began]

    assert all(len(paths) == 5 and None not in paths for paths in kept)
    assert all({thing.kind for thing in one.things} == {"vehicle"} for one in began)


def test_looking_begins_and_ends_with_a_signal(fire_lane: tuple[Kept, Path]) -> None:
    kinds = [signal.kind for signal in fire_lane[0].signals]

    assert kinds == [SignalKind.STARTED, SignalKind.SOURCE_ENDED]


def test_the_same_recording_seen_again_sends_the_same_messages(
    clips: Path, tmp_path: Path, fire_lane: tuple[Kept, Path]
) -> None:
    again = Kept(away_first=1)

    watch(clips / "fire-lane.mp4", "fire-lane", tmp_path, again)

    assert [event.id for event in again.events] == [event.id for event in fire_lane[0].events]
    assert again.sent == fire_lane[0].sent


class FullFirst(DiskVault):
    """A vault that is full for a while."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.full_for = 2

    def keep(self, content: bytes, **said: Any) -> EvidenceRef:
        if self.full_for:
            self.full_for -= 1
            raise TemporarilyUnavailableError("the vault is full")
        return super().keep(content, **said)


def test_a_full_vault_holds_the_street_up_and_loses_no_message(
    clips: Path, tmp_path: Path, fire_lane: tuple[Kept, Path]
) -> None:
    published, said = Kept(), list[str]()

    watch(
        *(clips / "fire-lane.mp4", "fire-lane", FullFirst(tmp_path), published),
        on_waiting=said.append,
    )

    assert said == ["the vault is full"] * 2
    assert published.sent == fire_lane[0].sent


def test_a_street_on_which_nobody_stays_tells_nothing(clips: Path, tmp_path: Path) -> None:
    published = Kept()

    watch(clips / "quiet.mp4", "quiet", tmp_path, published)

    assert published.observations == []


def test_frames_of_another_size_are_refused(clips: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceUnusableError, match=r"expected frames of 1280x720.*got 640x360"):
        watch(
            clips / "quiet.mp4", "quiet", tmp_path, Kept(), frame=FrameSize(width=1280, height=720)
        )
