from typing import Any, Final

import pytest

from handlers.decisions.gates.gate import Bench, Verdict
from handlers.decisions.gates.opening import GATES
from schemas.act import Act, Taken
from schemas.person import Role
from tests.support.benches import EARLIER, SEEN_AT, a_bench, a_taken
from tests.support.calendars import china

CHECK: Final = {gate.id: gate.check for gate in GATES}
PASS, BLOCK = Verdict.PASS, Verdict.BLOCK
FINE: Final = {"kind": "fine", "fine_fen": 10_000, "harm": "ordinary"}
ON_SPOT: Final = {
    **FINE,
    "party_kind": "citizen",
    "facts_clear": True,
    "told": True,
    "party_present": True,
    "handed_over": True,
}


def on_spot(*taken: Taken, **details: Any) -> Bench:
    return a_bench(Act.DECIDE_ON_SPOT, taken=taken, details={**ON_SPOT, **details})


def deciding(*taken: Taken, at: str = "2026-03-09 09:00", **details: Any) -> Bench:
    return a_bench(Act.DECIDE, taken=taken, at=china(at), details={**FINE, **details})


def not_filing(**details: Any) -> Bench:
    said = {"proposed_by": "li", "code": "not-a-violation", "reason": "a licence", **details}
    return a_bench(Act.NOT_FILE, details=said)


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(not_filing(), PASS, id="an officer proposes, a head approves"),
        pytest.param(not_filing(proposed_by="zhao"), BLOCK, id="the head proposes it to himself"),
        pytest.param(not_filing(proposed_by="he"), BLOCK, id="a clerk proposes it"),
        pytest.param(not_filing(proposed_by="nobody"), BLOCK, id="an unknown person proposes it"),
        pytest.param(not_filing(reason=" "), BLOCK, id="no words for it"),
        pytest.param(a_bench(Act.FILE), PASS, id="filed"),
        pytest.param(
            a_bench(Act.FILE, taken=[a_taken(Act.NOT_FILE, person="zhao", role=Role.HEAD)]),
            BLOCK,
            id="filed after all",
        ),
    ],
)
def test_not_filing_needs_two_persons_and_a_reason(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P18"](bench).verdict is expected


def preserving(**details: Any) -> Bench:
    said = {"items": ["a ledger"], "approved_by": "zhao", "may_vanish": True, "second": "wang"}
    return a_bench(Act.PRESERVE, details={**said, **details})


def settling(*taken: Taken, at: str, into: str = "copied") -> Bench:
    return a_bench(Act.SETTLE_PRESERVED, taken=taken, at=china(at), details={"into": into})


PRESERVED: Final = a_taken(Act.PRESERVE, items=["a ledger"], approved_by="zhao", may_vanish=True)
SETTLED: Final = a_taken(Act.SETTLE_PRESERVED, person="zhao", role=Role.HEAD, into="copied")


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(preserving(), PASS, id="approved, and it may vanish"),
        pytest.param(preserving(may_vanish=False), BLOCK, id="it will not vanish"),
        pytest.param(preserving(approved_by="he"), BLOCK, id="a clerk approved it"),
        pytest.param(preserving(approved_by="nobody"), BLOCK, id="nobody known approved it"),
        pytest.param(preserving(approved_by="wang"), BLOCK, id="the second officer approved it"),
        pytest.param(
            settling(PRESERVED, at="2026-03-17 23:59"), PASS, id="on the seventh working day"
        ),
        pytest.param(settling(PRESERVED, at="2026-03-17 24:00"), PASS, id="as it ends"),
        pytest.param(settling(PRESERVED, at="2026-03-18 00:01"), BLOCK, id="after it"),
        pytest.param(
            settling(PRESERVED, at="2026-03-18 00:01", into="returned"),
            PASS,
            id="given back after it",
        ),
        pytest.param(settling(at="2026-03-09 09:00"), BLOCK, id="nothing is preserved"),
        pytest.param(
            settling(PRESERVED, SETTLED, at="2026-03-09 09:00"), BLOCK, id="all is settled"
        ),
        pytest.param(deciding(PRESERVED, SETTLED), PASS, id="decided after it was settled"),
        pytest.param(deciding(PRESERVED), BLOCK, id="decided, and it waits still"),
        pytest.param(deciding(PRESERVED, SETTLED, PRESERVED), BLOCK, id="and a second one waits"),
        pytest.param(deciding(), PASS, id="nothing was preserved"),
        pytest.param(a_bench(Act.ARCHIVE, taken=[PRESERVED]), BLOCK, id="archived unsettled"),
        pytest.param(a_bench(Act.ARCHIVE, taken=[PRESERVED, SETTLED]), PASS, id="archived settled"),
    ],
)
def test_what_is_preserved_is_settled_in_seven_days(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P19"](bench).verdict is expected


FILED: Final = a_taken(Act.FILE, person="zhao", role=Role.HEAD, at=EARLIER)


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        # Ninety days after 6 March are 4 June, a Thursday.
        pytest.param(deciding(FILED, at="2026-06-04 23:59"), PASS, id="on the ninetieth day"),
        pytest.param(deciding(FILED, at="2026-06-04 24:00"), PASS, id="as it ends"),
        pytest.param(deciding(FILED, at="2026-06-05 00:01"), BLOCK, id="on the day after"),
        pytest.param(deciding(at="2026-03-09 09:00"), BLOCK, id="never filed"),
    ],
)
def test_a_case_is_decided_within_ninety_days(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P23"](bench).verdict is expected


def filing(at: str, *, occurred: bool = True, **details: Any) -> Bench:
    return a_bench(
        Act.FILE, at=china(at), occurred_at=SEEN_AT if occurred else None, details=details
    )


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(filing("2028-03-05 23:59"), PASS, id="on the last day of two years"),
        pytest.param(filing("2028-03-06 00:00"), BLOCK, id="on the day after"),
        pytest.param(
            filing("2028-03-06 00:00", harmed_life=True), PASS, id="on the day after, with harm"
        ),
        pytest.param(
            filing("2031-03-05 23:59", harmed_life=True), PASS, id="on the last day of five years"
        ),
        pytest.param(
            filing("2031-03-06 00:00", harmed_life=True), BLOCK, id="after five years, with harm"
        ),
        pytest.param(
            filing("2028-03-06 00:00", is_continuing=True, ended_at=china("2026-03-06 10:00")),
            PASS,
            id="continuing acts count from their end",
        ),
        pytest.param(
            filing("2028-03-07 00:00", is_continuing=True, ended_at=china("2026-03-06 10:00")),
            BLOCK,
            id="and no longer",
        ),
        pytest.param(
            filing("2028-03-06 00:00", ended_at=china("2026-03-06 10:00")),
            BLOCK,
            id="an act that did not continue counts from its day",
        ),
        pytest.param(
            filing("2026-03-09 09:00", ended_at=china("2024-03-08 10:00")),
            BLOCK,
            id="it ended long before it was found",
        ),
        pytest.param(filing("2026-03-09 09:00", occurred=False), BLOCK, id="nobody knows when"),
        pytest.param(
            deciding(FILED, at="2028-06-05 09:00"), PASS, id="a decision looks at the filing's day"
        ),
        pytest.param(
            a_bench(Act.DECIDE_ON_SPOT, at=china("2028-03-06 00:00"), details=ON_SPOT),
            BLOCK,
            id="too old for the spot",
        ),
        pytest.param(on_spot(), PASS, id="fresh enough for the spot"),
    ],
)
def test_nobody_is_pursued_for_ever(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P28"](bench).verdict is expected
