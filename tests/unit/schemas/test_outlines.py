"""Which outlines can be the edge of a piece of ground, and which hole lies within one."""

import math
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.camera import Zone, ZoneKind
from schemas.errors import InvalidValueError
from schemas.geometry import Point, Polygon
from schemas.ids import ZoneId
from tests.support.builders import a_place

XY = tuple[float, float]
SQUARE = ((0, 0), (100, 0), (100, 100), (0, 100))
HORSESHOE = ((0, 0), (100, 0), (100, 100), (70, 100), (70, 30), (30, 30), (30, 100), (0, 100))


def polygon(*corners: XY) -> Polygon:
    return Polygon(tuple(Point(*corner) for corner in corners))


def a_zone(
    outline: Sequence[XY], *holes: Sequence[XY], road_side: tuple[Point, Point] | None = None
) -> Zone:
    return Zone(
        id=ZoneId("z"),
        kind=ZoneKind.PAVEMENT,
        name="kerb",
        outline=polygon(*outline),
        holes=tuple(polygon(*hole) for hole in holes),
        place=a_place(),
        road_side=road_side,
    )


@pytest.mark.parametrize(
    ("corners", "said"),
    [
        pytest.param(
            ((0, 0), (10, 10), (10, 0), (0, 10)),
            "edge 1 (0, 0)–(10, 10) meets edge 3 (10, 0)–(0, 10)",
            id="a bow tie",
        ),
        pytest.param(
            ((0, 0), (10, 0), (10, 10), (5, 0), (0, 10)),
            "edge 1 (0, 0)–(10, 0) meets edge 3",
            id="a corner on another edge",
        ),
        pytest.param(
            ((0, 0), (10, 0), (10, 10), (5, 5), (10, 10), (0, 10)),
            "edge 2 (10, 0)–(10, 10) meets edge 4",
            id="a corner used twice",
        ),
        pytest.param(((0, 0), (10, 0), (5, 0), (5, 5)), "edge 1", id="an edge that folds back"),
        pytest.param(((0, 0), (5, 5), (5, 0), (10, 0)), "edge 4", id="the last edge folds back"),
        pytest.param(((0, 0), (10, 10), (20, 20)), "3 corners on one line", id="no ground"),
        pytest.param(((0, 0), (0, 0), (5, 5), (5, 0)), "edge 1 at (0, 0)", id="a corner twice"),
        pytest.param(((0, 0), (5, 5), (5, 0), (0, 0)), "edge 4 at (0, 0)", id="closed by hand"),
        pytest.param(((0, 0), (math.nan, 5), (5, 0)), "corner 2 at (nan, 5)", id="not a number"),
        pytest.param(((0, 0), (0, 5), (math.inf, 0)), "corner 3 at (inf, 0)", id="endless"),
        pytest.param(((0, 0), (5, 5)), "got 2", id="two corners"),
        pytest.param([(n, n * n) for n in range(1001)], "got 1001", id="a thousand and one"),
    ],
)
def test_an_outline_that_is_none_says_which_edges(corners: Sequence[XY], said: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        polygon(*corners)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    "corners",
    [
        pytest.param(SQUARE, id="a square"),
        pytest.param(SQUARE[::-1], id="the other way round"),
        pytest.param(HORSESHOE, id="a horseshoe"),
        pytest.param(((0, 0), (5, 0), (10, 0), (10, 10)), id="a corner on a straight edge"),
        pytest.param(((114.30, 30.59), (114.3001, 30.59), (114.3, 30.5901)), id="ten metres"),
    ],
)
def test_a_simple_outline_passes(corners: Sequence[XY]) -> None:
    assert len(polygon(*corners).corners) == len(corners)


@settings(max_examples=200, deadline=None, database=None)
@given(st.lists(st.floats(0.05, 1), min_size=3, max_size=40), st.floats(0, 6))
def test_every_star_is_an_outline_and_holds_its_heart(reach: list[float], turn: float) -> None:
    step = 2 * math.pi / len(reach)
    star = polygon(
        *(
            (
                500 + 400 * far * math.cos(turn + i * step),
                500 + 400 * far * math.sin(turn + i * step),
            )
            for i, far in enumerate(reach)
        )
    )
    inner = tuple(Point(500 + (p.x - 500) * 0.9, 500 + (p.y - 500) * 0.9) for p in star.corners)

    assert star.contains(Point(500, 500))
    assert star.first_outside(Polygon(inner)) is None


@settings(max_examples=300, deadline=None, database=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=8))
def test_corners_are_an_outline_exactly_when_no_two_edges_share_a_point(corners: list[XY]) -> None:
    try:
        polygon(*corners)
        is_taken = True
    except InvalidValueError:
        is_taken = False

    assert is_taken is is_simple(corners)


def is_simple(corners: Sequence[XY]) -> bool:
    """In exact fractions: what each pair of edges has in common is their shared corner alone."""
    edges = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    if any(a == b for a, b in edges):
        return False
    for i, (a, b) in enumerate(edges):
        for j, (c, d) in enumerate(edges):
            if i >= j:
                continue
            shared = points_in_common((a, b), (c, d))
            allowed = (
                {x for x in (a, b) if x in (c, d)} if (j - i) in {1, len(edges) - 1} else set()
            )
            if shared is None or shared - allowed:
                return False
    return True


def points_in_common(one: Sequence[XY], other: Sequence[XY]) -> set[XY] | None:
    """The points in common; `None` for a whole stretch of them."""
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    across = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if across == 0:
        if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax):
            return set()
        key = (lambda p: p[0]) if ax != bx else (lambda p: p[1])
        low = max(min(one, key=key), min(other, key=key), key=key)
        high = min(max(one, key=key), max(other, key=key), key=key)
        if key(low) > key(high):
            return set()
        return {low} if low == high else None
    t = Fraction((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx), across)
    u = Fraction((cx - ax) * (by - ay) - (cy - ay) * (bx - ax), across)
    if not (0 <= t <= 1 and 0 <= u <= 1):
        return set()
    return {(ax + t * (bx - ax), ay + t * (by - ay))}


@pytest.mark.parametrize(
    ("outline", "hole", "where"),
    [
        pytest.param(SQUARE, ((40, 40), (60, 40), (50, 60)), None, id="well within"),
        pytest.param(SQUARE, ((40, 80), (60, 80), (60, 100), (40, 100)), None, id="at the edge"),
        pytest.param(SQUARE, ((40, 80), (60, 80), (50, 100.4)), None, id="drawn along the edge"),
        pytest.param(SQUARE, ((40, 80), (60, 80), (50, 101)), (50, 101), id="over the edge"),
        pytest.param(SQUARE, ((140, 0), (160, 0), (150, 20)), (140, 0), id="elsewhere"),
        pytest.param(
            HORSESHOE, ((10, 50), (90, 50), (90, 60), (10, 60)), (50, 50), id="across the bight"
        ),
        pytest.param(
            HORSESHOE, ((0, 0), (100, 0), (100, 100), (0, 100)), (50, 100), id="over the mouth"
        ),
        pytest.param(SQUARE, SQUARE, None, id="all of it"),
    ],
)
def test_a_hole_lies_within_its_zone(
    outline: Sequence[XY], hole: Sequence[XY], where: XY | None
) -> None:
    if where is None:
        assert a_zone(outline, hole).holes
        return
    with pytest.raises(InvalidValueError) as caught:
        a_zone(outline, hole)

    assert caught.value.field == "zone z, holes"
    assert caught.value.got == f"hole 1 outside at ({where[0]:g}, {where[1]:g})"


def test_what_stands_in_a_hole_stands_not_in_the_zone() -> None:
    zone = a_zone(SQUARE, ((40, 40), (60, 40), (60, 60), (40, 60)))

    assert zone.contains(Point(20, 20))
    assert not zone.contains(Point(50, 50))


def test_a_zone_has_no_more_corners_than_a_person_draws() -> None:
    circle = [
        (100 + 90 * math.cos(n * math.pi / 101), 100 + 90 * math.sin(n * math.pi / 101))
        for n in range(202)
    ]

    with pytest.raises(InvalidValueError, match="at most 200 corners"):
        a_zone(circle)


def test_a_road_side_has_two_ends() -> None:
    with pytest.raises(InvalidValueError, match="two points that differ"):
        a_zone(SQUARE, road_side=(Point(1, 1), Point(1, 1)))
