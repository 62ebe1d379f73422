"""Is a partition well? A verdict from a sliding window of samples, after the rules of Burrow.

    lag      ▁▁▂▄▆█  grows            falling-behind
             █▆▄▂▁▁  shrinks          catching-up
             ▅▅▅▅▅▅  neither          behind
    head     ───●━━━━━━━━━━━━━━━━━    stood still this long while something waited:
                └ last move           somebody holds it: stalled; nobody does: stopped

A lag of messages says nothing by itself: what waits shorter than `fresh` is only traffic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from schemas.errors import InvalidValueError
from schemas.instants import require_zone

_NOTHING: Final = timedelta(0)


class Verdict(StrEnum):
    """How a partition does, the best first."""

    OK = "ok"
    CATCHING_UP = "catching-up"
    BEHIND = "behind"
    FALLING_BEHIND = "falling-behind"
    STALLED = "stalled"
    STOPPED = "stopped"

    @property
    def stands_still(self) -> bool:
        """Nothing is decided there any more."""
        return self in {Verdict.STALLED, Verdict.STOPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look at a partition. `oldest_at`: the broker's time of the message at `decided`."""

    at: datetime
    end: int
    decided: int
    oldest_at: datetime | None = None

    def __post_init__(self) -> None:
        require_zone(self.at, "at")
        if self.oldest_at is not None:
            require_zone(self.oldest_at, "oldest_at")

    @property
    def lag(self) -> int:
        """Messages that wait for their outcome."""
        return max(0, self.end - self.decided)

    @property
    def age(self) -> timedelta:
        """How long the oldest of them has waited; nothing where none waits or nobody knows."""
        if self.lag == 0 or self.oldest_at is None:
            return _NOTHING
        return max(_NOTHING, self.at - self.oldest_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The edges. A trend is told only of samples that lie `trend` apart at least."""

    window: timedelta = timedelta(seconds=30)
    fresh: timedelta = timedelta(seconds=5)
    still: timedelta = timedelta(seconds=15)
    trend: timedelta = timedelta(seconds=10)

    def __post_init__(self) -> None:
        if not _NOTHING < self.fresh <= self.still or not _NOTHING < self.trend <= self.window:
            raise InvalidValueError(
                expected="0 < fresh ≤ still and 0 < trend ≤ window", got=repr(self), field="rules"
            )


USUAL: Final = Rules()


def judge_lag(
    samples: Sequence[Sample], *, moved_at: datetime | None, is_held: bool, rules: Rules = USUAL
) -> Verdict:
    """The verdict on one partition from its samples, oldest first; the last one is now.

    `moved_at` is when the head last moved, as the store says; absent: it never did, or nobody can
    say. `is_held`: a worker that is alive has the partition.
    """
    if not samples or samples[-1].lag == 0:
        return Verdict.OK
    now = samples[-1]
    window = [sample for sample in samples if sample.at >= now.at - rules.window]
    if _still_for(samples, moved_at) >= rules.still:
        return Verdict.STALLED if is_held else Verdict.STOPPED
    if now.oldest_at is not None and now.age < rules.fresh:
        return Verdict.OK
    return _trend(window, rules)


def _still_for(samples: Sequence[Sample], moved_at: datetime | None) -> timedelta:
    """How long the head has stood while something waited: by the message's age and the store's
    word, else by what was seen."""
    now = samples[-1]
    if now.oldest_at is not None:
        return min(now.age, now.age if moved_at is None else max(_NOTHING, now.at - moved_at))
    since = now.at
    for sample in reversed(samples):
        if sample.decided != now.decided or sample.lag == 0:
            break
        since = sample.at
    return now.at - since


def _trend(window: Sequence[Sample], rules: Rules) -> Verdict:
    """Compare the troughs of the first and the last third: batches make the lag a saw."""
    if window[-1].at - window[0].at < rules.trend:
        return Verdict.BEHIND
    third = (window[-1].at - window[0].at) / 3
    early = [sample for sample in window if sample.at <= window[0].at + third]
    late = [sample for sample in window if sample.at >= window[-1].at - third]
    waited, waits = min(one.lag for one in early), min(one.lag for one in late)
    if waits < waited:
        return Verdict.CATCHING_UP
    older = min(one.age for one in late) > min(one.age for one in early)
    return Verdict.FALLING_BEHIND if waits > waited or older else Verdict.BEHIND
