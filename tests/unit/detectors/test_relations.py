"""The relations one by one, on both sides of each edge."""

from collections.abc import Callable

import pytest

from detectors.ground import Plane
from detectors.relations import (
    Distance,
    Placed,
    faces_road,
    is_by_the_edge,
    is_near,
    is_on_same_spot,
    is_same_thing,
    is_still,
    largest_group,
    placed,
)
from schemas.errors import InvalidValueError
from schemas.geometry import Point
from schemas.ground import Ground
from tests.support.posts import a_thing, a_zone, an_area

HALF = Distance(sizes=0.5)
A_METRE = Distance(sizes=5.0, metres=1.0)
PLANE = Plane(
    Ground(
        tuple((Point(x, y), Point(x / 50, y / 50)) for x in (0, 1000) for y in (0, 700))
    )  # fifty pixels a metre
)


def a_foot(
    x: float,
    y: float = 300,
    *,
    size: tuple[float, float] = (60, 40),
    plane: Plane | None = None,
    kind: str = "vehicle",
) -> Placed:
    return placed(a_thing(kind, x, y, size=size), plane)


@pytest.mark.parametrize(
    ("now", "is_so"),
    [
        pytest.param(a_foot(230), True, id="half its size away"),
        pytest.param(a_foot(231), False, id="further"),
        pytest.param(a_foot(200, 331), False, id="downwards too"),
        pytest.param(a_foot(225, size=(20, 40)), True, id="half covered it is as large as it was"),
        pytest.param(a_foot(245, size=(120, 80)), True, id="uncovered it is as large as it is"),
    ],
)
def test_still(now: Placed, is_so: bool) -> None:
    assert is_still(a_foot(200), now, HALF) is is_so


@pytest.mark.parametrize(
    ("x", "plane", "is_so"),
    [
        pytest.param(249, PLANE, True, id="within a metre"),
        pytest.param(251, PLANE, False, id="more than a metre"),
        pytest.param(251, None, True, id="nobody knows metres here"),
    ],
)
def test_metres_count_where_there_is_a_ground(x: float, plane: Plane | None, is_so: bool) -> None:
    one, other = a_foot(200, plane=plane), a_foot(x, plane=plane)

    assert is_still(one, other, A_METRE) is is_so
    assert is_near(one, other, A_METRE) is is_so


@pytest.mark.parametrize(
    ("other", "is_so"),
    [
        pytest.param(a_foot(290), True, id="a gap of half the size"),
        pytest.param(a_foot(291), False, id="a wider gap"),
        pytest.param(a_foot(110), True, id="to the left"),
        pytest.param(a_foot(200, 370), True, id="below"),
        pytest.param(a_foot(200, 371), False, id="too far below"),
        pytest.param(a_foot(200, 230), True, id="above"),
        pytest.param(a_foot(290, 371), False, id="beside, but too far below"),
    ],
)
def test_near(other: Placed, is_so: bool) -> None:
    assert is_near(a_foot(200), other, HALF) is is_so


@pytest.mark.parametrize(
    ("kind", "x", "spot", "thing"),
    [
        pytest.param("vehicle", 210, True, True, id="nearly the same box"),
        pytest.param("vehicle", 225, True, False, id="an overlap of four tenths"),
        pytest.param("vehicle", 240, False, False, id="an overlap of a fifth"),
        pytest.param("goods", 210, True, False, id="another kind"),
    ],
)
def test_same_spot_and_same_thing(kind: str, x: float, spot: bool, thing: bool) -> None:
    one, other = a_foot(200), a_foot(x, kind=kind)

    assert is_on_same_spot(one.box, other.box) is spot
    assert is_same_thing(one.thing, other.thing) is thing


@pytest.mark.parametrize(
    ("x", "y", "is_so"),
    [
        pytest.param(305, 200, True, id="just over the right edge"),
        pytest.param(307, 200, False, id="further off"),
        pytest.param(304, 304, True, id="off the corner"),
        pytest.param(305, 305, False, id="further off the corner"),
        pytest.param(205, 200, True, id="just inside a hole"),
        pytest.param(220, 200, False, id="in the middle of a hole"),
    ],
)
def test_the_margin_runs_along_every_edge(x: float, y: float, is_so: bool) -> None:
    zone = a_zone(an_area(100, 100, 300, 300), holes=(an_area(200, 150, 240, 250),))

    assert is_by_the_edge(zone, a_foot(x, y), Distance(sizes=0.1)) is is_so


@pytest.mark.parametrize(
    ("x", "y", "is_so"),
    [
        pytest.param(200, 470, True, id="half its size from it"),
        pytest.param(200, 469, False, id="further"),
        pytest.param(330, 500, True, id="half its size beyond its end"),
        pytest.param(331, 500, False, id="further along"),
    ],
)
def test_facing_the_road(x: float, y: float, is_so: bool) -> None:
    zone = a_zone(road_side=(Point(100, 500), Point(300, 500)))

    assert faces_road(zone, a_foot(x, y), HALF) is is_so
    assert not faces_road(a_zone(), a_foot(x, y), HALF)


def test_the_largest_group_is_joined_through_others() -> None:
    chain = [a_foot(100 + 85 * i) for i in range(4)]
    pair = [a_foot(700), a_foot(780)]
    between = a_foot(630)

    assert largest_group([pair[0], *chain, pair[1]], HALF) == chain
    assert len(largest_group([*chain, between, *pair], HALF)) == 4
    assert largest_group([*chain, a_foot(440), a_foot(525), a_foot(610), *pair], HALF) != chain
    assert largest_group([], HALF) == []


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Distance(sizes=-0.1), id="less than nothing"),
        pytest.param(lambda: Distance(sizes=5.1), id="across the street"),
        pytest.param(lambda: Distance(sizes=float("nan")), id="no number"),
        pytest.param(lambda: Distance(sizes=1, metres=101), id="too many metres"),
    ],
)
def test_impossible_distances_are_refused(make: Callable[[], Distance]) -> None:
    with pytest.raises(InvalidValueError):
        make()
