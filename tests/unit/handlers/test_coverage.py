"""Looked, hidden, nobody: a camera's day is cut up so that every moment counts once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.decisions.coverage import WORST_FIRST, Coverage, Window, cover, days_of
from schemas.errors import InvalidValueError
from schemas.instants import CHINA
from schemas.signal import SignalKind, StreamSignal
from tests.support.builders import CAMERA

MIDNIGHT = datetime(2026, 11, 20, tzinfo=CHINA)
DAY = Window(since=MIDNIGHT, until=MIDNIGHT + timedelta(days=1))
HOUR = Window(since=MIDNIGHT, until=MIDNIGHT + timedelta(hours=1))


def said(
    kind: str, begins: float, ends: float, *, text: str = "", frames: int | None = None
) -> StreamSignal:
    """Minutes after midnight."""
    return StreamSignal(
        camera=CAMERA,
        kind=SignalKind(kind),
        from_at=MIDNIGHT + timedelta(minutes=begins),
        until_at=MIDNIGHT + timedelta(minutes=ends),
        text=text,
        frames=frames,
    )


def minutes(span: timedelta) -> float:
    return span / timedelta(minutes=1)


def parts(coverage: Coverage) -> dict[str, float]:
    found = {
        "looked": minutes(coverage.looked),
        "nobody": minutes(coverage.unaccounted),
        **{kind.value: minutes(length) for kind, length in coverage.hidden.items()},
    }
    return {name: length for name, length in found.items() if length}


@pytest.mark.parametrize(
    ("signals", "counted"),
    [
        pytest.param([], {"nobody": 60}, id="no word is no look"),
        pytest.param([said("looked", 0, 60)], {"looked": 60}, id="all of it"),
        pytest.param(
            [said("looked", n, n + 1) for n in range(60)], {"looked": 60}, id="minute by minute"
        ),
        pytest.param(
            [said("looked", 0, 40), said("looked", 20, 50)],
            {"looked": 50, "nobody": 10},
            id="an overlap counts once",
        ),
        pytest.param(
            [said("looked", 0, 60), said("blind", 10, 15)],
            {"looked": 55, "blind": 5},
            id="a blind stretch is taken from what was looked at",
        ),
        pytest.param(
            [said("looked", 0, 60), said("blind", 10, 20), said("stalled", 15, 30)],
            {"looked": 40, "blind": 5, "stalled": 15},
            id="of two reasons the worse one",
        ),
        pytest.param(
            [said("dropped", 5, 6)], {"dropped": 1, "nobody": 59}, id="hidden from nobody"
        ),
        pytest.param(
            [said("looked", -30, 10), said("looked", 50, 90)],
            {"looked": 20, "nobody": 40},
            id="over the edges",
        ),
        pytest.param(
            [said("looked", -30, 0), said("looked", 60, 90)], {"nobody": 60}, id="beside it"
        ),
        pytest.param(
            [said("started", 5, 5), said("source-ended", 9, 9), said("source-lost", 10, 10)],
            {"nobody": 60},
            id="moments have no length",
        ),
        pytest.param(
            [said("started", 5, 9), said("behind", 20, 30)],
            {"nobody": 60},
            id="that it started or is late is no look",
        ),
    ],
)
def test_every_minute_counts_once(
    signals: Sequence[StreamSignal], counted: dict[str, float]
) -> None:
    assert parts(cover(HOUR, signals)) == counted


def test_what_was_looked_at_late_was_looked_at() -> None:
    coverage = cover(HOUR, [said("looked", 0, 30), said("behind", 10, 40), said("blind", 20, 22)])

    assert (minutes(coverage.looked), minutes(coverage.late)) == (28, 18)


def test_what_is_blind_says_why() -> None:
    coverage = cover(
        HOUR,
        [
            said("blind", 0, 10, text="Dark: 4 of 255"),
            said("blind", 5, 12, text="the picture is covered"),
            said("blind", 20, 23, text="frozen"),
            said("blind", 30, 31, text="no word that we know"),
            said("stalled", 21, 22, text="dark"),
        ],
    )

    told = {why: minutes(span) for why, span in coverage.blind.items()}
    assert told == {"covered": 7, "dark": 5, "frozen": 2, "unnamed": 1}
    assert sum(told.values()) == minutes(coverage.hidden[SignalKind.BLIND])


def test_frames_are_those_of_looks_that_begin_within() -> None:
    looks = [said("looked", -1, 0.5, frames=7), said("looked", 0.5, 1, frames=150)]

    coverage = cover(HOUR, [*looks, said("dropped", 2, 3, frames=9), said("looked", 3, 4)])

    assert coverage.frames == 150


def test_the_share_is_of_the_window() -> None:
    assert cover(HOUR, [said("looked", 0, 45)]).share == 0.75


def test_a_window_is_cut_at_chinas_midnights() -> None:
    since = datetime(2026, 11, 19, 15, 30, tzinfo=UTC)  # half an hour before China's midnight

    days = days_of(Window(since=since, until=since + timedelta(hours=25)))

    assert [day.length for day in days] == [
        timedelta(minutes=30),
        timedelta(hours=24),
        timedelta(minutes=30),
    ]
    assert days[1] == DAY
    assert days_of(DAY) == [DAY]


def test_a_window_ends_after_it_begins() -> None:
    with pytest.raises(InvalidValueError, match="until after since"):
        Window(since=MIDNIGHT, until=MIDNIGHT)


SIGNALS = st.lists(
    st.builds(
        lambda kind, begins, length: said(kind, begins, begins + length),
        st.sampled_from(list(SignalKind)),
        st.integers(-30, 80),
        st.integers(0, 60),
    ),
    max_size=12,
)
COUNTS = (*WORST_FIRST, SignalKind.LOOKED)


@settings(max_examples=150, deadline=None, database=None)
@given(SIGNALS)
def test_each_minute_is_what_the_worst_word_about_it_says(signals: list[StreamSignal]) -> None:
    coverage = cover(HOUR, signals)

    counted = dict.fromkeys(COUNTS, 0)
    for minute in range(60):
        middle = MIDNIGHT + timedelta(minutes=minute + 0.5)
        about = {one.kind for one in signals if one.from_at < middle < one.until_at}
        if worst := [kind for kind in COUNTS if kind in about]:
            counted[worst[0]] += 1
    looked = counted.pop(SignalKind.LOOKED)
    assert minutes(coverage.looked) == looked
    assert {kind: minutes(length) for kind, length in coverage.hidden.items()} == {
        kind: count for kind, count in counted.items() if count
    }


@settings(max_examples=100, deadline=None, database=None)
@given(
    st.lists(
        st.builds(
            lambda kind, begins, length: said(kind, begins / 1e6, (begins + length) / 1e6),
            st.sampled_from(list(SignalKind)),
            st.integers(-(10**6), 10**8),
            st.integers(0, 10**8),
        ),
        max_size=20,
    ),
    st.randoms(use_true_random=False),
)
def test_the_parts_add_up_to_the_window_exactly(signals: list[StreamSignal], chance) -> None:
    coverage = cover(HOUR, signals)
    chance.shuffle(signals)

    parts = [coverage.looked, coverage.unaccounted, *coverage.hidden.values()]
    assert sum(parts, timedelta(0)) == HOUR.length
    assert min(parts) >= timedelta(0)
    assert coverage.late <= coverage.looked
    assert cover(HOUR, signals) == coverage
    assert sum((part.looked for part in covers(signals)), timedelta(0)) == coverage.looked


def covers(signals: Sequence[StreamSignal]) -> list[Coverage]:
    """The same hour in three windows."""
    cuts = [0, 7.1, 31.7, 60]
    instants = [MIDNIGHT + timedelta(minutes=cut) for cut in cuts]
    return [cover(Window(since=a, until=b), signals) for a, b in pairwise(instants)]
