"""A camera's watch on the drawn street, with the model that we ship."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from detectors.eyes.model import Eyes
from detectors.sources.opening import open_source
from detectors.sources.source import SourceUnusableError
from detectors.synthetic.clips import write_clip
from detectors.synthetic.scenes import Scene
from detectors.synthetic.stories import compose
from detectors.synthetic.truth import stays
from detectors.watch import Tally
from infra.composition import SAMPLE_WEIGHTS
from infra.vault.disk import DiskVault
from schemas.evidence import EvidenceKind
from schemas.geometry import FrameSize
from schemas.ids import ZoneId
from schemas.observation import Phase
from schemas.signal import SignalKind
from tests.support.watches import (
    STARTS_AT,
    Kept,
    a_station,
    a_street_camera,
    shipped_eyes,
    shipped_posts,
    watch,
)

CLIP_S = 34.0
THRESHOLD = timedelta(seconds=12)

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("clips")
    for story in ("fire-lane", "quiet"):
        write_clip(a_scene(story), folder / f"{story}.mp4", fps=5, seconds=CLIP_S)
    return folder


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> Eyes:
    return shipped_eyes(SAMPLE_WEIGHTS, tmp_path_factory.mktemp("models"))


def a_scene(story: str) -> Scene:
    return compose(seed=9_050, story=story)


def seen(
    clip: Path,
    story: str,
    eyes: Eyes,
    *,
    vault: Path,
    publisher: Kept,
    frame: FrameSize | None = None,
) -> Tally:
    camera = a_street_camera(a_scene(story), frame)
    posts = shipped_posts(camera, threshold=THRESHOLD)
    station = a_station(camera, posts, publisher=publisher, vault=vault)
    with open_source(str(clip), fps=5) as source:
        return watch(station, source, eyes)


@pytest.fixture(scope="module")
def fire_lane(
    clips: Path, eyes: Eyes, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Kept, Path, Tally]:
    published, vault = Kept(), tmp_path_factory.mktemp("vault")
    tally = seen(clips / "fire-lane.mp4", "fire-lane", eyes, vault=vault, publisher=published)
    return published, vault, tally


def test_what_the_scene_knows_is_what_the_watch_tells(fire_lane: tuple[Kept, Path, Tally]) -> None:
    truth = {
        stay.ground: stay
        for stay in stays(a_scene("fire-lane"), until=CLIP_S)
        if stay.ends - stay.begins > THRESHOLD.total_seconds()
    }

    began = {one.zone: one for one in fire_lane[0].observations if one.phase is Phase.BEGAN}

    assert set(began) == set(truth) == {"fire lane", "pavement"}
    for name, stay in truth.items():
        first_seen = (began[ZoneId(name)].first_seen_at - STARTS_AT).total_seconds()
        assert stay.begins <= first_seen <= stay.begins + 4  # it is still only where it stands


def test_evidence_is_in_the_vault_before_the_message_and_shows_the_thing(
    fire_lane: tuple[Kept, Path, Tally],
) -> None:
    vault = DiskVault(fire_lane[1])
    began = [one for one in fire_lane[0].observations if one.phase is Phase.BEGAN]

    kept = [[vault.find(item.sha256) for item in one.evidence] for one in began]

    assert all(None not in paths for paths in kept)
    assert all({thing.kind for thing in one.things} == {"vehicle"} for one in began)
    for one in began:
        kinds = [item.kind for item in one.evidence]
        assert kinds[0] is EvidenceKind.ANNOTATED_PICTURE
        assert set(kinds) == {
            EvidenceKind.ANNOTATED_PICTURE,
            EvidenceKind.PRIVACY_COPY,
            EvidenceKind.ORIGINAL_FRAME,
            EvidenceKind.CLIP,
            EvidenceKind.MANIFEST,
        }


def test_an_observation_says_why_in_words_with_numbers(fire_lane: tuple[Kept, Path, Tally]) -> None:
    began = [one for one in fire_lane[0].observations if one.phase is Phase.BEGAN]

    reasons = [one.reason for one in began]

    assert all(reason is not None and "at least 12 s" in reason.en for reason in reasons)
    assert all(reason is not None and "至少12秒" in reason.zh for reason in reasons)


def test_all_of_the_time_is_accounted_for(fire_lane: tuple[Kept, Path, Tally]) -> None:
    kinds = [signal.kind for signal in fire_lane[0].signals]
    (looked,) = (one for one in fire_lane[0].signals if one.kind is SignalKind.LOOKED)

    assert kinds == [SignalKind.STARTED, SignalKind.LOOKED, SignalKind.SOURCE_ENDED]
    assert looked.from_at == STARTS_AT
    assert looked.frames == fire_lane[2].frames


def test_a_street_is_searched_only_while_something_moves(
    fire_lane: tuple[Kept, Path, Tally],
) -> None:
    assert 0 < fire_lane[2].searched < 0.6 * fire_lane[2].frames


def test_the_same_recording_seen_again_sends_the_same_messages(
    clips: Path, eyes: Eyes, tmp_path: Path, fire_lane: tuple[Kept, Path, Tally]
) -> None:
    again = Kept(away_first=1)

    seen(clips / "fire-lane.mp4", "fire-lane", eyes, vault=tmp_path, publisher=again)

    assert [event.id for event in again.events] == [event.id for event in fire_lane[0].events]
    assert again.sent == fire_lane[0].sent


def test_a_street_on_which_nobody_stays_tells_nothing(
    clips: Path, eyes: Eyes, tmp_path: Path
) -> None:
    published = Kept()

    seen(clips / "quiet.mp4", "quiet", eyes, vault=tmp_path, publisher=published)

    assert published.observations == []


def test_frames_of_another_size_are_refused(clips: Path, eyes: Eyes, tmp_path: Path) -> None:
    size = FrameSize(width=1280, height=720)

    with pytest.raises(SourceUnusableError, match=r"expected frames of 1280x720.*got 640x360"):
        seen(clips / "quiet.mp4", "quiet", eyes, vault=tmp_path, publisher=Kept(), frame=size)
