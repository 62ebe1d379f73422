"""How sure a measured share, figure or slope is. Pure; chance comes from a seed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random
from statistics import median
from typing import Final, TypeVar

from tests.bench.spread import percentile

_Z: Final = 1.959964
"""Of the normal distribution 95 % lie within so many standard deviations."""

_DRAWS: Final = 1000
_SEED: Final = 20_261_120

One = TypeVar("One")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Where a figure lies with 95 % confidence."""

    low: float
    high: float


def wilson(hits: int, of: int) -> Interval | None:
    """Of a share; nothing was tried, nothing is known."""
    if of == 0:
        return None
    share, z2 = hits / of, _Z**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    reach = _Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of**2))
    return Interval(low=max(0.0, middle - reach), high=min(1.0, middle + reach))


def bootstrap(
    clips: Sequence[One], figure: Callable[[Sequence[One]], float | None]
) -> Interval | None:
    """Of any figure over clips: whole clips are drawn anew, for events of one clip are kin."""
    if not clips:
        return None
    dice = Random(_SEED)
    drawn = (figure(dice.choices(clips, k=len(clips))) for _ in range(_DRAWS))
    figures = sorted(one for one in drawn if one is not None)
    if not figures:
        return None
    return Interval(low=percentile(figures, 0.025), high=percentile(figures, 0.975))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Rise of y for each x, by the median of all pairs (Theil and Sen): outliers don't bend it."""

    each: float
    low: float
    high: float


def robust_slope(points: Sequence[tuple[float, float]]) -> Slope | None:
    """Fewer than two instants have none. The interval is Sen's, by Kendall's count of pairs."""
    slopes = sorted(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in combinations(sorted(points), 2)
        if later[0] > earlier[0]
    )
    if not slopes:
        return None
    count = len(points)
    reach = _Z * math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = max(0, round((len(slopes) - reach) / 2))
    high = min(len(slopes) - 1, round((len(slopes) + reach) / 2))
    return Slope(each=median(slopes), low=slopes[low], high=slopes[high])
