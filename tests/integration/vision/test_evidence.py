"""What is sealed can be looked at, and the original stays what it was."""

from datetime import timedelta
from pathlib import Path

import pytest

pytest.importorskip("cv2", reason="needs the extra [vision]")

import cv2
import numpy as np

from detectors.evidence import annotate, seal
from detectors.frames import Frame, Picture, Shown
from detectors.synthetic.rendering import Renderer
from detectors.synthetic.stories import compose
from infra.vault.disk import DiskVault
from schemas.camera import Zone, ZoneKind
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.geometry import BoxXYXY, Point, Polygon
from schemas.ids import ZoneId
from schemas.observation import Thing
from schemas.place import Place

ZONE = Zone(
    id=ZoneId("no-vending"),
    kind=ZoneKind.NO_VENDING,
    name="North gate",
    outline=Polygon((Point(40, 168), Point(330, 168), Point(330, 219), Point(40, 219))),
    place=Place(id="north-gate"),
)
STALL = Thing(kind="stall", box=BoxXYXY(x1=150, y1=160, x2=250, y2=215), confidence=0.91)
FAR = Thing(kind="person", box=BoxXYXY(x1=500, y1=150, x2=508, y2=170), confidence=0.3)
CAPTION = "cam-1  no-vending  2026-03-02 09:14:07 UTC  65 s"


@pytest.fixture(scope="module")
def frame() -> Frame:
    picture = Renderer(compose(seed=9001, story="market-street")).frame(20.0)
    return Frame(index=100, at=timedelta(seconds=20), image=Shown(picture))


def read(vault: DiskVault, ref: EvidenceRef) -> Picture:
    path = vault.find(ref.sha256)
    assert path is not None
    picture = cv2.imread(str(path))
    assert picture is not None
    return picture.astype(np.uint8, copy=False)


def difference(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


def test_the_original_and_an_annotated_picture_are_kept(frame: Frame, tmp_path: Path) -> None:
    vault = DiskVault(tmp_path)

    refs = seal(frame, things=(STALL,), zone=ZONE, caption=CAPTION, vault=vault)

    assert [ref.kind for ref in refs] == [
        EvidenceKind.ORIGINAL_FRAME,
        EvidenceKind.ANNOTATED_PICTURE,
    ]
    assert {ref.media_type for ref in refs} == {"image/jpeg"}
    assert {ref.media_time for ref in refs} == {timedelta(seconds=20)}
    assert difference(read(vault, refs[0]), frame.picture) < 4
    assert read(vault, refs[1]).shape[0] > frame.picture.shape[0]


def test_sealing_twice_gives_the_same_references(frame: Frame, tmp_path: Path) -> None:
    vault = DiskVault(tmp_path)

    first = seal(frame, things=(STALL,), zone=ZONE, caption=CAPTION, vault=vault)
    second = seal(frame, things=(STALL,), zone=ZONE, caption=CAPTION, vault=vault)

    assert first == second


def test_drawing_leaves_the_frame_alone(frame: Frame) -> None:
    before = frame.picture.copy()

    annotate(frame.picture, things=(STALL, FAR), zone=ZONE, caption=CAPTION)

    assert np.array_equal(frame.picture, before)


def test_zone_box_and_caption_are_drawn_and_the_rest_is_left_alone(frame: Frame) -> None:
    drawn = annotate(frame.picture, things=(STALL,), zone=ZONE, caption=CAPTION)

    strip = drawn.shape[0] - frame.picture.shape[0]
    below = drawn[strip:]
    assert drawn[:strip].max() > 200  # letters
    assert difference(below[215:220, 60:140], frame.picture[215:220, 60:140]) > 20
    assert difference(below[160:162, 160:240], frame.picture[160:162, 160:240]) > 20
    assert np.array_equal(below[225:], frame.picture[225:])


def test_a_small_box_gets_a_thin_line(frame: Frame) -> None:
    drawn = annotate(frame.picture, things=(FAR,), zone=ZONE, caption=CAPTION)

    below = drawn[drawn.shape[0] - frame.picture.shape[0] :]
    assert np.array_equal(below[152:169, 502:507], frame.picture[152:169, 502:507])


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((0, 0, 20, 20), id="top-left"),
        pytest.param((620, 340, 640, 360), id="bottom-right"),
        pytest.param((0, 0, 640, 360), id="all-of-it"),
    ],
)
def test_labels_stay_in_the_picture(frame: Frame, box: tuple[int, int, int, int]) -> None:
    x1, y1, x2, y2 = box
    thing = Thing(kind="umbrella", box=BoxXYXY(x1=x1, y1=y1, x2=x2, y2=y2), confidence=0.5)

    drawn = annotate(frame.picture, things=(thing,), zone=ZONE, caption=CAPTION)

    violet = (drawn == np.array([220, 150, 240])).all(axis=2)
    label = (80, 12)
    assert violet.sum() > label[0] * label[1] / 2


@pytest.mark.parametrize(
    "caption",
    [
        pytest.param("", id="nothing"),
        pytest.param("消防通道", id="no-ascii"),
        pytest.param("word " * 100, id="too-long"),
        pytest.param("two\nlines", id="lines"),
    ],
)
def test_any_caption_gives_a_strip_of_one_line(frame: Frame, caption: str) -> None:
    usual = annotate(frame.picture, things=(), zone=ZONE, caption=CAPTION)

    drawn = annotate(frame.picture, things=(), zone=ZONE, caption=caption)

    assert drawn.shape == usual.shape
    assert drawn[:, -6:].tolist() == usual[:, -6:].tolist()  # nothing runs over the edge
