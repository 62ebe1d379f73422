"""Whether a closed outline can be the edge of a piece of ground, and whether one holds another.

fine:   1 ── 2        crossed:  1   3        spike:  1 ─── 3 ─── 2
        │    │                  │ ╳ │                └──────┘
        4 ── 3                  4   2
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from math import hypot, isfinite
from typing import Final

from schemas.errors import InvalidValueError

XY = tuple[float, float]
Edge = tuple[XY, XY]

MOST_CORNERS: Final = 1000
"""Each edge is held against each other: a million pairs take a second."""

NEARLY: Final = 0.5
"""Pixels that a hole may stick out by: people draw along an edge, not on it."""


def require_outline(corners: Sequence[XY]) -> None:
    """Pass a simple outline only: its edges meet nowhere but at the corners that they share.

    Raises:
        InvalidValueError: says which corner, or which two edges; edge 1 begins at corner 1.
    """
    if not 3 <= len(corners) <= MOST_CORNERS:
        expected = f"at least 3 corners, at most {MOST_CORNERS}"
        raise _refused(expected, str(len(corners)))
    for number, corner in enumerate(corners, 1):
        if not (isfinite(corner[0]) and isfinite(corner[1])):
            raise _refused("finite numbers", f"corner {number} at {_told(corner)}")
    edges = edges_of(corners)
    for number, (a, b) in enumerate(edges, 1):
        if a == b:
            raise _refused("corners that differ from the next", f"edge {number} at {_told(a)}")
    if all(_turn(*edges[0], corner) == 0 for corner in corners):
        raise _refused("corners around some ground", f"{len(corners)} corners on one line")
    for (i, one), (j, other) in combinations(enumerate(edges), 2):
        are_neighbours = j - i == 1 or (i == 0 and j == len(edges) - 1)
        meets = _folds_back(one, other) if are_neighbours else _meet(one, other)
        if meets:
            told = f"edge {i + 1} {_edge_told(one)} meets edge {j + 1} {_edge_told(other)}"
            raise _refused("edges that don't cross or touch", told)


def edges_of(corners: Sequence[XY]) -> Sequence[Edge]:
    """Each corner to the next; the last edge closes the outline."""
    return list(zip(corners, (*corners[1:], corners[0]), strict=True))


def is_inside(corners: Sequence[XY], point: XY) -> bool:
    """Even-odd rule; a point on the very edge may fall either way."""
    x, y = point
    inside = False
    ax, ay = corners[-1]
    for bx, by in corners:
        if (ay > y) != (by > y):
            inside ^= x < ax + (y - ay) / (by - ay) * (bx - ax)
        ax, ay = bx, by
    return inside


def first_outside(outer: Sequence[XY], inner: Sequence[XY]) -> XY | None:
    """A point of an inner outline that leaves the outer one; nothing when it lies within."""
    middles = (point for edge in edges_of(inner) for point in _middles(edge, edges_of(outer)))
    for point in (*inner, *middles):
        if not is_inside(outer, point) and _distance(point, outer) > NEARLY:
            return point
    return None


def _middles(edge: Edge, others: Sequence[Edge]) -> Iterator[XY]:
    """The middle of each piece that the others cut the edge into."""
    (ax, ay), (bx, by) = edge
    cuts = sorted({0.0, 1.0, *(cut for other in others for cut in _cuts(edge, other))})
    for begins, ends in pairwise(cuts):
        share = (begins + ends) / 2
        yield ax + share * (bx - ax), ay + share * (by - ay)


def _cuts(edge: Edge, other: Edge) -> Iterator[float]:
    """Where on the edge, from 0 to 1, the other one cuts it. Parallels cut nothing."""
    (a, b), (c, d) = edge, other
    across = (b[0] - a[0]) * (d[1] - c[1]) - (b[1] - a[1]) * (d[0] - c[0])
    if across:
        share = ((c[0] - a[0]) * (d[1] - c[1]) - (c[1] - a[1]) * (d[0] - c[0])) / across
        if 0 < share < 1:
            yield share


def _distance(point: XY, corners: Sequence[XY]) -> float:
    return min(_distance_to(point, edge) for edge in edges_of(corners))


def _distance_to(point: XY, edge: Edge) -> float:
    (ax, ay), (bx, by) = edge
    length = (bx - ax) ** 2 + (by - ay) ** 2
    along = (point[0] - ax) * (bx - ax) + (point[1] - ay) * (by - ay)
    share = min(1.0, max(0.0, along / length)) if length else 0.0
    return hypot(point[0] - ax - share * (bx - ax), point[1] - ay - share * (by - ay))


def _turn(a: XY, b: XY, c: XY) -> float:
    """Above 0 where a ─ b ─ c turns one way, below 0 the other, 0 straight on or back."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _folds_back(one: Edge, other: Edge) -> bool:
    """Whether two edges that share a corner lie on each other."""
    a, shared, b = (one[0], *other) if one[1] == other[0] else (other[0], *one)
    back = (shared[0] - a[0]) * (b[0] - shared[0]) + (shared[1] - a[1]) * (b[1] - shared[1])
    return _turn(a, shared, b) == 0 and back < 0


def _meet(one: Edge, other: Edge) -> bool:
    """Whether two edges have a point in common."""
    (a, b), (c, d) = one, other
    if _are_apart(one, other, 0) or _are_apart(one, other, 1):
        return False
    turns = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if _differ(turns[0], turns[1]) and _differ(turns[2], turns[3]):
        return True
    touches = zip(turns, (c, d, a, b), (one, one, other, other), strict=True)
    return any(turn == 0 and _spans(edge, point) for turn, point, edge in touches)


def _are_apart(one: Edge, other: Edge, axis: int) -> bool:
    """The cheap question first: whether one ends before the other begins."""
    (a, b), (c, d) = one, other
    return max(a[axis], b[axis]) < min(c[axis], d[axis]) or max(c[axis], d[axis]) < min(
        a[axis], b[axis]
    )


def _differ(one: float, other: float) -> bool:
    return (one > 0 > other) or (one < 0 < other)


def _spans(edge: Edge, point: XY) -> bool:
    """Whether a point on the edge's line lies between its ends."""
    (ax, ay), (bx, by) = edge
    return min(ax, bx) <= point[0] <= max(ax, bx) and min(ay, by) <= point[1] <= max(ay, by)


def _refused(expected: str, got: str) -> InvalidValueError:
    return InvalidValueError(expected=expected, got=got, field="polygon")


def _told(point: XY) -> str:
    return f"({point[0]:g}, {point[1]:g})"


def _edge_told(edge: Edge) -> str:
    return f"{_told(edge[0])}–{_told(edge[1])}"
