"""From the picture to the ground: a view of a plane, solved from pairs that somebody measured.

picture (px)                 ground (m)
─────────── horizon
  b ●────● c                b ●────────● c
   ╱      ╲        ═►         │        │        x = (h₀u + h₁v + h₂) / (h₆u + h₇v + 1)
a ●────────● d              a ●────────● d      y = (h₃u + h₄v + h₅) / (h₆u + h₇v + 1)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import hypot
from typing import Final

from schemas.errors import InvalidValueError
from schemas.geometry import Point
from schemas.ground import Ground

Metres = tuple[float, float]

_FLATTEST: Final = 1e-3
"""Least height of a triangle of pairs, in shares of their spread: flatter is a line."""
_WORST_FIT: Final = 0.1
"""By how much a pair may be off, in shares of the spread of all: more is a slip of the pen."""
_UNKNOWNS: Final = 8


@dataclass(frozen=True, slots=True)
class _Scale:
    """Moves points to about one around zero, so that the sums stay well conditioned."""

    x: float
    y: float
    spread: float

    def of(self, point: Point) -> tuple[float, float]:
        return (point.x - self.x) / self.spread, (point.y - self.y) / self.spread


class Plane:
    """Metres of a point in the picture.

    Raises:
        InvalidValueError: the pairs lie on a line, twice in one place, in another order on the
            ground than in the picture, or don't fit each other.
    """

    def __init__(self, ground: Ground) -> None:
        pixels = [pixel for pixel, _ in ground.pairs]
        metres = [metre for _, metre in ground.pairs]
        self._from = _scale_of(pixels, "pixels")
        self._to = _scale_of(metres, "metres")
        _require_spread(pixels, self._from, "pixels")
        _require_spread(metres, self._to, "metres")
        self._h = _solved(
            [self._from.of(point) for point in pixels], [self._to.of(point) for point in metres]
        )
        self._require_fit(ground)

    def metres(self, x: float, y: float) -> Metres | None:
        """Where on the ground; nothing at or above the horizon."""
        h, u = self._h, (x - self._from.x) / self._from.spread
        v = (y - self._from.y) / self._from.spread
        depth = h[6] * u + h[7] * v + 1
        if depth <= 1e-6:
            return None
        return (
            (h[0] * u + h[1] * v + h[2]) / depth * self._to.spread + self._to.x,
            (h[3] * u + h[4] * v + h[5]) / depth * self._to.spread + self._to.y,
        )

    def distance(self, one: Point, other: Point) -> float | None:
        """Metres between two points of the picture; nothing where one lies beyond the horizon."""
        a, b = self.metres(one.x, one.y), self.metres(other.x, other.y)
        return None if a is None or b is None else hypot(a[0] - b[0], a[1] - b[1])

    def _require_fit(self, ground: Ground) -> None:
        for number, (pixel, metre) in enumerate(ground.pairs, 1):
            found = self.metres(pixel.x, pixel.y)
            if found is None:
                raise InvalidValueError(
                    expected="pairs in the same order around in the picture as on the ground",
                    got=f"pair {number} beyond the horizon of the others",
                    field="ground",
                )
            off = hypot(found[0] - metre.x, found[1] - metre.y)
            if off > _WORST_FIT * self._to.spread:
                raise InvalidValueError(
                    expected="pairs that fit each other",
                    got=f"pair {number} off by {off:.2f} m",
                    field="ground",
                )


def _scale_of(points: Sequence[Point], what: str) -> _Scale:
    x = sum(point.x for point in points) / len(points)
    y = sum(point.y for point in points) / len(points)
    spread = sum(hypot(point.x - x, point.y - y) for point in points) / len(points)
    if not 0 < spread < float("inf"):
        raise InvalidValueError(
            expected=f"{what} at different places", got="all at one", field="ground"
        )
    return _Scale(x, y, spread)


def _require_spread(points: Sequence[Point], scale: _Scale, what: str) -> None:
    """Four of them must be corners of a shape, no three on a line: the farthest two are tried."""
    at = [scale.of(point) for point in points]
    a, b = max(
        combinations(at, 2), key=lambda two: hypot(two[0][0] - two[1][0], two[0][1] - two[1][1])
    )
    others = [point for point in at if _height(a, b, point) >= _FLATTEST]
    if not any(
        min(_height(a, c, d), _height(b, c, d)) >= _FLATTEST for c, d in combinations(others, 2)
    ):
        raise InvalidValueError(
            expected=f"four {what} of which no three lie on a line",
            got=", ".join(f"({point.x:g}, {point.y:g})" for point in points[:6]),
            field="ground",
        )


def _height(a: Metres, b: Metres, c: Metres) -> float:
    """Of the triangle over its longest side; 0 where two are one."""
    longest = max(
        hypot(a[0] - b[0], a[1] - b[1]),
        hypot(b[0] - c[0], b[1] - c[1]),
        hypot(c[0] - a[0], c[1] - a[1]),
    )
    twice_area = abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))
    return twice_area / longest if longest else 0.0


def _solved(pixels: Sequence[Metres], metres: Sequence[Metres]) -> list[float]:
    """Least squares by the normal equations: eight unknowns, however many pairs."""
    rows: list[list[float]] = []
    for (u, v), (x, y) in zip(pixels, metres, strict=True):
        rows.append([u, v, 1, 0, 0, 0, -u * x, -v * x, x])
        rows.append([0, 0, 0, u, v, 1, -u * y, -v * y, y])
    normal = [
        [sum(row[i] * row[j] for row in rows) for j in range(_UNKNOWNS + 1)]
        for i in range(_UNKNOWNS)
    ]
    return _eliminated(normal)


def _eliminated(table: list[list[float]]) -> list[float]:
    """Gauss and Jordan, with the largest pivot of each column."""
    size = len(table)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(table[row][column]))
        if abs(table[pivot][column]) < 1e-12:
            raise InvalidValueError(
                expected="pairs that say how the ground lies",
                got="pairs that leave it open",
                field="ground",
            )
        table[column], table[pivot] = table[pivot], table[column]
        head = [value / table[column][column] for value in table[column]]
        table[column] = head
        for row in range(size):
            if row != column and (factor := table[row][column]):
                table[row] = [a - factor * b for a, b in zip(table[row], head, strict=True)]
    return [row[-1] for row in table]
