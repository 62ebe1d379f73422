"""What is sealed can be looked at, and the original stays what it was."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cv2", reason="needs the extra [vision]")

import cv2
import numpy as np

from detectors.evidence.first_sights import FirstSights
from detectors.evidence.pictures import jpeg
from detectors.evidence.privacy import private_copy
from detectors.evidence.scene import FirstSight, Scene
from detectors.evidence.sealing import seal
from detectors.frames import Frame, Luma, Picture, Shown
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
    """An image that a camera sent as a JPEG."""

    def __init__(self, jpeg: bytes, picture: Picture) -> None:
        self.jpeg = jpeg
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
    first = FirstSight(jpeg=jpeg(frame.picture[:, ::-1].copy(), quality=95), at=2 * S)
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


def test_a_camera_s_own_jpeg_is_kept_to_the_byte(frame: Frame, tmp_path: Path) -> None:
    vault, given = DiskVault(tmp_path), jpeg(frame.picture, quality=60)
    as_it_came = Frame(index=0, at=frame.at, image=AsItCame(given, frame.picture))

    refs = seal(a_scene(as_it_came), about=an_about(), vault=vault)

    original = next(ref for ref in refs if ref.kind is EvidenceKind.ORIGINAL_FRAME)
    assert bytes_of(vault, original) == given


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


def test_the_first_picture_of_a_stay_is_kept_until_the_stay_is_over(frame: Frame) -> None:
    firsts = FirstSights()
    later = Frame(index=105, at=21 * S, image=frame.image)

    firsts.follow({STAY: frame.at}, frame)
    firsts.follow({STAY: frame.at}, later)
    kept = firsts.of(STAY)
    firsts.follow({}, later)

    assert kept is not None
    assert (kept.at, kept.jpeg) == (frame.at, jpeg(frame.picture, quality=95))
    assert firsts.of(STAY) is None


def test_no_picture_is_kept_of_a_stay_that_began_in_another_frame(frame: Frame) -> None:
    firsts = FirstSights()

    firsts.follow({STAY: 3 * S}, frame)

    assert firsts.of(STAY) is None


def test_a_stay_whose_beginning_is_taken_back_has_no_first_picture(frame: Frame) -> None:
    firsts = FirstSights()

    firsts.follow({STAY: frame.at}, frame)
    firsts.follow({STAY: 21 * S}, Frame(index=110, at=22 * S, image=frame.image))

    assert firsts.of(STAY) is None


def test_a_busy_street_does_not_fill_the_memory(frame: Frame) -> None:
    firsts = FirstSights()
    stays = {OccurrenceId(f"stay-{n}"): n * S for n in range(100)}

    for at in stays.values():
        firsts.follow(stays, Frame(index=0, at=at, image=frame.image))

    kept = [stay for stay in stays if firsts.of(stay) is not None]
    assert kept == list(stays)[:64]
