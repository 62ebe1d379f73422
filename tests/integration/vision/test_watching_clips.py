"""Gate, sight and background on real clips; no model runs, its boxes were recorded."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from detectors.background import Background
from detectors.frames import Frame
from detectors.gate import Gate, Pace, Why
from detectors.sight import Sight
from schemas.camera import Camera
from schemas.geometry import BoxXYXY
from schemas.observation import Thing
from tests.support.real_clips import (
    BAG,
    CAMPUS,
    CAR_PARK,
    CLIPS,
    FROM_ABOVE,
    TABLE,
    between,
    clip,
    recorded,
)
from tests.support.streets import a_camera, a_zone, rectangle

pytestmark = pytest.mark.clips

BAG_SPOT = BoxXYXY(x1=450, y1=360, x2=510, y2=415)
PATIENT = Pace(look_again_after=timedelta(hours=1), safety_again_after=timedelta(hours=1))


def camera_of(frame: Frame, *corners: tuple[float, float]) -> Camera:
    height, width = frame.luma.shape
    outline = corners or rectangle(0, 0, width, height)
    return a_camera(a_zone(*outline), width=width, height=height)


def looks(frames: Sequence[Frame], *corners: tuple[float, float]) -> list[float]:
    """When the gate opened because something moved, with every look taken."""
    gate = Gate(camera_of(frames[0], *corners), pace=PATIENT)
    opened = []
    for frame in frames:
        glance = gate.glance(frame)
        if glance.is_look:
            gate.looked(frame)
        if glance.why is Why.MOVED:
            opened.append(frame.at.total_seconds())
    return opened


@pytest.mark.parametrize(
    ("name", "begins", "ends", "corners"),
    [
        pytest.param(BAG, 23.2, 28.2, rectangle(0, 0, 720, 480), id="pavement"),
        pytest.param(CAR_PARK, 14.6, 24.2, rectangle(150, 120, 700, 420), id="car-park"),
        pytest.param(FROM_ABOVE, 19.8, 24.6, rectangle(150, 100, 600, 400), id="road"),
        pytest.param(TABLE, 0.0, 5.0, rectangle(330, 320, 560, 425), id="indoors"),
    ],
)
def test_a_street_without_anybody_is_hardly_looked_at(
    name: str, begins: float, ends: float, corners: Sequence[tuple[float, float]]
) -> None:
    frames = list(between(clip(name), begins, ends))

    opened = looks(frames, *corners)

    assert len(opened) <= 0.05 * len(frames)


@pytest.mark.parametrize(
    ("name", "comes", "corners"),
    [
        pytest.param(BAG, 11.3, rectangle(380, 320, 505, 470), id="beside-the-cabinet"),
        pytest.param(CAR_PARK, 9.6, rectangle(0, 0, 768, 432), id="bicycle"),
        pytest.param(FROM_ABOVE, 14.5, rectangle(0, 0, 768, 432), id="car"),
        pytest.param(TABLE, 7.4, rectangle(330, 320, 560, 425), id="at-the-table"),
    ],
)
def test_who_comes_is_looked_at_no_later_than_an_eye_saw_him(
    name: str, comes: float, corners: Sequence[tuple[float, float]]
) -> None:
    frames = list(between(clip(name), comes - 3, comes + 1))

    opened = looks(frames, *corners)

    assert any(comes - 1.5 <= at <= comes + 0.7 for at in opened)


def test_a_van_that_nobody_comes_near_is_unchanged_and_the_path_is_not() -> None:
    frames = list(between(clip(CAMPUS), 40.6, 41.4))
    gate = Gate(camera_of(frames[0]), pace=PATIENT)
    gate.glance(frames[0])
    gate.looked(frames[0])

    glances = [gate.glance(frame) for frame in frames[1:]]

    van, path = BoxXYXY(x1=408, y1=28, x2=452, y2=62), BoxXYXY(x1=150, y1=120, x2=330, y2=300)
    assert all(glance.is_unchanged(van) for glance in glances)
    assert not glances[-1].is_unchanged(path)


@pytest.mark.parametrize("name", CLIPS)
def test_a_real_camera_that_sees_is_never_called_blind_or_moved(name: str) -> None:
    frames = list(clip(name))
    sight = Sight(camera_of(frames[0]), reference=None)

    views = [sight.see(frame) for frame in frames]

    assert [view.told for view in views if view.told] == []
    assert sight.close(frames[-1].at) == ()


def left_in(name: str) -> list[tuple[float, tuple[Thing, ...]]]:
    background = Background()
    return [
        (
            frame.at.total_seconds(),
            background.see(frame, people_and_vehicles=recorded(name, frame)),
        )
        for frame in clip(name)
    ]


def test_the_bag_that_no_class_knows_is_found_from_when_the_man_walks_off_to_the_end() -> None:
    told = left_in(BAG)

    found = [(at, things) for at, things in told if things]
    assert 17 <= found[0][0] <= 20.5
    assert found[-1][0] > 38.5
    for _, (thing,) in found:
        assert thing.box.overlap(BAG_SPOT) > 0.4
    assert {thing.track for _, things in found for thing in things} == {"left-1"}
    hidden = [at for at, things in told if at >= found[0][0] and not things]
    assert hidden == []


@pytest.mark.parametrize("name", [CAMPUS, CAR_PARK, FROM_ABOVE, TABLE])
def test_where_nobody_leaves_anything_nothing_is_found(name: str) -> None:
    assert [(at, things) for at, things in left_in(name) if things] == []
