"""An annotated picture says why it is shown, and hides nothing."""

from dataclasses import replace

import pytest

pytest.importorskip("cv2", reason="needs the extra [vision]")

import numpy as np

from detectors.evidence.annotating import annotate
from detectors.frames import Picture
from detectors.synthetic.rendering import Renderer
from detectors.synthetic.stories import compose
from schemas.geometry import BoxXYXY, Point, Polygon
from schemas.observation import Thing
from tests.support.tellings import STALL, ZONE

FAR = Thing(kind="person", box=BoxXYXY(x1=500, y1=150, x2=508, y2=170), confidence=0.3)
CAPTION = "cam-1  no-vending  2026-03-02 09:14:07 UTC  65 s"


@pytest.fixture(scope="module")
def picture() -> Picture:
    return Renderer(compose(seed=9001, story="market-street")).frame(20.0)


def difference(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


def test_drawing_leaves_the_frame_alone(picture: Picture) -> None:
    before = picture.copy()

    annotate(picture, things=(STALL, FAR), zone=ZONE, caption=CAPTION)

    assert np.array_equal(picture, before)


def test_zone_box_and_caption_are_drawn_and_the_rest_is_left_alone(picture: Picture) -> None:
    drawn = annotate(picture, things=(STALL,), zone=ZONE, caption=CAPTION)

    strip = drawn.shape[0] - picture.shape[0]
    below = drawn[strip:]
    assert drawn[:strip].max() > 200  # letters
    assert difference(below[215:220, 60:140], picture[215:220, 60:140]) > 20
    assert difference(below[160:162, 160:240], picture[160:162, 160:240]) > 20
    assert np.array_equal(below[225:], picture[225:])


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((0, 0, 20, 20), id="top-left"),
        pytest.param((620, 340, 640, 360), id="bottom-right"),
        pytest.param((0, 0, 640, 360), id="all-of-it"),
    ],
)
def test_labels_stay_in_the_picture(picture: Picture, box: tuple[int, int, int, int]) -> None:
    x1, y1, x2, y2 = box
    thing = Thing(kind="umbrella", box=BoxXYXY(x1=x1, y1=y1, x2=x2, y2=y2), confidence=0.5)

    drawn = annotate(picture, things=(thing,), zone=ZONE, caption=CAPTION)

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
def test_any_caption_gives_a_strip_of_one_line(picture: Picture, caption: str) -> None:
    usual = annotate(picture, things=(), zone=ZONE, caption=CAPTION)

    drawn = annotate(picture, things=(), zone=ZONE, caption=caption)

    assert drawn.shape == usual.shape
    assert drawn[:, -6:].tolist() == usual[:, -6:].tolist()  # nothing runs over the edge


def test_holes_of_a_zone_stay_clear(picture: Picture) -> None:
    hole = Polygon((Point(60, 180), Point(120, 180), Point(120, 210), Point(60, 210)))

    drawn = annotate(picture, things=(), zone=replace(ZONE, holes=(hole,)), caption="")

    below = drawn[drawn.shape[0] - picture.shape[0] :]
    assert np.array_equal(below[185:205, 65:115], picture[185:205, 65:115])
    assert difference(below[185:205, 260:300], picture[185:205, 260:300]) > 3
