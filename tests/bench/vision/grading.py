"""Adds scores of many clips up to precision, recall, F1, duplicates, delays and dwell errors."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final

from tests.bench.spread import percentile
from tests.bench.vision.scoring import Score, joined
from tests.bench.vision.statistics import Interval, bootstrap, wilson

TRUTH_STEP_S: Final = 0.05
"""The truth is known to a twentieth of a second: less is no overstatement."""

_ROUNDING_S: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One clip's or many clips' events."""

    hits: int
    missed: int
    false_alarms: int
    duplicates: int

    @property
    def precision(self) -> float | None:
        """A duplicate is a false alarm to who has to look at it."""
        return _share(self.hits, self.hits + self.false_alarms + self.duplicates)

    @property
    def recall(self) -> float | None:
        return _share(self.hits, self.hits + self.missed)

    @property
    def f1(self) -> float | None:
        """Of both; where nothing was to be told and nothing was, there is none."""
        wrong = self.missed + self.false_alarms + self.duplicates
        return _share(2 * self.hits, 2 * self.hits + wrong)

    @property
    def told_per_hit(self) -> float | None:
        """1 where each is told once."""
        return _share(self.hits + self.duplicates, self.hits)


def counts(scores: Sequence[Score]) -> Counts:
    return Counts(
        hits=sum(len(one.hits) for one in scores),
        missed=sum(len(one.missed) for one in scores),
        false_alarms=sum(len(one.false_alarms) for one in scores),
        duplicates=sum(len(one.duplicates) for one in scores),
    )


def graded(scores: Sequence[Score]) -> dict[str, Any]:
    """All figures with their intervals, for JSON; absent where nothing can be said."""
    total, whole = counts(scores), joined(scores)
    told = total.hits + total.false_alarms + total.duplicates
    return {
        "clips": len(scores),
        **asdict(total),
        "excused": len(whole.excused),
        "short_stays_left_alone": len(whole.quiet),
        "precision": _figure(total.precision, wilson(total.hits, told)),
        "recall": _figure(total.recall, wilson(total.hits, total.hits + total.missed)),
        "f1": _figure(total.f1, bootstrap(scores, lambda drawn: counts(drawn).f1)),
        "told_per_hit": _figure(
            total.told_per_hit, bootstrap(scores, lambda drawn: counts(drawn).told_per_hit)
        ),
        "delay_s": _delays(scores),
        "dwell_error_s": _dwell_errors(whole),
    }


def delays(scores: Sequence[Score]) -> list[float]:
    """Shortest first."""
    return sorted(hit.delay_s for one in scores for hit in one.hits)


def _delays(scores: Sequence[Score]) -> dict[str, Any] | None:
    found = delays(scores)
    if not found:
        return None

    def p95(drawn: Sequence[Score]) -> float | None:
        again = delays(drawn)
        return percentile(again, 0.95) if again else None

    return {
        "median": round(median(found), 3),
        "p95": _figure(percentile(found, 0.95), bootstrap(scores, p95)),
        "most": round(found[-1], 3),
        "all": [round(one, 3) for one in found],
    }


def _dwell_errors(whole: Score) -> dict[str, Any] | None:
    """At the first message and at all; above the truth's own step is overstated."""
    hits = [hit for hit in whole.hits if hit.told.proofs]
    if not hits:
        return None
    standing = [error for hit in hits for error in hit.beyond_standing_s]
    being_there = [error for hit in hits for error in hit.beyond_being_there_s]
    first = sorted(hit.beyond_standing_s[0] for hit in hits)
    return {
        "messages": len(standing),
        "median": round(median(first), 3),
        "most_below": round(first[0], 3),
        **_over("overstated", being_there),
        **_over("more_than_it_stood", standing),
        "beyond_standing": [round(one, 3) for one in first],
        "beyond_being_there": sorted(round(hit.beyond_being_there_s[0], 3) for hit in hits),
    }


def _over(name: str, errors: Sequence[float]) -> dict[str, float]:
    over = [error for error in errors if error > TRUTH_STEP_S + _ROUNDING_S]
    return {name: len(over), f"{name}_worst_s": round(max(over), 3) if over else 0.0}


def _figure(value: float | None, interval: Interval | None) -> dict[str, float] | None:
    if value is None:
        return None
    told = {"value": round(value, 4)}
    if interval is not None:
        told |= {"low": round(interval.low, 4), "high": round(interval.high, 4)}
    return told


def _share(part: float, of: float) -> float | None:
    return part / of if of else None
