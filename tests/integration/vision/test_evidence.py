"""What is sealed can be looked at, and the original stays what it was."""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cv2", reason="needs the extra [vision]")

import cv2
import numpy as np

from detectors.evidence import first_sights
from detectors.evidence.first_sights import FirstSights
from detectors.evidence.pictures import jpeg, original_of
from detectors.evidence.privacy import private_copy
from detectors.evidence.scene import FirstSight, Scene
from detectors.evidence.sealing import seal
from detectors.frames import Frame, Luma, Picture, Shown
from detectors.sources.opening import open_source
from detectors.synthetic.rendering import Renderer
from detectors.synthetic.stories import compose
from infra.vault.disk import DiskVault
from schemas.errors import TemporarilyUnavailableError
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.ids import OccurrenceId
from schemas.manifest import ClipSpan
from schemas.wire.manifests import read_manifest
from tests.support.manifests import an_about
from tests.support.tellings import STALL, VENDOR, S, a_telling, a_thing

WALKER = a_thing("person", 500, 150, 520, 210, track="9")
STAY = a_telling().occurrence
PASSING = a_thing("vehicle", 400, 240, 560, 330, track="10")


@dataclass(frozen=True, kw_only=True)
class Footage:
    """A clip as a source gives it."""

    content: bytes = b"\0\0\0\x18ftypmp42 a clip"
    from_at: timedelta = 5 * S
    until_at: timedelta = 20 * S
    is_untouched: bool = True


class AsItCame:
    """An image that a camera sent as a file."""

    def __init__(self, came_as: bytes, picture: Picture) -> None:
        self.came_as = came_as
        self.picture = picture

    @property
    def luma(self) -> Luma:
        raise AssertionError("nobody asks for it")


@pytest.fixture(scope="module")
def frame() -> Frame:
    picture = Renderer(compose(seed=9001, story="market-street")).frame(20.0)
    return Frame(index=100, at=20 * S, image=Shown(picture))


def a_scene(frame: Frame, **changes: Any) -> Scene:
    said = {"told": a_telling(), "frame": frame, "everybody": (STALL, VENDOR, WALKER, PASSING)}
    return Scene(**{**said, **changes})


def bytes_of(vault: DiskVault, ref: EvidenceRef) -> bytes:
    path = vault.find(ref.sha256)
    assert path is not None
    return path.read_bytes()


def picture_of(content: bytes) -> Picture:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8, copy=False)


def difference(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


def test_copies_come_first_then_originals_and_clip_and_the_manifest_last(
    frame: Frame, tmp_path: Path
) -> None:
    first = FirstSight(picture=original_of(mirrored(frame)), at=2 * S)
    scene = a_scene(frame, first=first, clip=Footage())

    refs = seal(scene, about=an_about(), vault=DiskVault(tmp_path))

    assert [(ref.kind, ref.media_type, ref.media_time) for ref in refs] == [
        (EvidenceKind.ANNOTATED_PICTURE, "image/jpeg", 20 * S),
        (EvidenceKind.PRIVACY_COPY, "image/jpeg", 20 * S),
        (EvidenceKind.ORIGINAL_FRAME, "image/jpeg", 20 * S),
        (EvidenceKind.ORIGINAL_FRAME, "image/jpeg", 2 * S),
        (EvidenceKind.CLIP, "video/mp4", 5 * S),
        (EvidenceKind.MANIFEST, "application/json", 20 * S),
    ]


def test_every_item_lies_under_the_digest_of_its_bytes(frame: Frame, tmp_path: Path) -> None:
    vault = DiskVault(tmp_path)

    refs = seal(a_scene(frame, clip=Footage()), about=an_about(), vault=vault)

    for ref in refs:
        content = bytes_of(vault, ref)
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (ref.sha256, ref.size_bytes)


def test_the_original_shows_everybody_and_is_not_drawn_on(frame: Frame, tmp_path: Path) -> None:
    vault, before = DiskVault(tmp_path), frame.picture.copy()

    refs = seal(a_scene(frame), about=an_about(), vault=vault)

    original = next(ref for ref in refs if ref.kind is EvidenceKind.ORIGINAL_FRAME)
    assert np.array_equal(frame.picture, before)
    assert difference(picture_of(bytes_of(vault, original)), frame.picture) < 4


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        pytest.param(".jpg", "image/jpeg", id="jpeg"),
        pytest.param(".png", "image/png", id="png"),
    ],
)
def test_a_camera_s_own_file_is_kept_to_the_byte(
    frame: Frame, tmp_path: Path, suffix: str, media_type: str
) -> None:
    vault, given = DiskVault(tmp_path), cv2.imencode(suffix, frame.picture)[1].tobytes()
    as_it_came = Frame(index=0, at=frame.at, image=AsItCame(given, frame.picture))

    refs = seal(a_scene(as_it_came), about=an_about(), vault=vault)

    original = next(ref for ref in refs if ref.kind is EvidenceKind.ORIGINAL_FRAME)
    assert bytes_of(vault, original) == given
    assert original.media_type == media_type


def test_bytes_that_are_no_picture_are_not_taken_for_the_original(
    frame: Frame, tmp_path: Path
) -> None:
    vault = DiskVault(tmp_path)
    odd = Frame(index=0, at=frame.at, image=AsItCame(b"GIF89a", frame.picture))

    refs = seal(a_scene(odd), about=an_about(), vault=vault)

    original = next(ref for ref in refs if ref.kind is EvidenceKind.ORIGINAL_FRAME)
    assert bytes_of(vault, original).startswith(b"\xff\xd8\xff")


def test_a_folder_of_pictures_gives_its_files_as_evidence(frame: Frame, tmp_path: Path) -> None:
    folder, vault = tmp_path / "pictures", DiskVault(tmp_path / "vault")
    folder.mkdir()
    (folder / "1.jpg").write_bytes(jpeg(frame.picture, quality=70))

    with open_source(str(folder), fps=5) as source:
        (seen,) = (each for each in source.frames() if isinstance(each, Frame))
    refs = seal(a_scene(seen), about=an_about(), vault=vault)

    original = next(ref for ref in refs if ref.kind is EvidenceKind.ORIGINAL_FRAME)
    assert bytes_of(vault, original) == (folder / "1.jpg").read_bytes()


def test_bystanders_are_hidden_in_both_copies_and_who_takes_part_is_not(
    frame: Frame, tmp_path: Path
) -> None:
    vault = DiskVault(tmp_path)

    refs = seal(a_scene(frame), about=an_about(), vault=vault)

    annotated, copy = (picture_of(bytes_of(vault, ref)) for ref in refs[:2])
    hidden, _ = private_copy(frame.picture, (WALKER, PASSING))
    strip = annotated.shape[0] - frame.picture.shape[0]
    walker, plate = np.s_[150:165, 500:520], np.s_[290:328, 405:555]
    vendor = np.s_[150:170, 255:275]
    for shown in (copy, annotated[strip:]):
        assert difference(shown[walker], hidden[walker]) < 3
        assert difference(shown[plate], hidden[plate]) < 3
    assert difference(frame.picture[walker], hidden[walker]) > 8
    assert np.array_equal(frame.picture[vendor], hidden[vendor])
    assert difference(copy, hidden) < 5


def test_the_manifest_names_all_that_was_sealed_before_it_and_what_it_rests_on(
    frame: Frame, tmp_path: Path
) -> None:
    vault, about = DiskVault(tmp_path), an_about()
    scene = a_scene(frame, clip=Footage())

    *items, last = seal(scene, about=about, vault=vault)

    manifest = read_manifest(bytes_of(vault, last))
    told = scene.told
    assert manifest.items == tuple(items)
    assert manifest.about == about
    assert (manifest.occurrence, manifest.phase, manifest.sequence) == (
        *(told.occurrence, told.phase, told.sequence),
    )
    assert (manifest.rule, manifest.zone, manifest.zone_name) == (
        *("V02-street-vending", "no-vending", "北门 North gate"),
    )
    assert [(each.knowing, each.begins, each.ends) for each in manifest.proof] == [
        ("detected", 2 * S, 12 * S),
        ("gap", 12 * S, 14 * S),
        ("watched", 14 * S, 20 * S),
    ]
    assert [(gap.begins, gap.ends) for gap in manifest.gaps] == [(12 * S, 14 * S)]
    assert (manifest.dwell, manifest.threshold) == (told.stay.dwell, 10 * S)
    assert [thing.kind for thing in manifest.things] == ["stall", "person"]
    assert (manifest.blurred.heads, manifest.blurred.plates) == (1, 1)
    assert manifest.clip == ClipSpan(begins=5 * S, ends=20 * S, is_untouched=True)


def test_a_camera_s_password_is_in_no_manifest(frame: Frame, tmp_path: Path) -> None:
    vault = DiskVault(tmp_path)
    about = an_about(source="rtsp://admin:hunter2@10.0.0.7:554/live?token=hunter3#x")

    *_, last = seal(a_scene(frame), about=about, vault=vault)

    assert read_manifest(bytes_of(vault, last)).about.source == "rtsp://10.0.0.7:554/live"


def test_sealing_twice_gives_the_same_references(frame: Frame, tmp_path: Path) -> None:
    scene = a_scene(frame, clip=Footage())

    first = seal(scene, about=an_about(), vault=DiskVault(tmp_path / "one"))
    second = seal(scene, about=an_about(), vault=DiskVault(tmp_path / "other"))

    assert first == second


def test_what_began_in_this_very_frame_is_kept_once(frame: Frame, tmp_path: Path) -> None:
    firsts = FirstSights()
    firsts.follow({STAY: frame.at}, frame)

    refs = seal(a_scene(frame, first=firsts.of(STAY)), about=an_about(), vault=DiskVault(tmp_path))

    assert len({ref.sha256 for ref in refs}) == len(refs) == 4


class FullAfter:
    """A vault that takes some items and then runs full."""

    def __init__(self, vault: DiskVault, items: int) -> None:
        self._vault = vault
        self.items = items

    def keep(self, content: bytes, **said: Any) -> EvidenceRef:
        if not self.items:
            raise TemporarilyUnavailableError("full")
        self.items -= 1
        return self._vault.keep(content, **said)


@pytest.mark.parametrize("items", range(5))
def test_what_did_not_fit_is_sealed_the_same_when_there_is_room(
    frame: Frame, tmp_path: Path, items: int
) -> None:
    scene, disk = a_scene(frame, clip=Footage()), DiskVault(tmp_path / "small")
    full = FullAfter(disk, items)

    with pytest.raises(TemporarilyUnavailableError):
        seal(scene, about=an_about(), vault=full)
    full.items = 100
    refs = seal(scene, about=an_about(), vault=full)

    assert refs == seal(scene, about=an_about(), vault=DiskVault(tmp_path / "other"))
    assert all(disk.find(ref.sha256) for ref in refs)


# --- first sights


def at(frame: Frame, seconds: float) -> Frame:
    return Frame(index=round(5 * seconds), at=seconds * S, image=frame.image)


def mirrored(frame: Frame) -> Frame:
    return replace(frame, image=Shown(frame.picture[:, ::-1].copy()))


def test_the_first_picture_of_a_stay_is_kept_until_the_stay_is_over(frame: Frame) -> None:
    firsts = FirstSights()

    firsts.follow({STAY: 20 * S}, frame)
    for seconds in (20.2, 21, 25, 60):
        firsts.follow({STAY: 20 * S}, mirrored(at(frame, seconds)))
    kept = firsts.of(STAY)
    firsts.follow({}, at(frame, 61))

    assert kept is not None
    assert (kept.at, kept.picture) == (20 * S, original_of(frame))
    assert firsts.of(STAY) is None


def test_a_stay_that_is_told_within_a_second_has_its_picture_too(frame: Frame) -> None:
    firsts = FirstSights()

    firsts.follow({STAY: 20 * S}, frame)
    firsts.follow({STAY: 20 * S}, mirrored(at(frame, 20.2)))

    kept = firsts.of(STAY)
    assert kept is not None
    assert kept.picture == original_of(frame)


def test_whoever_walks_through_is_never_coded(
    frame: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    firsts = FirstSights()
    monkeypatch.setattr(first_sights, "original_of", lambda _: pytest.fail("coded for nothing"))

    for n in range(100):
        firsts.follow({OccurrenceId(f"walker-{n // 3}"): n // 3 * 0.6 * S}, at(frame, n * 0.2))


def test_a_thing_that_comes_to_rest_has_the_picture_from_which_on_it_rests(frame: Frame) -> None:
    firsts = FirstSights()

    for seconds, since in ((20, 20), (22, 20), (22.2, 22), (30, 22)):
        firsts.follow({STAY: since * S}, at(frame, seconds))

    kept = firsts.of(STAY)
    assert kept is not None
    assert kept.at == 22.2 * S


def test_after_a_restart_the_earliest_picture_is_the_first_that_there_is(frame: Frame) -> None:
    firsts = FirstSights()

    for seconds in (0, 5, 10):
        firsts.follow({STAY: -90 * S}, at(frame, seconds))

    kept = firsts.of(STAY)
    assert kept is not None
    assert kept.at == 0 * S


def test_a_busy_street_does_not_fill_the_memory(frame: Frame) -> None:
    firsts = FirstSights()
    stays: dict[OccurrenceId, timedelta] = {}

    for n in range(100):
        stays[OccurrenceId(f"stay-{n}")] = n * S
        firsts.follow(stays, at(frame, n))

    assert [stay for stay in stays if firsts.of(stay) is not None] == list(stays)[:64]
