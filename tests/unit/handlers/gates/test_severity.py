from typing import Any, Final

import pytest

from handlers.decisions.gates.gate import Bench, Verdict
from handlers.decisions.gates.severity import GATES
from schemas.act import Act, Taken
from schemas.ids import CaseId
from schemas.penalty import PenaltyState
from schemas.person import Role
from tests.support.benches import (
    OTHER_CASE,
    a_bench,
    a_case,
    a_prior,
    a_taken,
)
from tests.support.builders import a_digest
from tests.support.calendars import china

CHECK: Final = {gate.id: gate.check for gate in GATES}
PASS, BLOCK, HUMAN = Verdict.PASS, Verdict.BLOCK, Verdict.NEEDS_HUMAN
FINE: Final = {"kind": "fine", "fine_fen": 50_000, "harm": "ordinary"}
"""Where the middle band of the test city begins for a citizen: 500 – 1,000 yuan."""
UNTIL: Final = china("2026-03-09 18:00")
ORDERED: Final = a_taken(Act.ORDER_CORRECTION, content="clear it", until=UNTIL)
LINKED: Final = a_case(linked=CaseId(OTHER_CASE))


def deciding(*taken: Taken, act: Act = Act.DECIDE, **said: Any) -> Bench:
    return a_bench(act, taken=taken, details={**FINE, **said})


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(deciding(ORDERED), PASS, id="ordered to correct"),
        pytest.param(deciding(), BLOCK, id="never ordered to"),
        pytest.param(deciding(act=Act.DECIDE_ON_SPOT), BLOCK, id="never, on the spot"),
        pytest.param(deciding(ORDERED, act=Act.DECIDE_ON_SPOT), PASS, id="ordered, on the spot"),
        pytest.param(
            a_bench(Act.ORDER_CORRECTION, details={"until": china("2026-03-09 09:01")}),
            PASS,
            id="a time that is still to come",
        ),
        pytest.param(
            a_bench(Act.ORDER_CORRECTION, details={"until": china("2026-03-09 09:00")}),
            BLOCK,
            id="a time that has come",
        ),
    ],
)
def test_who_is_punished_was_ordered_to_correct(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P29"](bench).verdict is expected


def fined(act: Act, ended: PenaltyState, *, fine_fen: int = 50_000, linked: bool = True) -> Bench:
    return a_bench(
        act,
        case=LINKED if linked else a_case(),
        prior=[a_prior(ended)],
        details={**FINE, "fine_fen": fine_fen},
    )


@pytest.mark.parametrize("act", [Act.DECIDE, Act.DECIDE_ON_SPOT])
@pytest.mark.parametrize("ended", PenaltyState)
def test_the_same_act_is_fined_once(act: Act, ended: PenaltyState) -> None:
    punished = ended in {
        PenaltyState.DECIDED,
        PenaltyState.SERVED,
        PenaltyState.PERFORMING,
        PenaltyState.CLOSED,
    }

    assert CHECK["P30"](fined(act, ended)).verdict is (BLOCK if punished else PASS)


OTHER: Final = a_case(OTHER_CASE)


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(
            fined(Act.DECIDE, PenaltyState.CLOSED, linked=False), PASS, id="another act's fine"
        ),
        pytest.param(
            fined(Act.DECIDE, PenaltyState.CLOSED, fine_fen=0), PASS, id="no second fine, a warning"
        ),
        pytest.param(
            fined(Act.FILE, PenaltyState.CLOSED), HUMAN, id="filed: a head says it is another act"
        ),
        pytest.param(
            fined(Act.FILE, PenaltyState.NOT_FILED), PASS, id="filed: nobody was punished"
        ),
        pytest.param(
            a_bench(Act.MERGE_PENALTY, other=OTHER, details={"into": OTHER_CASE}),
            PASS,
            id="joined to an open case",
        ),
        pytest.param(
            a_bench(Act.MERGE_PENALTY, other=OTHER, prior=[a_prior(PenaltyState.SERVED)]),
            BLOCK,
            id="joined to a decided one",
        ),
        pytest.param(a_bench(Act.MERGE_PENALTY), BLOCK, id="joined to no known case"),
        pytest.param(a_bench(Act.MERGE_PENALTY, other=a_case()), BLOCK, id="joined to itself"),
    ],
)
def test_linked_cases_share_one_fine(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P30"](bench).verdict is expected


def handing(**said: Any) -> Bench:
    details = {"receipt": "police 12", "evidence": [a_digest()], **said}
    return a_bench(Act.HAND_TO_JUSTICE, details=details)


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(
            deciding(a_taken(Act.PROPOSE, suspected_crime=True)), BLOCK, id="fined instead"
        ),
        pytest.param(deciding(a_taken(Act.PROPOSE)), PASS, id="no suspicion"),
        pytest.param(
            deciding(a_taken(Act.PROPOSE, suspected_crime=True), a_taken(Act.PROPOSE)),
            HUMAN,
            id="a suspicion that is gone: a head or lawyer says so",
        ),
        pytest.param(deciding(), PASS, id="nothing proposed: another gate's question"),
        pytest.param(handing(), PASS, id="handed over with file and receipt"),
        pytest.param(handing(receipt=" "), BLOCK, id="no receipt"),
        pytest.param(handing(evidence=[]), BLOCK, id="no evidence"),
    ],
)
def test_a_suspected_crime_goes_to_justice(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P35"](bench).verdict is expected


REFUSED: Final = a_taken(Act.REFUSED_BY_RECEIVER, person="yang", role=Role.INTAKE, reason="ours?")


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(a_bench(Act.FILE), PASS, id="nobody else has it"),
        pytest.param(
            a_bench(Act.FILE, details={"other_body_filed": True}), BLOCK, id="another filed first"
        ),
        pytest.param(a_bench(Act.FILE, taken=[REFUSED]), HUMAN, id="another body refused it"),
        pytest.param(
            a_bench(Act.FILE, taken=[REFUSED], details={"other_body_filed": True}),
            BLOCK,
            id="one refused it, another filed first",
        ),
    ],
)
def test_the_first_to_file_has_it(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P36"](bench).verdict is expected


COMPLAINT: Final = a_taken(Act.COMPLAIN, person="he", role=Role.CLERK, content="rude")
CORRECTION: Final = a_taken(Act.CORRECT_ERROR, person="zhao", role=Role.HEAD, correction="said so")


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param([], PASS, id="nobody complained"),
        pytest.param([COMPLAINT], BLOCK, id="a complaint that nobody answered"),
        pytest.param([COMPLAINT, CORRECTION], PASS, id="a complaint that was answered"),
        pytest.param([COMPLAINT, CORRECTION, COMPLAINT], BLOCK, id="a second one that was not"),
        pytest.param([CORRECTION, COMPLAINT], BLOCK, id="an answer before the complaint"),
    ],
)
def test_a_case_closes_when_complaints_are_answered(taken: list[Taken], expected: Verdict) -> None:
    assert CHECK["P37"](a_bench(Act.ARCHIVE, taken=taken)).verdict is expected
