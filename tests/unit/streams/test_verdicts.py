"""The verdict on a partition: both sides of each edge, and what always holds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import InvalidValueError
from streams.verdicts import USUAL, Rules, Sample, Verdict, judge_lag

NOW: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def a_sample(seconds_ago: float, *, end: int, decided: int, waited: float | None) -> Sample:
    """`waited`: seconds that the oldest undecided message has waited at that moment."""
    at = ago(seconds_ago)
    oldest_at = None if waited is None else at - timedelta(seconds=waited)
    return Sample(at=at, end=end, decided=decided, oldest_at=oldest_at)


def course(*lags: int, step_s: float = 3.0, waited: float | Sequence[float] = 8.0) -> list[Sample]:
    """A head that moves at each look, with these lags; the last is now."""
    ages = [waited] * len(lags) if isinstance(waited, float) else waited
    last = len(lags) - 1
    return [
        a_sample((last - n) * step_s, end=1000 * (n + 1) + lag, decided=1000 * (n + 1), waited=age)
        for n, (lag, age) in enumerate(zip(lags, ages, strict=True))
    ]


@pytest.mark.parametrize(
    ("samples", "verdict"),
    [
        pytest.param([], Verdict.OK, id="never-seen"),
        pytest.param(course(5, 5, 0), Verdict.OK, id="nothing-waits"),
        pytest.param(course(1, 90, 900, waited=4.9), Verdict.OK, id="fresh"),
        pytest.param(course(9, 9, 9, 9, 9, waited=5.0), Verdict.BEHIND, id="no-longer-fresh"),
        pytest.param(course(9, 8, step_s=9.9), Verdict.BEHIND, id="too-short-for-a-trend"),
        pytest.param(course(9, 8, step_s=10.0), Verdict.CATCHING_UP, id="long-enough"),
        pytest.param(course(9, 7, 5, 3, 1), Verdict.CATCHING_UP, id="shrinks"),
        pytest.param(course(1, 3, 5, 7, 9), Verdict.FALLING_BEHIND, id="grows"),
        pytest.param(course(5, 5, 5, 5, 5), Verdict.BEHIND, id="neither"),
        pytest.param(
            course(5, 5, 5, 5, 5, waited=[6.0, 7.0, 8.0, 9.0, 10.0]),
            Verdict.FALLING_BEHIND,
            id="as-many-but-older",
        ),
        pytest.param(
            course(9, 7, 5, 3, 1, waited=[6.0, 7.0, 8.0, 9.0, 10.0]),
            Verdict.CATCHING_UP,
            id="fewer-though-older: a flood drains so",
        ),
        pytest.param(
            course(9, 2, 9, 9, 2, 9, 9, 2, 9), Verdict.BEHIND, id="a-saw-of-batches-is-no-trend"
        ),
    ],
)  # fmt: skip
def test_a_moving_head_is_judged_by_its_lag(samples: Sequence[Sample], verdict: Verdict) -> None:
    moved_at = samples[-1].at if samples else None

    assert judge_lag(samples, moved_at=moved_at, is_held=True) is verdict


@pytest.mark.parametrize(
    ("moved_s_ago", "waited_s", "is_held", "verdict"),
    [
        pytest.param(15.0, 15.0, True, Verdict.STALLED, id="held"),
        pytest.param(15.0, 15.0, False, Verdict.STOPPED, id="held-by-nobody"),
        pytest.param(14.9, 60.0, False, Verdict.BEHIND, id="moved-a-moment-ago"),
        pytest.param(3600.0, 14.9, False, Verdict.BEHIND, id="idle-until-a-moment-ago"),
        pytest.param(3600.0, 4.9, False, Verdict.OK, id="idle-until-just-now"),
        pytest.param(None, 15.0, False, Verdict.STOPPED, id="never-moved"),
        pytest.param(None, 14.9, False, Verdict.BEHIND, id="had-no-time-to-move-yet"),
    ],
)
def test_one_look_is_enough_for_a_head_that_stands(
    moved_s_ago: float | None, waited_s: float, is_held: bool, verdict: Verdict
) -> None:
    samples = [a_sample(0, end=7, decided=3, waited=waited_s)]
    moved_at = None if moved_s_ago is None else ago(moved_s_ago)

    assert judge_lag(samples, moved_at=moved_at, is_held=is_held) is verdict


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        pytest.param(15.0, Verdict.STOPPED, id="stood-long-enough"),
        pytest.param(14.9, Verdict.BEHIND, id="not-long-enough"),
    ],
)
def test_where_no_message_could_be_asked_the_samples_tell_how_long_it_stood(
    seconds: float, verdict: Verdict
) -> None:
    samples = [a_sample(s, end=7, decided=0, waited=None) for s in (seconds, seconds / 2, 0)]

    assert judge_lag(samples, moved_at=None, is_held=False) is verdict


def test_a_head_that_had_nothing_to_do_did_not_stand_still() -> None:
    idle = [a_sample(s, end=3, decided=3, waited=None) for s in (60, 40, 20)]
    now = a_sample(0, end=4, decided=3, waited=None)

    assert not judge_lag([*idle, now], moved_at=None, is_held=False).stands_still


def test_what_was_before_the_window_is_no_part_of_the_trend() -> None:
    long_ago = [a_sample(300, end=9000, decided=0, waited=8)]

    assert judge_lag([*long_ago, *course(1, 3, 5, 7, 9)], moved_at=NOW, is_held=True) is (
        Verdict.FALLING_BEHIND
    )


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param({"fresh": timedelta(0)}, id="nothing-is-fresh"),
        pytest.param({"fresh": timedelta(seconds=16)}, id="fresh-beyond-still"),
        pytest.param({"trend": timedelta(seconds=31)}, id="trend-beyond-window"),
    ],
)
def test_rules_that_contradict_one_another_are_refused(rules: dict[str, timedelta]) -> None:
    with pytest.raises(InvalidValueError):
        Rules(**rules)


looks = st.lists(
    st.tuples(
        st.integers(0, 300), st.integers(0, 50), st.integers(0, 50), st.none() | st.integers(0, 400)
    ),
    min_size=1,
    max_size=20,
).map(
    lambda rows: [
        a_sample(ago_, end=decided + lag, decided=decided, waited=waited)
        for ago_, decided, lag, waited in sorted(rows, key=lambda row: -row[0])
    ]
)
moves = st.none() | st.integers(0, 400).map(ago)


@given(looks, moves, st.booleans())
def test_no_lag_is_ok_whatever_came_before(
    samples: list[Sample], moved_at: datetime | None, is_held: bool
) -> None:
    now = a_sample(-1, end=9, decided=9, waited=None)

    assert judge_lag([*samples, now], moved_at=moved_at, is_held=is_held) is Verdict.OK


@given(looks, moves)
def test_who_holds_it_only_tells_stalled_from_stopped(
    samples: list[Sample], moved_at: datetime | None
) -> None:
    held = judge_lag(samples, moved_at=moved_at, is_held=True)
    alone = judge_lag(samples, moved_at=moved_at, is_held=False)

    assert held is alone or (held, alone) == (Verdict.STALLED, Verdict.STOPPED)
    assert held is not Verdict.STOPPED
    assert alone is not Verdict.STALLED


@given(looks, moves, st.booleans())
def test_nothing_stands_still_that_moved_or_came_a_moment_ago(
    samples: list[Sample], moved_at: datetime | None, is_held: bool
) -> None:
    verdict = judge_lag(samples, moved_at=moved_at, is_held=is_held)
    now = samples[-1]

    if verdict.stands_still and moved_at is not None and now.oldest_at is not None:
        assert now.at - moved_at >= USUAL.still
        assert now.age >= USUAL.still


@given(looks)
def test_lag_and_age_are_never_negative(samples: list[Sample]) -> None:
    assert all(one.lag >= 0 and one.age >= timedelta(0) for one in samples)
