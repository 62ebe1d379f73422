from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.decisions.first_violation import Violation, shortfalls
from handlers.decisions.law.leniency import FirstViolation
from schemas.penalty import Ground, PenaltyState
from tests.support.benches import CASE, SEEN_AT, a_prior
from tests.support.builders import BLOCKED_EXIT, STALL
from tests.support.calendars import calendar_days, china
from tests.support.cities import a_first_violation_row

ROW: Final = a_first_violation_row()
CORRECT_BY: Final = china("2026-03-09 18:00")
P: Final = PenaltyState


def a_violation(**changes: Any) -> Violation:
    """First, slight, put right in time."""
    violation = Violation(
        case=CASE,
        matter=STALL,
        occurred_at=SEEN_AT,
        harm_fen=0,
        correct_by=CORRECT_BY,
        corrected_at=CORRECT_BY,
        cooperated=False,
    )
    return replace(violation, **changes)


def told(violation: Violation, row: FirstViolation | None = ROW) -> list[str]:
    return [each.en for each in shortfalls(violation, row)]


def test_a_first_slight_violation_put_right_in_time_may_go_free() -> None:
    assert told(a_violation()) == []


@pytest.mark.parametrize(
    ("row", "changes"),
    [
        pytest.param(ROW, {"harm_fen": ROW.most_harm_fen}, id="as much harm as the list allows"),
        pytest.param(
            a_first_violation_row(needs_cooperation=True), {"cooperated": True}, id="helped"
        ),
        pytest.param(ROW, {"corrected_at": SEEN_AT}, id="put right at once"),
    ],
)
def test_what_lies_within_the_row_may_go_free(row: FirstViolation, changes: dict[str, Any]) -> None:
    assert told(a_violation(**changes), row) == []


@pytest.mark.parametrize(
    ("row", "changes", "missing"),
    [
        pytest.param(None, {}, "a row for it in the first-violation list", id="not in the list"),
        pytest.param(
            a_first_violation_row(ground=Ground.MINOR),
            {},
            "a row for it in the first-violation list",
            id="in the list for another ground",
        ),
        pytest.param(
            ROW, {"harm_fen": ROW.most_harm_fen + 1}, "slight harm: slight harm", id="harm"
        ),
        pytest.param(ROW, {"corrected_at": None}, "that it was put right", id="not put right"),
        pytest.param(
            ROW,
            {"corrected_at": china("2026-03-09 18:01")},
            "correction in time: it came after the limit",
            id="put right a minute late",
        ),
        pytest.param(
            a_first_violation_row(needs_cooperation=True),
            {},
            "that the party cooperated",
            id="did not help where the list wants it",
        ),
    ],
)
def test_it_says_what_is_missing(
    row: FirstViolation | None, changes: dict[str, Any], missing: str
) -> None:
    assert told(a_violation(**changes), row) == [missing]


def test_it_says_all_that_is_missing_at_once() -> None:
    violation = a_violation(harm_fen=10**9, corrected_at=None, prior=(a_prior(),))

    assert len(told(violation)) == 3


@pytest.mark.parametrize(
    ("at", "look_back", "counts"),
    [
        pytest.param("2025-03-05 00:00", calendar_days(365), True, id="on the first day of it"),
        pytest.param("2025-03-04 23:59", calendar_days(365), False, id="on the day before it"),
        pytest.param("2026-03-04 09:00", calendar_days(1), True, id="yesterday, of one day"),
        pytest.param("2026-03-03 09:00", calendar_days(1), False, id="the day before, of one day"),
    ],
)
def test_the_list_looks_back_so_far(at: str, look_back: Any, counts: bool) -> None:
    row = a_first_violation_row(look_back=look_back)
    violation = a_violation(prior=(a_prior(at=china(at)),))

    assert bool(told(violation, row)) is counts


@pytest.mark.parametrize("ended", PenaltyState)
def test_only_what_was_found_against_the_party_counts(ended: PenaltyState) -> None:
    found = {P.DECIDED, P.SERVED, P.PERFORMING, P.CLOSED, P.STAYED}

    assert bool(told(a_violation(prior=(a_prior(ended),)))) is (ended in found)


@pytest.mark.parametrize(
    ("ground", "counts"),
    [
        pytest.param(Ground.FIRST, True, id="excused as the first: the next is the second"),
        pytest.param(Ground.MINOR, True, id="excused as minor"),
        pytest.param(Ground.NO_FAULT, False, id="without fault there was no violation"),
    ],
)
def test_an_excuse_is_a_finding_unless_nobody_was_at_fault(ground: Ground, counts: bool) -> None:
    prior = (a_prior(P.NO_PENALTY, ground=ground),)

    assert bool(told(a_violation(prior=prior))) is counts


def test_another_matter_is_no_earlier_violation() -> None:
    assert told(a_violation(prior=(a_prior(matter=BLOCKED_EXIT),))) == []


def test_the_case_itself_is_no_earlier_violation() -> None:
    assert told(a_violation(prior=(a_prior(case=CASE),))) == []


@settings(max_examples=100, deadline=None, database=None)
@given(
    harm_fen=st.integers(min_value=0, max_value=100_000),
    less_fen=st.integers(min_value=0, max_value=100_000),
    cooperated=st.booleans(),
    priors=st.integers(min_value=0, max_value=2),
)
def test_mitigating_facts_never_take_the_first_time_away(
    harm_fen: int, less_fen: int, cooperated: bool, priors: int
) -> None:
    row = a_first_violation_row(needs_cooperation=True)
    worse = a_violation(
        harm_fen=harm_fen, cooperated=cooperated, corrected_at=None, prior=(a_prior(),) * priors
    )
    better = replace(
        worse,
        harm_fen=max(0, harm_fen - less_fen),
        cooperated=True,
        corrected_at=CORRECT_BY,
        prior=worse.prior[:-1],
    )

    assert set(told(better, row)) <= set(told(worse, row))
