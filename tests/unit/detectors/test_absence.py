from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.absence import Absence
from detectors.frames import Break
from schemas.signal import SignalKind


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def lost(begins: float, ends: float, kind: SignalKind = SignalKind.SOURCE_LOST) -> Break:
    return Break(kind=kind, from_at=s(begins), until_at=s(ends), text="away", frames=None)


def looked(told: list[Break]) -> list[tuple[float, float, int | None]]:
    return [
        (one.from_at.total_seconds(), one.until_at.total_seconds(), one.frames)
        for one in told
        if one.kind is SignalKind.LOOKED
    ]


def test_each_minute_says_that_somebody_looked() -> None:
    account = Absence()

    told = [one for second in range(131) for one in account.saw(s(second))]
    told += account.end(s(130))

    assert looked(told) == [(0, 60, 61), (60, 120, 60), (120, 130, 10)]


def test_nobody_looked_while_the_camera_was_away() -> None:
    account = Absence()
    told = [one for second in range(11) for one in account.saw(s(second))]

    told += account.broke(lost(10, 30))
    told += [one for second in range(30, 41) for one in account.saw(s(second))]
    told += account.end(s(40))

    assert looked(told) == [(0, 10, 11), (30, 40, 11)]
    assert [one.kind for one in told].count(SignalKind.SOURCE_LOST) == 1


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        pytest.param([0, 2.9, 2.9, 0], [], id="not so far as to be told"),
        pytest.param([0, 3, 5, 2, 1, 0], [(1, 4)], id="from the first that was too far to the end"),
        pytest.param([0, 4, 4, 4], [(1, 3)], id="to the end of all when it never catches up"),
        pytest.param([4, 0.5, 4, 0.5], [(0, 1), (2, 3)], id="twice is twice"),
    ],
)
def test_being_behind_real_time_is_told_from_to(
    behind: list[float], expected: list[tuple[float, float]]
) -> None:
    account = Absence()

    told = [one for at, by in enumerate(behind) for one in account.saw(s(at), behind=s(by))]
    told += account.end(s(len(behind) - 1))

    stretches = [
        (one.from_at.total_seconds(), one.until_at.total_seconds())
        for one in told
        if one.kind is SignalKind.BEHIND
    ]
    assert stretches == expected


def test_a_full_disk_is_told_as_the_time_in_which_no_frame_was_taken() -> None:
    account = Absence()
    account.saw(s(0))
    account.saw(s(1))

    told = account.saw(s(21), held_up_by="the vault is full")

    (dropped,) = [one for one in told if one.kind is SignalKind.DROPPED]
    assert (dropped.from_at, dropped.until_at) == (s(1), s(21))
    assert "the vault is full" in dropped.text
    assert looked(told) == [(0, 1, 2)]


@given(
    st.lists(
        st.tuples(st.floats(0.05, 30), st.sampled_from(["frame", "lost", "held"])), max_size=60
    )
)
def test_what_was_looked_at_never_overlaps_itself_or_an_absence(
    steps: list[tuple[float, str]],
) -> None:
    account, at = Absence(), 0.0
    told: list[Break] = []
    for step, what in steps:
        before, at = at, at + step
        if what == "lost":
            told += account.broke(lost(before, at))
        told += account.saw(s(at), held_up_by="full" if what == "held" else None)
    told += account.end(s(at))

    spans = sorted(
        (one.from_at, one.until_at)
        for one in told
        if one.kind in {SignalKind.LOOKED, SignalKind.SOURCE_LOST, SignalKind.DROPPED}
    )
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
