"""The gate opens for what moved where it matters, and for nothing that only flickers."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import InvalidValueError

pytest.importorskip("cv2", reason="needs the extra [vision]")

from detectors.frames import Luma
from detectors.gate import Gate, Glance, Pace, Why
from schemas.camera import Camera, ZoneKind
from schemas.geometry import BoxXYXY
from tests.support.streets import (
    EVERYWHERE,
    HEIGHT,
    WIDTH,
    a_camera,
    a_frame,
    a_zone,
    frames,
    ground,
    noisy,
    rain,
    rectangle,
    shaken,
    shifted,
    still,
    street,
    whole,
    with_thing,
)

PATIENT = Pace(look_again_after=timedelta(hours=1), safety_again_after=timedelta(hours=1))
LEFT_HALF = rectangle(0, 0, WIDTH / 2, HEIGHT)


def a_gate(camera: Camera | None = None, *, pace: Pace = PATIENT) -> Gate:
    return Gate(camera or a_camera(), pace=pace)


def run(
    gate: Gate, pictures: Iterable[Luma], *, begins: float = 0.0, also: Sequence[BoxXYXY] = ()
) -> list[Why]:
    """What it says to pictures at 5 fps, when every look is taken."""
    said = []
    for index, picture in enumerate(pictures):
        frame = a_frame(picture, begins + index / 5)
        glance = gate.glance(frame, also=also)
        said.append(glance.why)
        if glance.is_look:
            gate.looked(frame)
    return said


def after_a_look(
    at_look: Luma, then: Luma, *, camera: Camera | None = None, also: Sequence[BoxXYXY] = ()
) -> Glance:
    gate = a_gate(camera)
    run(gate, [at_look])
    return gate.glance(a_frame(then, 1.0), also=also)


def share(said: Sequence[Why]) -> float:
    return sum(one is Why.STILL for one in said) / len(said)


def test_the_first_picture_is_looked_at_and_every_one_until_somebody_did() -> None:
    gate = a_gate()

    said = [gate.glance(frame).why for frame in frames(still(ground(), 3))]

    assert said == [Why.FIRST] * 3


@pytest.mark.parametrize(
    "pictures",
    [
        pytest.param(lambda: still(street(), 200, sigma=2), id="day"),
        pytest.param(lambda: still(street(), 200, sigma=5), id="grainy"),
        pytest.param(lambda: still(street() * 0.3, 200, sigma=12), id="dusk"),
        pytest.param(lambda: still(street() * 0.15, 200, sigma=20), id="night"),
        pytest.param(lambda: rain(street(), 200, streaks=8), id="first-drops"),
        pytest.param(lambda: rain(street(), 200, streaks=30), id="rain"),
        pytest.param(lambda: rain(street(), 200, streaks=150), id="downpour"),
        pytest.param(lambda: shaken(street(), 200, px=1), id="shaken-by-1-px"),
        pytest.param(lambda: shaken(street(), 200, px=2), id="shaken-by-2-px"),
    ],
)
def test_of_a_still_scene_at_least_95_of_100_pictures_are_not_looked_at(pictures) -> None:
    pace = Pace()

    said = run(a_gate(pace=pace), pictures())

    assert share(said) >= 0.95


@pytest.mark.parametrize("shift", range(0, 8, 3), ids=lambda shift: f"{shift}-px-off-the-cells")
@pytest.mark.parametrize("sigma", [0, 2, 5])
def test_a_person_of_20_px_who_comes_into_a_zone_is_looked_at_at_once(
    shift: int, sigma: float
) -> None:
    gate = a_gate()
    run(gate, still(ground(), 20, sigma=sigma))
    comes = with_thing(noisy(ground(), sigma, seed=7), x=150 + shift, y=100 + shift)

    said = gate.glance(a_frame(comes, 20.0))

    assert said.why is Why.MOVED


@pytest.mark.parametrize(
    ("by", "opens"),
    [
        pytest.param(-7, False, id="no-more-than-a-shade"),
        pytest.param(-15, True, id="a-person-in-grey"),
        pytest.param(15, True, id="a-person-in-white"),
    ],
)
def test_how_far_off_the_ground_a_far_person_must_be(by: float, opens: bool) -> None:
    glance = after_a_look(whole(ground()), with_thing(ground(), 150, 100, by=by))

    assert glance.is_look is opens


def test_who_walks_on_is_looked_at_and_who_stands_is_not() -> None:
    gate = a_gate()
    run(gate, [with_thing(ground(), 150, 100)])

    stands = gate.glance(a_frame(with_thing(ground(), 150, 100), 1.0))
    walks = gate.glance(a_frame(with_thing(ground(), 162, 100), 2.0))

    assert (stands.why, walks.why) == (Why.STILL, Why.MOVED)


@pytest.mark.parametrize(
    "scene",
    [
        pytest.param(lambda: rain(street(), 80, streaks=30), id="rain"),
        pytest.param(lambda: shaken(street(), 80, px=1), id="shaken"),
        pytest.param(lambda: still(street() * 0.3 + 30, 80, sigma=12), id="dusk"),
    ],
)
def test_a_person_near_by_is_looked_at_whatever_the_weather(scene) -> None:
    *before, now = scene()
    gate = a_gate()
    run(gate, before)

    said = gate.glance(a_frame(with_thing(now, 150, 100, width=20, height=60, by=60), 100.0))

    assert said.why is Why.MOVED


def test_in_rain_a_fainter_thing_that_stays_is_looked_at_within_three_seconds() -> None:
    pictures = rain(street(), 95, streaks=30)
    gate = a_gate()
    run(gate, pictures[:80])

    said = run(
        gate,
        [with_thing(one, 150, 100, width=16, height=40, by=-30) for one in pictures[80:]],
        begins=16.0,
    )

    assert Why.MOVED in said


def test_slow_changes_add_up_against_the_picture_that_was_looked_at() -> None:
    gate = a_gate()
    pictures = [with_thing(ground(), 100, 80, width=60, height=60, by=step) for step in range(8)]

    said = run(gate, pictures)

    assert said == [Why.FIRST, *[Why.STILL] * 4, Why.MOVED, Why.STILL, Why.STILL]


@pytest.mark.parametrize(
    "light",
    [
        pytest.param(lambda p, i: p * 1.25 if i >= 20 else p, id="switch-on"),
        pytest.param(lambda p, i: p * 0.75 + 5 if i >= 20 else p, id="switch-off"),
        pytest.param(lambda p, i: p + min(i, 40), id="brighter-and-brighter"),
        pytest.param(lambda p, i: p * (1 - 0.2 * min(i, 100) / 100), id="dusk-falls"),
        pytest.param(lambda p, i: p * (1 + 0.06 * np.sin(2.1 * i)), id="lamps-that-flicker"),
    ],
)
def test_light_that_changes_over_the_whole_picture_is_no_motion(light) -> None:
    base = street() * 0.7

    said = run(a_gate(), [noisy(light(base, i), 2, seed=i) for i in range(100)])

    assert sum(one is not Why.STILL for one in said) <= 3


@pytest.mark.parametrize(
    "light",
    [
        pytest.param(lambda p: p * 2.2, id="floodlight"),
        pytest.param(lambda p: p * 0.1, id="lamps-out"),
        pytest.param(lambda p: 255 * (p / 255) ** 0.5, id="infrared"),
    ],
)
def test_a_light_that_changes_everything_opens_it_for_a_few_looks(light) -> None:
    pictures = [noisy(street() if i < 20 else light(street()), 2, seed=i) for i in range(100)]

    said = run(a_gate(), pictures)

    assert Why.MOVED in said[20:23]
    assert sum(one is not Why.STILL for one in said) <= 4


def test_behind_a_change_of_light_a_person_is_seen_all_the_same() -> None:
    base = street() * 0.7

    glance = after_a_look(whole(base), with_thing(base * 1.2 + 4, 150, 100, by=-25))

    assert glance.why is Why.MOVED


@pytest.mark.parametrize(
    ("x", "opens"),
    [
        pytest.param(60, True, id="in-the-zone"),
        pytest.param(162, True, id="just-beside-it"),
        pytest.param(200, False, id="far-from-it"),
    ],
)
def test_only_what_happens_in_or_beside_a_zone_opens_it(x: int, opens: bool) -> None:
    camera = a_camera(a_zone(*LEFT_HALF))

    glance = after_a_look(whole(ground()), with_thing(ground(), x, 100), camera=camera)

    assert glance.is_look is opens


@pytest.mark.parametrize(
    ("x", "opens"), [(80, False), (20, True)], ids=["in-the-hole", "beside-the-hole"]
)
def test_what_happens_in_a_hole_does_not_open_it(x: int, opens: bool) -> None:
    camera = a_camera(a_zone(*EVERYWHERE, holes=[rectangle(60, 60, 140, 160)]))

    glance = after_a_look(whole(ground()), with_thing(ground(), x, 100), camera=camera)

    assert glance.is_look is opens


def test_without_zones_nothing_opens_it_but_time() -> None:
    camera = Camera(id=a_camera().id, name="cam", frame=a_camera().frame, zones=())
    gate = Gate(camera, pace=Pace(look_again_after=timedelta(seconds=1)))
    pictures = [with_thing(ground(), 10 * i, 100, by=-90) for i in range(11)]

    said = run(gate, pictures)

    assert [i for i, why in enumerate(said) if why is Why.OVERDUE] == [5, 10]
    assert Why.MOVED not in said


@pytest.mark.parametrize(
    ("x", "opens"), [(240, True), (290, False)], ids=["in-the-box", "beside-the-box"]
)
def test_an_open_stay_that_sticks_out_of_its_zone_is_watched_too(x: int, opens: bool) -> None:
    stay = BoxXYXY(x1=220, y1=60, x2=270, y2=160)

    glance = after_a_look(
        whole(ground()),
        with_thing(ground(), x, 100, width=16, height=40, by=-40),
        camera=a_camera(a_zone(*LEFT_HALF)),
        also=[stay],
    )

    assert glance.is_look is opens


@pytest.mark.parametrize(
    ("kind", "safety", "looks_at"),
    [
        pytest.param(ZoneKind.NO_VENDING, 1, [0, 15, 30], id="no-danger"),
        pytest.param(ZoneKind.FIRE_LANE, 1, [0, 5, 10, 15, 20, 25, 30], id="fire-lane"),
        pytest.param(ZoneKind.EXIT, 9, [0, 15, 30], id="never-later-than-without-danger"),
    ],
)
def test_stillness_is_looked_at_after_the_longest_allowed_time(
    kind: ZoneKind, safety: float, looks_at: list[int]
) -> None:
    pace = Pace(look_again_after=timedelta(seconds=3), safety_again_after=timedelta(seconds=safety))
    gate = Gate(a_camera(a_zone(*EVERYWHERE, kind=kind)), pace=pace)

    said = run(gate, still(ground(), 31))

    assert [i for i, why in enumerate(said) if why is not Why.STILL] == looks_at


@settings(max_examples=30, deadline=None)
@given(
    gaps=st.lists(st.floats(0.04, 9.0), min_size=1, max_size=30),
    seed=st.integers(0, 3),
)
def test_it_never_starves(gaps: list[float], seed: int) -> None:
    pace = Pace(look_again_after=timedelta(seconds=4))
    gate = a_gate(pace=pace)
    picture = noisy(ground(width=64, height=48), 2, seed=seed)
    at, looked_at, longest = 0.0, 0.0, 0.0
    for gap in [0.0, *gaps]:
        at += gap
        frame = a_frame(picture, at)
        if gate.glance(frame).is_look:
            gate.looked(frame)
            longest = max(longest, at - looked_at - gap)
            looked_at = at

    assert longest < 4.0
    assert at - looked_at < 4.0


def test_time_that_steps_back_is_no_reason_to_wait() -> None:
    gate = a_gate()
    run(gate, still(ground(), 2), begins=3600)

    assert gate.glance(a_frame(noisy(ground(), 2), 5.0)).why is Why.OVERDUE


def test_a_picture_of_another_size_is_looked_at() -> None:
    gate = a_gate()
    run(gate, still(ground(), 3))

    assert gate.glance(a_frame(whole(ground(height=HEIGHT // 2)), 9.0)).why is Why.FIRST


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (7, 9), (481, 359)], ids=str)
def test_pictures_of_any_size_can_be_compared(size: tuple[int, int]) -> None:
    width, height = size
    plain = whole(ground(width=width, height=height))
    gate = Gate(a_camera(width=width, height=height), pace=PATIENT)

    said = run(gate, [plain, plain, plain + 90])

    assert said[:2] == [Why.FIRST, Why.STILL]


def test_a_small_shake_is_no_motion_and_a_person_behind_it_is() -> None:
    shaken_by_some = shifted(street(), 2.3, -1.6)

    alone = after_a_look(whole(street()), whole(shaken_by_some))
    with_person = after_a_look(
        whole(street()), with_thing(shaken_by_some, 150, 100, width=16, height=40, by=-60)
    )

    assert (alone.why, with_person.why) == (Why.STILL, Why.MOVED)


def test_who_moves_a_little_over_plain_ground_is_not_taken_for_a_shake() -> None:
    glance = after_a_look(
        with_thing(ground(), 150, 100, width=20, height=60, by=-60),
        with_thing(ground(), 156, 100, width=20, height=60, by=-60),
    )

    assert glance.why is Why.MOVED


BOX = BoxXYXY(x1=100, y1=80, x2=140, y2=140)


@pytest.mark.parametrize(
    ("x", "unchanged"),
    [
        pytest.param(110, False, id="inside"),
        pytest.param(94, False, id="over-its-left-edge"),
        pytest.param(139, False, id="over-its-right-edge"),
        pytest.param(200, True, id="elsewhere"),
    ],
)
def test_a_region_is_unchanged_only_when_nothing_came_into_it(x: int, unchanged: bool) -> None:
    glance = after_a_look(whole(ground()), with_thing(ground(), x, 100))

    assert glance.is_unchanged(BOX) is unchanged


def test_who_came_and_went_again_has_changed_a_region_until_the_next_look() -> None:
    gate = a_gate(a_camera(a_zone(*LEFT_HALF)))
    box = BoxXYXY(x1=220, y1=80, x2=260, y2=140)
    run(gate, still(ground(), 1, sigma=0))
    gate.glance(a_frame(with_thing(ground(), 230, 100), 1.0))

    gone = gate.glance(a_frame(whole(ground()), 2.0))
    frame = a_frame(whole(ground()), 3.0)
    gate.looked(frame)
    later = gate.glance(a_frame(whole(ground()), 4.0))

    assert [glance.is_unchanged(box) for glance in (gone, later)] == [False, True]


def test_a_picture_looked_at_late_is_the_one_compared_with() -> None:
    gate = a_gate()
    empty, full = a_frame(whole(ground()), 0.0), a_frame(with_thing(ground(), 110, 100), 0.2)
    gate.glance(empty)
    gate.glance(full)

    gate.looked(empty)

    assert not gate.glance(a_frame(full.luma, 0.4)).is_unchanged(BOX)


@settings(max_examples=40, deadline=None)
@given(
    x=st.integers(0, WIDTH - 24),
    y=st.integers(0, HEIGHT - 30),
    by=st.floats(-110, 110),
    gain=st.floats(0.8, 1.15),
    offset=st.floats(-8, 8),
)
def test_unchanged_means_that_the_picture_differs_by_light_only(
    x: int, y: int, by: float, gain: float, offset: float
) -> None:
    base = street() * 0.6 + 40
    now = with_thing(base * gain + offset, x, y, width=16, height=16, by=by)
    box = BoxXYXY(x1=x, y1=y, x2=x + 16, y2=y + 16)

    glance = after_a_look(whole(base), now)

    if glance.is_unchanged(box):
        assert abs(by) < 2 * PATIENT.least_change


@pytest.mark.parametrize("reach", [60, 150], ids=["when-it-rains", "when-it-pours"])
def test_in_rain_a_car_that_goes_leaves_no_unchanged_region(reach: int) -> None:
    base = street()
    car = BoxXYXY(x1=100, y1=80, x2=200, y2=160)
    pictures = rain(base, 60, streaks=reach)
    parked = [with_thing(one, 100, 80, width=100, height=80, by=-20) for one in pictures]
    gate = a_gate()
    run(gate, parked[:50])

    there = gate.glance(a_frame(parked[50], 50.0))
    gone = gate.glance(a_frame(pictures[51], 51.0))

    assert (there.is_unchanged(car), gone.is_unchanged(car)) == (True, False)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        pytest.param(
            {"look_again_after": timedelta(0)},
            r"pace.look_again_after: expected a time above 0",
            id="never",
        ),
        pytest.param(
            {"safety_again_after": timedelta(seconds=-1)}, r"a time above 0", id="before-the-last"
        ),
        pytest.param({"least_change": 0}, r"0 < least_change <= most_change", id="any-change"),
        pytest.param({"most_change": 1}, r"0 < least_change <= most_change", id="upside-down"),
        pytest.param({"sigmas": -1}, r"0 or more, got -1", id="negative"),
    ],
)
def test_a_pace_that_makes_no_sense_is_refused(changed: dict[str, float], text: str) -> None:
    with pytest.raises(InvalidValueError, match=text):
        Pace(**changed)
