"""When a lane counts as overloaded: it starts at one lag and ends at a smaller one."""

from datetime import timedelta
from typing import Final

import pytest

from handlers.decisions.facts import Overload
from handlers.decisions.law.leniency import Thinning
from schemas.lane import Lane
from streams.overload import LoadGauge
from tests.support.builders import NOON, a_shard

RULES: Final = Thinning(
    enabled=True,
    cooling=timedelta(minutes=1),
    starts_at=timedelta(seconds=60),
    ends_at=timedelta(seconds=10),
    clause="for tests",
)


def measured(
    lags_s: list[float], *, lane: Lane = Lane.GENERAL, rules: Thinning = RULES
) -> list[bool]:
    """One look a lag, all at noon."""
    gauge = LoadGauge(lambda: NOON)
    oldest = (NOON - timedelta(seconds=lag) for lag in lags_s)
    return [gauge.measure(a_shard(lane=lane), each, rules) is not None for each in oldest]


@pytest.mark.parametrize(
    ("lags_s", "expected"),
    [
        pytest.param([0, 59.999, 60], [False, False, True], id="starts at its limit"),
        pytest.param([60, 10, 9.999], [True, True, False], id="ends below the other"),
        pytest.param([60, 5, 30, 59], [True, False, False, False], id="and stays ended"),
        pytest.param([30, 60, 30, 5, 60], [False, True, True, False, True], id="begins anew"),
        pytest.param([-5], [False], id="a broker whose clock is ahead"),
    ],
)
def test_overload_has_one_limit_to_start_and_another_to_end(
    lags_s: list[float], expected: list[bool]
) -> None:
    assert measured(lags_s) == expected


def test_the_safety_lane_is_never_overloaded() -> None:
    assert measured([0, 3600, 7200], lane=Lane.SAFETY) == [False, False, False]


def test_nobody_is_overloaded_where_the_pack_says_nothing() -> None:
    assert measured([0, 3600], rules=Thinning()) == [False, False]


def test_it_says_by_how_much_and_since_when_in_whole_milliseconds() -> None:
    at = NOON + timedelta(microseconds=1999)
    later = at + timedelta(seconds=5)
    gauge = LoadGauge(iter([at, later]).__next__)

    first = gauge.measure(a_shard(), at - timedelta(seconds=61, microseconds=1), RULES)
    second = gauge.measure(a_shard(), later - timedelta(seconds=30), RULES)

    since = NOON + timedelta(milliseconds=1)
    assert first == Overload(lag=timedelta(seconds=61), since=since)
    assert second == Overload(lag=timedelta(seconds=30), since=since)


def test_each_partition_is_measured_by_itself() -> None:
    gauge = LoadGauge(lambda: NOON)
    late, early = NOON - timedelta(seconds=90), NOON - timedelta(seconds=20)

    behind = gauge.measure(a_shard(partition=0), late, RULES)
    beside = gauge.measure(a_shard(partition=1), early, RULES)

    assert behind is not None
    assert beside is None
