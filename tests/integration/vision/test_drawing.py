"""Zones, boxes and labels on pictures: what stands where, and what can be written."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from detectors.drawing import text
from detectors.drawing.labels import Label, Places
from detectors.drawing.palette import LIGHT, ZONES, colour_of_zone
from detectors.drawing.things import draw_box_labels, draw_boxes, label_of
from detectors.drawing.zones import draw_zone_labels, draw_zones, middle_of
from schemas.camera import Zone, ZoneKind
from schemas.geometry import BoxXYXY, Point, Polygon
from schemas.ids import ZoneId
from schemas.observation import Thing
from tests.support.builders import a_place

XY = tuple[float, float]
SQUARE = ((100, 100), (300, 100), (300, 300), (100, 300))


def a_picture(width: int = 640, height: int = 360) -> np.ndarray:
    return np.full((height, width, 3), 128, np.uint8)


def a_zone(*corners: XY, name: str = "bay", holes: tuple[tuple[XY, ...], ...] = ()) -> Zone:
    def polygon(pairs: tuple[XY, ...]) -> Polygon:
        return Polygon(tuple(Point(*pair) for pair in pairs))

    return Zone(
        id=ZoneId("bay"),
        kind=ZoneKind.FIRE_LANE,
        name=name,
        outline=polygon(corners),
        holes=tuple(map(polygon, holes)),
        place=a_place(),
        road_side=(Point(*corners[0]), Point(*corners[1])),
    )


def changed(picture: np.ndarray) -> np.ndarray:
    return (picture != 128).any(axis=2)


def test_a_zone_is_tinted_but_for_its_holes() -> None:
    picture = a_picture()

    draw_zones(picture, [a_zone(*SQUARE, holes=(((180, 180), (220, 180), (220, 220)),))])

    drawn = changed(picture)
    assert drawn[150, 150]
    assert not drawn[190, 210]
    assert not drawn[:90].any()
    assert not drawn[:, 320:].any()


def test_zones_beside_each_other_have_colours_of_their_own() -> None:
    far = [np.abs(np.subtract(a, b)).max() for a, b in combinations(ZONES, 2)]

    assert min(far) >= 45
    assert colour_of_zone(0) == colour_of_zone(len(ZONES))


@pytest.mark.parametrize(
    ("corners", "is_inside"),
    [
        pytest.param(SQUARE, True, id="room enough"),
        pytest.param(((300, 100), (340, 100), (340, 130), (300, 130)), False, id="too small"),
        pytest.param(((0, 0), (40, 0), (40, 20), (0, 20)), False, id="in the corner"),
        pytest.param(((600, 340), (640, 340), (640, 360), (600, 360)), False, id="other corner"),
    ],
)
def test_a_label_stands_in_its_zone_or_beside_it(corners: tuple[XY, ...], is_inside: bool) -> None:
    zone, picture = a_zone(*corners), a_picture()

    draw_zone_labels(picture, [zone], Places(picture))

    ys, xs = np.nonzero(changed(picture))
    middle = Point(float(xs.mean()), float(ys.mean()))
    assert len(xs) > 300
    assert zone.contains(middle) is is_inside


def test_the_middle_of_a_long_zone_is_in_its_middle() -> None:
    zone = a_zone((100, 100), (500, 100), (500, 140), (100, 140))

    x, y, room = middle_of(zone, (360, 640))

    assert (abs(x - 300) < 20, abs(y - 120) < 10, 15 < room < 25) == (True, True, True)


def test_labels_do_not_cover_each_other() -> None:
    things = [
        Thing(
            kind="person", box=BoxXYXY(x1=x, y1=100, x2=x + 40, y2=200), confidence=0.9, track="7"
        )
        for x in (100, 110, 120, 130)
    ]
    picture = a_picture()
    places = Places(picture)

    draw_boxes(picture, things)
    draw_box_labels(picture, things, places)

    assert not any(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        for a, b in combinations(places._taken, 2)
    )


@pytest.mark.parametrize("at", [(-500.0, -500.0), (5000.0, 5000.0), (0.0, 0.0)])
def test_a_label_stays_in_the_picture(at: XY) -> None:
    picture = a_picture(200, 60)
    label = Label(lines=["a label that is far too long for it", "x"], colour=LIGHT, size_px=20)

    label.draw(picture, Places(picture).find(label.size, [at]))

    assert changed(picture).any()


def test_a_box_over_the_edge_of_the_picture_is_drawn_all_the_same() -> None:
    picture = a_picture(100, 60)
    thing = Thing(kind="goods", box=BoxXYXY(x1=-50, y1=-20, x2=400, y2=300), confidence=0.5)

    draw_boxes(picture, [thing])
    draw_box_labels(picture, [thing], Places(picture))

    assert changed(picture).any()


def test_a_box_says_kind_track_and_confidence() -> None:
    box = BoxXYXY(x1=0, y1=0, x2=1, y2=1)

    assert label_of(Thing(kind="vehicle", box=box, confidence=0.926, track="17")) == (
        "vehicle #17 0.93"
    )
    assert label_of(Thing(kind="stall", box=box, confidence=0.5)) == "stall 0.50"


def test_without_a_chinese_font_the_id_stands_in_for_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text, "font_with_chinese", lambda: None)

    assert text.sayable("消防车通道", "bay") == "bay"
    assert text.sayable("消防车通道", "通道") == "??"
    assert text.sayable("North gate", "bay") == "North gate"


def test_with_a_chinese_font_the_name_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "font_with_chinese", lambda: Path("font.ttc"))

    assert text.sayable("消防车通道", "bay") == "消防车通道"


@pytest.mark.skipif(text.font_with_chinese() is None, reason="no Chinese font on this machine")
def test_chinese_letters_differ_from_each_other() -> None:
    drawn = [a_picture(), a_picture()]
    for picture, word in zip(drawn, ("消防", "人行"), strict=True):
        text.write(picture, word, (10, 10), size_px=30)

    assert (drawn[0] != drawn[1]).any()


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        pytest.param("keep the way free", ["keep the", "way free"], id="between words"),
        pytest.param("保持消防车通道畅通", ["保持消防", "车通道畅", "通"], id="between letters"),
        pytest.param("unbreakable", ["unbreakable"], id="a word too long"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_long_text_is_wrapped(said: str, lines: list[str]) -> None:
    assert list(text.wrapped(said, 8)) == lines
