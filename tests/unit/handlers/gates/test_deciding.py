from typing import Any, Final

import pytest

from handlers.decisions.gates.deciding import GATES
from handlers.decisions.gates.gate import Bench, Verdict
from schemas.act import Act, Taken
from schemas.penalty import PenaltyState
from schemas.person import Role
from schemas.workfile import Route
from tests.support.benches import a_bench, a_case, a_taken
from tests.support.calendars import china

CHECK: Final = {gate.id: gate.check for gate in GATES}
PASS, BLOCK = Verdict.PASS, Verdict.BLOCK
ITEMS: Final = {
    "number": "2026-1",
    "party_named": "a party",
    "facts": "a stall on the pavement",
    "basis": "城市市容和环境卫生管理条例 36",
    "how_to_perform": "at the bank within 15 days",
    "remedies": "60 days; 6 months",
    "authority_and_date": "the bureau, this day",
    "sealed": True,
}
FINE: Final = {"kind": "fine", "fine_fen": 10_000, "harm": "ordinary"}
ON_SPOT: Final = {
    **FINE,
    "party_kind": "citizen",
    "facts_clear": True,
    "told": True,
    "party_present": True,
    "handed_over": True,
}
NOTICE: Final = a_taken(Act.NOTIFY, **FINE)
AN_ORGANISATION: Final = a_taken(Act.CONSIDER, party="shop 7", party_kind="organisation")
A_CITIZEN: Final = a_taken(Act.CONSIDER, party="a citizen", party_kind="citizen")


def a_proposal(**details: Any) -> Taken:
    return a_taken(Act.PROPOSE, **{**FINE, **details})


def a_panel(*present: str) -> Taken:
    return a_taken(Act.DISCUSS, person="zhao", role=Role.HEAD, present=present, conclusion="so")


def a_review(*, passed: bool = True) -> Taken:
    return a_taken(
        Act.REVIEW_LEGALLY, person="chen", role=Role.LEGAL_REVIEWER, passed=passed, opinion="so"
    )


def on_spot(*taken: Taken, **details: Any) -> Bench:
    return a_bench(Act.DECIDE_ON_SPOT, taken=taken, details={**ON_SPOT, **details})


def deciding(*taken: Taken, at: str = "2026-03-09 09:00", **details: Any) -> Bench:
    return a_bench(Act.DECIDE, taken=taken, at=china(at), details={**FINE, **details})


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(on_spot(fine_fen=20_000), PASS, id="200 yuan from a citizen"),
        pytest.param(on_spot(fine_fen=20_001), BLOCK, id="one fen more"),
        pytest.param(
            on_spot(AN_ORGANISATION, party_kind="organisation", fine_fen=300_000),
            PASS,
            id="3,000 yuan from an organisation",
        ),
        pytest.param(
            on_spot(AN_ORGANISATION, party_kind="organisation", fine_fen=300_001),
            BLOCK,
            id="one fen more from it",
        ),
        pytest.param(
            on_spot(A_CITIZEN, party_kind="organisation", fine_fen=20_000),
            BLOCK,
            id="a citizen is no organisation",
        ),
        pytest.param(on_spot(kind="formal-warning", fine_fen=0), PASS, id="a warning"),
        pytest.param(on_spot(kind="confiscation", fine_fen=0), BLOCK, id="a confiscation"),
        pytest.param(on_spot(kind="criticism", fine_fen=0), BLOCK, id="a criticism"),
        pytest.param(on_spot(party_present=False), BLOCK, id="nobody there"),
        pytest.param(on_spot(facts_clear=False), BLOCK, id="facts uncertain"),
        pytest.param(on_spot(told=False), BLOCK, id="untold and unheard"),
        pytest.param(on_spot(handed_over=False), BLOCK, id="not handed over"),
    ],
)
def test_only_small_clear_cases_are_decided_on_the_spot(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P17"](bench).verdict is expected


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(deciding(a_proposal()), PASS, id="proposed"),
        pytest.param(deciding(), BLOCK, id="nobody proposed it"),
        pytest.param(
            deciding(a_proposal(), a_taken(Act.EXCUSE, person="zhao", role=Role.HEAD)),
            BLOCK,
            id="excused already",
        ),
        pytest.param(deciding(a_proposal(is_complex=True)), BLOCK, id="complex, no panel"),
        pytest.param(
            deciding(a_proposal(is_complex=True), a_panel("deng", "chen")),
            PASS,
            id="complex, a panel of three",
        ),
        pytest.param(
            deciding(a_proposal(is_complex=True), a_panel("deng")), BLOCK, id="complex, two talked"
        ),
        pytest.param(
            deciding(a_proposal(is_complex=True), a_panel("deng", "deng", "zhao")),
            BLOCK,
            id="the head and one named twice are two",
        ),
        pytest.param(
            deciding(a_panel("deng", "chen"), a_proposal(is_complex=True)),
            BLOCK,
            id="a panel about something older",
        ),
        pytest.param(deciding(a_proposal(harm="grave")), BLOCK, id="grave as proposed, no panel"),
        pytest.param(deciding(a_proposal(), harm="grave"), BLOCK, id="grave as decided, no panel"),
        pytest.param(
            deciding(a_proposal(), a_panel("deng", "chen"), harm="grave"), PASS, id="grave, a panel"
        ),
    ],
)
def test_a_decision_is_the_only_outcome(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P20"](bench).verdict is expected


def reviewing(*taken: Taken, person: str = "chen") -> Bench:
    return a_bench(Act.REVIEW_LEGALLY, taken=taken, person=person, role=Role.LEGAL_REVIEWER)


def reviewed(
    *taken: Taken,
    penalty: PenaltyState = PenaltyState.LEGAL_REVIEW,
    route: Route = Route.SOFT,
    **details: Any,
) -> Bench:
    return a_bench(
        Act.DECIDE,
        taken=taken,
        penalty=penalty,
        case=a_case(route=route),
        details={**FINE, **details},
    )


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(reviewing(NOTICE), PASS, id="a lawyer from outside"),
        pytest.param(reviewing(NOTICE, person="feng"), BLOCK, id="no lawyer"),
        pytest.param(
            reviewing(a_taken(Act.COLLECT, person="chen"), NOTICE),
            BLOCK,
            id="a lawyer who collected evidence",
        ),
        pytest.param(
            reviewed(a_proposal(), NOTICE, penalty=PenaltyState.DEFENCE), PASS, id="not listed"
        ),
        pytest.param(
            reviewed(a_proposal(), NOTICE, penalty=PenaltyState.DEFENCE, fine_fen=499_999),
            PASS,
            id="not yet a large fine",
        ),
        pytest.param(
            reviewed(a_proposal(), NOTICE, penalty=PenaltyState.DEFENCE, fine_fen=500_000),
            BLOCK,
            id="a large fine",
        ),
        pytest.param(
            reviewed(a_proposal(is_major=True), NOTICE, penalty=PenaltyState.DEFENCE),
            BLOCK,
            id="of major interest",
        ),
        pytest.param(
            reviewed(a_proposal(is_complex=True), NOTICE, penalty=PenaltyState.DEFENCE),
            BLOCK,
            id="complex",
        ),
        pytest.param(
            reviewed(
                a_proposal(),
                NOTICE,
                a_taken(Act.HOLD_HEARING, person="sun", role=Role.HEARING_OFFICER),
                penalty=PenaltyState.DEFENCE,
            ),
            BLOCK,
            id="heard",
        ),
        pytest.param(
            reviewed(
                a_proposal(), NOTICE, penalty=PenaltyState.DEFENCE, route=Route.ZERO_TOLERANCE
            ),
            BLOCK,
            id="zero tolerance",
        ),
        pytest.param(
            reviewed(a_proposal(is_major=True), NOTICE, a_review()), PASS, id="listed and passed"
        ),
        pytest.param(
            reviewed(a_proposal(is_major=True), NOTICE, a_review(passed=False)),
            BLOCK,
            id="listed and sent back",
        ),
        pytest.param(
            reviewed(a_proposal(is_major=True), NOTICE, a_review(), a_review(passed=False)),
            BLOCK,
            id="the latest review counts",
        ),
        pytest.param(
            reviewed(a_proposal(is_major=True), a_review(), NOTICE),
            BLOCK,
            id="reviewed before the latest notice",
        ),
        pytest.param(reviewed(a_proposal(), NOTICE), BLOCK, id="sent to review, and not waited"),
        pytest.param(
            reviewed(a_proposal(), NOTICE, a_review(passed=False)),
            BLOCK,
            id="not listed, but reviewed and sent back",
        ),
    ],
)
def test_what_weighs_heavily_passes_a_lawyer(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P21"](bench).verdict is expected


@pytest.mark.parametrize("act", [Act.DECIDE, Act.DECIDE_ON_SPOT])
def test_a_whole_decision_passes(act: Act) -> None:
    assert CHECK["P22"](a_bench(act, details={**FINE, **ITEMS})).verdict is PASS


@pytest.mark.parametrize("act", [Act.DECIDE, Act.DECIDE_ON_SPOT])
@pytest.mark.parametrize("item", ITEMS)
def test_a_decision_that_lacks_an_item_is_none(act: Act, item: str) -> None:
    details = {name: said for name, said in ITEMS.items() if name != item}

    assert CHECK["P22"](a_bench(act, details={**FINE, **details})).verdict is BLOCK


def test_a_fine_names_its_amount() -> None:
    assert CHECK["P22"](deciding(**ITEMS, fine_fen=0)).verdict is BLOCK
    assert CHECK["P22"](deciding(**ITEMS, kind="formal-warning", fine_fen=0)).verdict is PASS
