"""Windows of a picture: which of them a zone or a box touches, and what light and shake do."""

import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs the extra [vision]")

from detectors.cells import CELL_PX, box_windows, shrink, zone_windows
from detectors.light import SAME, Light, light_between
from detectors.shake import explains, shift_between
from schemas.geometry import BoxXYXY
from tests.support.streets import (
    HEIGHT,
    WIDTH,
    a_zone,
    ground,
    noisy,
    rectangle,
    shifted,
    street,
    whole,
    with_thing,
)

SHAPE = (HEIGHT // CELL_PX, WIDTH // CELL_PX)


@pytest.mark.parametrize("x", range(96, 104))
@pytest.mark.parametrize("y", range(96, 104, 3))
def test_a_far_person_moves_some_window_by_as_much_wherever_it_stands(x: int, y: int) -> None:
    bare = shrink(whole(ground())).windows

    seen = shrink(with_thing(ground(), x, y)).windows

    assert np.abs(seen - bare).max() > 6


@pytest.mark.parametrize(("width", "height"), [(1, 1), (9, 8), (1277, 717), (64, 48)])
def test_every_pixel_lies_in_a_window(width: int, height: int) -> None:
    dark = whole(ground(0, width=width, height=height))
    lit = dark.copy()
    lit[-1, -1] = 255

    assert shrink(lit).windows.shape == (-(-height // CELL_PX), -(-width // CELL_PX))
    assert shrink(lit).windows[-1, -1] > 0


@pytest.mark.parametrize(
    ("x", "y", "touches"),
    [
        pytest.param(100, 100, True, id="inside"),
        pytest.param(66, 100, True, id="beside"),
        pytest.param(30, 100, False, id="left-of-it"),
        pytest.param(100, 200, False, id="below-it"),
    ],
)
def test_which_windows_belong_to_a_zone(x: int, y: int, touches: bool) -> None:
    mask = zone_windows([a_zone(*rectangle(80, 80, 160, 160))], SHAPE)

    assert mask[y // CELL_PX, x // CELL_PX] == touches


def test_a_zone_smaller_than_a_cell_has_windows_all_the_same() -> None:
    assert zone_windows([a_zone((81, 81), (82, 81), (82, 82))], SHAPE).any()


def test_a_hole_of_one_zone_is_none_of_another() -> None:
    hole = rectangle(100, 80, 140, 140)
    pierced, other = a_zone(*rectangle(40, 40, 200, 200), holes=[hole]), a_zone(*hole, name="o")

    middle = (110 // CELL_PX, 120 // CELL_PX)

    assert not zone_windows([pierced], SHAPE)[middle]
    assert zone_windows([pierced, other], SHAPE)[middle]


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        pytest.param((8, 16, 24, 32), (2, 4), (1, 3), id="whole-cells"),
        pytest.param((9, 17, 23, 31), (2, 4), (1, 3), id="within-cells"),
        pytest.param((-50, -50, -9, -9), (0, 0), (0, 0), id="outside"),
        pytest.param((310, 230, 900, 900), (28, 29), (38, 39), id="over-the-edge"),
    ],
)
def test_which_windows_a_box_touches(
    box: tuple[float, ...], rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    x1, y1, x2, y2 = box

    down, across = box_windows(BoxXYXY(x1=x1, y1=y1, x2=x2, y2=y2), SHAPE)

    assert (down.start, down.stop - 1) == rows
    assert (across.start, across.stop - 1) == columns


@pytest.mark.parametrize(
    ("gain", "offset"), [(1.0, 0.0), (1.3, 0.0), (0.75, 12.0), (1.0, -20.0)], ids=str
)
def test_a_change_of_light_is_found_though_somebody_came(gain: float, offset: float) -> None:
    base = street() * 0.7 + 20
    before = shrink(whole(base)).windows
    came = with_thing(base * gain + offset, 60, 40, width=120, height=150, by=-60)

    light = light_between(before, shrink(came).windows)

    assert light.gain == pytest.approx(gain, abs=0.03)
    assert light.offset == pytest.approx(offset, abs=3)


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(lambda p: p * 0.3, id="dark"),
        pytest.param(lambda p: p * 2, id="glaring"),
        pytest.param(np.zeros_like, id="nothing-to-see"),
    ],
)
def test_what_light_cannot_explain_is_not_explained_by_it(after) -> None:
    base = street() * 0.5

    assert light_between(shrink(whole(base)).windows, shrink(whole(after(base))).windows) == SAME


def test_white_does_not_get_whiter() -> None:
    assert Light(gain=1.4, offset=0).on(np.full((1, 1), 250, np.float32)).max() == 255


@pytest.mark.parametrize(("x", "y"), [(1.5, 0), (-3, 2.2), (6, -6)], ids=str)
def test_a_shake_is_found_to_a_fraction_of_a_pixel(x: float, y: float) -> None:
    before, after = shrink(noisy(street(), 2)), shrink(noisy(shifted(street(), x, y), 2, seed=5))

    shift = shift_between(before.half, after.half, px=2)

    assert shift is not None
    assert (shift.x, shift.y) == (pytest.approx(x, abs=0.3), pytest.approx(y, abs=0.3))


@pytest.mark.parametrize("px", [0.0, 40.0], ids=["none", "no-shake"])
def test_no_shift_and_a_large_one_are_no_shake(px: float) -> None:
    before, after = shrink(whole(street())), shrink(whole(shifted(street(), px, 0)))

    assert shift_between(before.half, after.half, px=2) is None


def test_a_shift_that_helps_in_one_place_only_explains_nothing() -> None:
    off = np.zeros(SHAPE, np.float32)
    off[10:14, 10:14] = 30

    assert not explains(off, np.zeros_like(off))
    assert explains(np.full_like(off, 5), np.zeros_like(off))
