"""From pixels to metres, and pairs that say nothing about the ground."""

from math import hypot
from typing import Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from detectors.ground import Plane
from schemas.errors import InvalidValueError
from schemas.geometry import Point
from schemas.ground import Ground

FAST: Final = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

Pair = tuple[Point, Point]

# A road seen along it: twenty metres of it between 600 px wide below and 200 px above.
ROAD: Final[tuple[Pair, ...]] = (
    (Point(340, 700), Point(0, 0)),
    (Point(940, 700), Point(6, 0)),
    (Point(740, 300), Point(6, 20)),
    (Point(540, 300), Point(0, 20)),
)


def test_the_corners_are_where_they_were_measured() -> None:
    plane = Plane(Ground(ROAD))

    for pixel, metre in ROAD:
        found = plane.metres(pixel.x, pixel.y)
        assert found is not None
        assert found == pytest.approx((metre.x, metre.y), abs=1e-6)


def test_far_pixels_are_more_metres_than_near_ones() -> None:
    plane = Plane(Ground(ROAD))

    near = plane.distance(Point(640, 700), Point(640, 690))
    far = plane.distance(Point(640, 310), Point(640, 300))

    assert near is not None
    assert far is not None
    assert far > 5 * near


def test_above_the_horizon_there_is_no_ground() -> None:
    plane = Plane(Ground(ROAD))  # its sides meet at y = 100

    assert plane.metres(640, 101) is not None
    assert plane.metres(640, 99) is None
    assert plane.distance(Point(640, 700), Point(640, 50)) is None


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        pytest.param(
            [(Point(i, i), Point(i, i * i)) for i in range(5)],
            "four pixels of which no three lie on a line", id="pixels on a line",
        ),
        pytest.param(
            [(Point(i, i * i), Point(i, i)) for i in range(5)],
            "four metres of which no three lie on a line", id="metres on a line",
        ),
        pytest.param(
            [(Point(0, 0), Point(0, 0)), (Point(1, 0), Point(1, 0)), (Point(2, 0), Point(2, 0)),
             (Point(1, 5), Point(1, 5))],
            "no three lie on a line", id="three of four on a line",
        ),
        pytest.param([(Point(5, 5), Point(1, 1))] * 4, "at different places", id="all at one"),
        pytest.param(
            [*ROAD[:3], ROAD[2]], "no three lie on a line", id="one pair twice",
        ),
        pytest.param(
            [ROAD[0], (ROAD[1][0], ROAD[2][1]), (ROAD[2][0], ROAD[1][1]), ROAD[3]],
            "same order around|leave it open", id="two changed about",
        ),
        pytest.param(
            [*ROAD, (Point(640, 500), Point(30, 5))], "off by", id="a slip of the pen",
        ),
        pytest.param(
            [(Point(float("nan"), 0), Point(0, 0)), *ROAD[1:]], "expected", id="not a number",
        ),
    ],
)  # fmt: skip
def test_pairs_that_say_nothing_about_the_ground_are_refused(pairs: list[Pair], said: str) -> None:
    with pytest.raises(InvalidValueError, match=said):
        Plane(Ground(tuple(pairs)))


def test_three_pairs_are_too_few() -> None:
    with pytest.raises(InvalidValueError, match="at least 4 pairs"):
        Ground(ROAD[:3])


SHARES: Final = st.floats(-0.4, 0.4)


@FAST
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=4, max_size=9), SHARES, SHARES
)
def test_whatever_the_view_points_come_back_as_measured(
    spots: list[tuple[float, float]], tilt: float, roll: float
) -> None:
    """A made-up view of a square of ten metres, and any points on it."""

    def pixel(x: float, y: float) -> Point:
        depth = 1 + tilt * y + roll * x
        return Point(600 + 500 * (x - 0.3 * y) / depth, 600 - 300 * y / depth)

    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    pairs = [(pixel(x, y), Point(10 * x, 10 * y)) for x, y in [*corners, *spots]]
    assume(len({pair[0] for pair in pairs}) >= 4)
    plane = Plane(Ground(tuple(pairs)))

    for on_picture, metre in pairs:
        found = plane.metres(on_picture.x, on_picture.y)
        assert found is not None
        assert hypot(found[0] - metre.x, found[1] - metre.y) < 1e-4


NUMBERS: Final = st.floats(-1e6, 1e6) | st.integers(0, 3).map(float)


@FAST
@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS), min_size=4, max_size=7))
def test_any_pairs_make_a_plane_or_are_refused(
    numbers: list[tuple[float, float, float, float]],
) -> None:
    pairs = tuple((Point(a, b), Point(c, d)) for a, b, c, d in numbers)
    try:
        plane = Plane(Ground(pairs))
    except InvalidValueError:
        return

    assert all(plane.metres(pixel.x, pixel.y) is not None for pixel, _ in pairs)
