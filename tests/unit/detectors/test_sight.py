"""A camera that sends pictures and sees nothing says so: from when, until when, and why."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import InvalidValueError

pytest.importorskip("cv2", reason="needs the extra [vision]")

import cv2

from detectors.frames import Break, Frame, Luma
from detectors.sight import Fault, Sight, View
from schemas.signal import SignalKind
from tests.support.streets import (
    HEIGHT,
    WIDTH,
    Ground,
    a_camera,
    a_frame,
    grain,
    noisy,
    shifted,
    street,
    whole,
)

Change = Callable[[Ground], Ground]


def blurred(picture: Ground, px: float) -> Ground:
    return cv2.GaussianBlur(picture, (0, 0), px).astype(np.float32)


def behind_a_lorry(picture: Ground, share: float) -> Ground:
    hidden = picture.copy()
    hidden[:, : round(share * WIDTH)] = 90
    return hidden


def in_a_crowd(picture: Ground, share: float) -> Ground:
    """People as tall as the picture, each in other grey, over a share of its width."""
    dice = np.random.default_rng(5)
    full = picture.copy()
    for x in range(0, round(share * WIDTH), 16):
        full[20:, x : x + 14] = dice.integers(30, 200)
    return full


def by_lamplight(picture: Ground) -> Ground:
    ys, xs = np.mgrid[:HEIGHT, :WIDTH]
    lamp = np.exp(-((xs - 100) ** 2 + (ys - 80) ** 2) / (2 * 60**2))
    return (picture * (0.06 + 0.5 * lamp)).astype(np.float32)


def of_cloth(picture: Ground) -> Ground:
    """Somebody hung something before the lens: soft light, no edge."""
    return np.tile(np.linspace(60, 110, WIDTH, dtype=np.float32), (HEIGHT, 1))


def filmed(change: Change, seconds: float, *, begins: float, fps: float) -> Iterable[Frame]:
    picture = change(street())
    for index in range(round(seconds * fps)):
        at = begins + index / fps
        yield a_frame(noisy(picture, 2, seed=round(at * 1000)), at)


def see(
    sight: Sight, change: Change, seconds: float, *, begins: float = 0.0, fps: float = 5
) -> list[View]:
    return [sight.see(frame) for frame in filmed(change, seconds, begins=begins, fps=fps)]


def as_it_is(picture: Ground) -> Ground:
    return picture


def a_sight(reference: Luma | None = None) -> Sight:
    return Sight(a_camera(), reference=whole(street()) if reference is None else reference)


def told(views: Sequence[View]) -> list[Break]:
    return [one for view in views for one in view.told]


def seconds(stretches: Sequence[Break]) -> list[tuple[float, float]]:
    return [(one.from_at.total_seconds(), one.until_at.total_seconds()) for one in stretches]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param(as_it_is, None, id="as-it-was"),
        pytest.param(lambda p: p * 0.3, None, id="evening"),
        pytest.param(by_lamplight, None, id="a-lamp-at-night"),
        pytest.param(lambda p: 255 * (p / 255) ** 2, None, id="another-exposure"),
        pytest.param(lambda p: p * 0.04, Fault.DARK, id="no-light"),
        pytest.param(of_cloth, Fault.COVERED, id="a-cloth-before-it"),
        pytest.param(lambda p: np.full_like(p, 140), Fault.COVERED, id="paint"),
        pytest.param(lambda p: np.full_like(p, 255), Fault.COVERED, id="blinded"),
        pytest.param(lambda p: blurred(p, 0.6), None, id="a-little-soft"),
        pytest.param(lambda p: blurred(p, 4), Fault.BLURRED, id="out-of-focus"),
        pytest.param(lambda p: shifted(p, 4, -3), None, id="shaken"),
        pytest.param(lambda p: shifted(p, 24, 8), Fault.MOVED, id="turned-a-little"),
        pytest.param(lambda p: shifted(p, 120, 40), Fault.MOVED, id="turned-far"),
        pytest.param(lambda _: street(seed=9), Fault.MOVED, id="another-view"),
        pytest.param(lambda p: p[::-1, ::-1], Fault.MOVED, id="upside-down"),
        pytest.param(lambda p: behind_a_lorry(p, 0.5), None, id="lorry-before-half-of-it"),
        pytest.param(lambda p: behind_a_lorry(p, 0.65), None, id="lorry-before-most-of-it"),
        pytest.param(lambda p: in_a_crowd(p, 0.6), None, id="crowd"),
    ],
)
def test_what_is_a_fault_and_what_is_none(change: Change, fault: Fault | None) -> None:
    sight = a_sight()
    see(sight, as_it_is, 2)

    views = see(sight, change, 4, begins=2)

    assert views[-1].fault is fault


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        pytest.param(
            lambda p: p * 0.04, SignalKind.BLIND, r"^dark: mean brightness [45] of 255$", id="dark"
        ),
        pytest.param(
            lambda p: np.full_like(p, 140),
            SignalKind.BLIND,
            r"^covered: brightness 1\d\d to 14\d of 255 all over$",
            id="plain",
        ),
        pytest.param(
            of_cloth, SignalKind.BLIND, r"^covered: edges in 0 places, where \d+ had", id="cloth"
        ),
        pytest.param(
            lambda p: blurred(p, 4),
            SignalKind.BLIND,
            r"^blurred: edges [23]\d% as steep as they were$",
            id="blurred",
        ),
        pytest.param(
            lambda p: shifted(p, 32, -16),
            SignalKind.MOVED,
            r"^moved: \d+ of \d+ places look as they did, the picture lies 10\.\d% of its width "
            r"to the right and [45]\.\d% above of where it lay$",
            id="moved",
        ),
    ],
)
def test_a_fault_is_told_in_words_with_numbers(change: Change, kind: SignalKind, says: str) -> None:
    sight = a_sight()
    see(sight, as_it_is, 2)

    (one,) = told(see(sight, change, 4, begins=2))

    assert one.kind is kind
    assert re.match(says, one.text)


def test_a_fault_is_told_after_two_seconds_and_from_the_first_bad_picture() -> None:
    sight = a_sight()
    see(sight, as_it_is, 2)

    views = see(sight, lambda p: p * 0.04, 4, begins=2)

    assert [bool(view.told) for view in views].index(True) == 10
    assert seconds(told(views)) == [(2.0, 4.0)]
    assert [view.fault for view in views] == [None] * 10 + [Fault.DARK] * 10


@pytest.mark.parametrize(("lasts", "stretches"), [(1.8, 0), (2.2, 2)], ids=["blink", "blind"])
def test_what_is_over_before_it_is_confirmed_is_not_told(lasts: float, stretches: int) -> None:
    sight = a_sight()
    see(sight, as_it_is, 2)
    views = see(sight, lambda p: p * 0.04, lasts, begins=2)

    views += see(sight, as_it_is, 2, begins=2 + lasts)

    assert len(told(views)) == stretches


def test_while_it_goes_on_it_is_told_each_minute_and_when_it_ends() -> None:
    sight = a_sight()
    see(sight, as_it_is, 2)
    views = see(sight, lambda p: p * 0.04, 130, begins=2, fps=1)

    views += see(sight, as_it_is, 2, begins=132)

    assert seconds(told(views)) == [(2.0, 4.0), (4.0, 64.0), (64.0, 124.0), (124.0, 132.0)]
    assert views[-1].fault is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda p: shifted(p, 32, 0), id="turned"),
        pytest.param(lambda _: street(seed=9), id="turned-far"),
        pytest.param(of_cloth, id="covered"),
        pytest.param(lambda p: blurred(p, 4), id="blurred"),
    ],
)
def test_when_the_old_view_is_back_it_is_over(change: Change) -> None:
    sight = a_sight()
    see(sight, as_it_is, 2)
    see(sight, change, 6, begins=2)

    views = see(sight, as_it_is, 3, begins=8)

    assert views[-1].fault is None
    assert told(views)[-1].until_at <= timedelta(seconds=9)


def test_another_fault_takes_over_without_a_gap() -> None:
    sight = a_sight()
    see(sight, as_it_is, 2)
    views = see(sight, lambda p: p * 0.04, 6, begins=2)
    views += see(sight, lambda p: shifted(p, 120, 40), 6, begins=8)

    views += see(sight, as_it_is, 2, begins=14)

    stretches = told(views)
    assert [one.kind for one in stretches][-1] is SignalKind.MOVED
    assert seconds(stretches) == [(2.0, 4.0), (4.0, 8.0), (8.0, 14.0)]


def test_without_a_reference_the_first_good_seconds_are_it() -> None:
    sight = Sight(a_camera(), reference=None)
    see(sight, lambda p: p * 0.04, 4)
    learning = see(sight, as_it_is, 7, begins=4)

    turned = see(sight, lambda p: shifted(p, 120, 40), 4, begins=11)

    assert told(learning[1:]) == []
    assert turned[-1].fault is Fault.MOVED


def test_a_view_that_grows_dark_slowly_and_is_lit_again_is_the_same_view() -> None:
    sight = a_sight()

    views = []
    for minute in range(40):
        shade = abs(20 - minute) / 20
        views += see(sight, lambda p, s=shade: p * (0.15 + 0.85 * s), 1, begins=minute, fps=2)

    assert {view.fault for view in views} == {None}


@pytest.mark.parametrize(
    ("lasts", "fault"), [(29.8, None), (30.2, Fault.FROZEN)], ids=["still", "frozen"]
)
def test_the_same_picture_to_the_bit_for_half_a_minute_is_frozen(
    lasts: float, fault: Fault | None
) -> None:
    sight = a_sight()
    see(sight, as_it_is, 2)
    picture = noisy(street(), 2)

    views = [sight.see(a_frame(picture, 2 + i / 5)) for i in range(round(lasts * 5) + 1)]

    assert views[-1].fault is fault
    assert [view.same_since for view in views] == [None] + [timedelta(seconds=2)] * (len(views) - 1)


def test_a_frozen_picture_is_told_from_the_first_of_them_until_one_differs() -> None:
    sight = a_sight()
    see(sight, as_it_is, 2)
    picture = noisy(street(), 2)
    views = [sight.see(a_frame(picture, 2 + i / 5)) for i in range(200)]

    views += see(sight, as_it_is, 1, begins=42)

    assert seconds(told(views)) == [(2.0, 32.0), (32.0, 42.0)]
    assert told(views)[0].text == "frozen: the same picture for 30 s"
    assert views[-1].same_since is None


def test_one_pixel_that_changes_is_no_frozen_picture() -> None:
    sight = a_sight()
    pictures = []
    for index in range(200):
        picture = whole(street())
        picture[10, 10] = 40 if index % 2 else 140
        pictures.append(picture)

    views = [sight.see(a_frame(picture, i / 5)) for i, picture in enumerate(pictures)]

    assert {view.same_since for view in views} == {None}


@pytest.mark.parametrize(
    ("change", "stretches"),
    [
        pytest.param(lambda p: p * 0.04, [(7.0, 9.5)], id="blind"),
        pytest.param(as_it_is, [], id="sees"),
    ],
)
def test_what_goes_on_at_the_end_is_told_up_to_there(
    change: Change, stretches: list[tuple[float, float]]
) -> None:
    sight = a_sight()
    see(sight, change, 7.2)
    see(sight, change, 2, begins=7.2)

    first, again = sight.close(timedelta(seconds=9.5)), sight.close(timedelta(seconds=9.5))

    assert [until for _, until in seconds(first)] == [until for _, until in stretches]
    assert again == ()


STATES: dict[str, Change] = {
    "good": as_it_is,
    "dark": lambda p: p * 0.04,
    "covered": of_cloth,
    "turned": lambda p: shifted(p, 120, 40),
    "blurred": lambda p: blurred(p, 4),
}


@settings(max_examples=15, deadline=None)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from([*STATES, "frozen"]), st.integers(1, 14)), min_size=1, max_size=8
    )
)
def test_stretches_touch_and_never_overlap(acts: list[tuple[str, int]]) -> None:
    pictures = {name: change(street()) for name, change in STATES.items()}
    sight = a_sight()
    at, stretches, faulty = 0.0, [], []
    for index, (state, count) in enumerate(acts):
        for step in range(count):
            seed = index if state == "frozen" else 100 * index + step
            picture = noisy(pictures.get(state, pictures["good"]), 2, seed=seed)
            view = sight.see(a_frame(picture, at))
            stretches += view.told
            faulty += [at] if view.fault else []
            at += 4.0 if state == "frozen" else 0.5
    stretches += sight.close(timedelta(seconds=at))

    assert all(one.from_at < one.until_at for one in stretches)
    assert all(a.until_at <= b.from_at for a, b in pairwise(stretches))
    for moment in faulty:
        assert any(a <= moment <= b for a, b in seconds(stretches))


def test_a_reference_of_another_size_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"camera cam: expected a reference of 320x240"):
        a_sight(reference=np.zeros((100, 100), np.uint8))


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (33, 7)], ids=str)
def test_pictures_of_any_size_can_be_judged(size: tuple[int, int]) -> None:
    width, height = size
    sight = Sight(a_camera(width=width, height=height), reference=None)
    noise = grain((height, width), 9, seed=1)

    views = [sight.see(a_frame(120 + noise * (i % 3), i / 5)) for i in range(40)]

    assert views[-1].fault in {None, Fault.COVERED}
