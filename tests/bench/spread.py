"""A few noisy figures told as least, median and most."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What repeated rounds gave."""

    least: float
    median: float
    most: float

    def told(self, form: str = ",.0f") -> str:
        """The median first, for that is the figure; the rest says how far to trust it."""
        return f"{self.median:{form}} ({self.least:{form}} … {self.most:{form}})"

    def plain(self) -> dict[str, float]:
        """For JSON."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def spread(figures: Sequence[float]) -> Spread:
    return Spread(least=min(figures), median=median(figures), most=max(figures))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The least figure that at least this share of all do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
