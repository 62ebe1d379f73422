from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from handlers.decisions.gates.gate import Verdict
from schemas.act import Act, Taken
from schemas.evidence import OPEN_KINDS, EvidenceKind
from schemas.penalty import PenaltyState
from schemas.person import Person, Role
from schemas.values import replace
from tests.support.benches import MONDAY, a_bench, a_person, a_seen, a_taken, with_people
from tests.support.builders import a_digest, an_evidence_ref
from tests.support.proofs import (
    FRAME,
    PAPER,
    RECORD,
    a_collected,
    a_decision,
    a_proposal,
    a_review,
    an_exclusion,
    answer_of,
    missing_in,
)

PASS, BLOCK = Verdict.PASS, Verdict.BLOCK


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param({}, PASS, id="lawfully"),
        pytest.param({"unlawfully_taken": True}, BLOCK, id="unlawfully"),
    ],
)
def test_p11_what_was_taken_unlawfully_is_no_evidence(
    details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(Act.COLLECT, details=details)

    assert answer_of("P11", bench).verdict is expected


@pytest.mark.parametrize(
    ("taken", "relies_on", "missing"),
    [
        pytest.param((), (FRAME,), "", id="what a machine brought"),
        pytest.param((a_collected(),), (RECORD,), "", id="what officers collected"),
        pytest.param((a_collected(),), (FRAME, RECORD), "", id="both"),
        pytest.param((), (RECORD,), "no evidence of this case", id="what nobody brought"),
        pytest.param((a_collected(),), (RECORD, PAPER), "no evidence of this case", id="one more"),
        pytest.param((an_exclusion(FRAME),), (FRAME,), "which was excluded", id="excluded"),
        pytest.param((an_exclusion(PAPER),), (FRAME,), "", id="another was excluded"),
        pytest.param(
            (a_collected(), an_exclusion(RECORD), a_collected()),
            (RECORD,),
            "which was excluded",
            id="excluded, then collected anew",
        ),
    ],
)
def test_p11_a_proposal_relies_on_what_is_there(
    taken: tuple[Taken, ...], relies_on: tuple[str, ...], missing: str
) -> None:
    details = {"relies_on": relies_on}
    bench = a_bench(Act.PROPOSE, taken=taken, details=details, seen=(a_seen(),))

    finding = answer_of("P11", bench)

    assert (finding.verdict is PASS) == (not missing)
    assert missing in missing_in(finding)


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        pytest.param(timedelta(0), PASS, id="as it is proposed"),
        pytest.param(timedelta(seconds=1), BLOCK, id="a second later"),
    ],
)
def test_p11_evidence_came_before_the_proposal(late: timedelta, expected: Verdict) -> None:
    seen = replace(a_seen(), received_at=MONDAY + late)
    bench = a_bench(Act.PROPOSE, details={"relies_on": (FRAME,)}, seen=(seen,))

    assert answer_of("P11", bench).verdict is expected


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param((a_collected(), a_proposal(RECORD)), PASS, id="as it was proposed"),
        pytest.param((), PASS, id="on no proposal: P13 asks for one"),
        pytest.param(
            (a_collected(), a_proposal(RECORD), an_exclusion(RECORD)),
            BLOCK,
            id="excluded after the proposal",
        ),
        pytest.param(
            (
                a_proposal(RECORD),
                a_collected(at=MONDAY),
            ),
            BLOCK,
            id="collected after the proposal",
        ),
        pytest.param(
            (
                *(a_collected(), a_collected(PAPER), a_proposal(RECORD, PAPER)),
                *(an_exclusion(PAPER), a_proposal(RECORD)),
            ),
            PASS,
            id="proposed anew without it",
        ),
    ],
)
def test_p11_a_decision_rests_on_what_still_stands(
    taken: tuple[Taken, ...], expected: Verdict
) -> None:
    bench = a_bench(Act.DECIDE, taken=taken)

    assert answer_of("P11", bench).verdict is expected


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param((a_proposal(RECORD),), PASS, id="clear and proved"),
        pytest.param((), BLOCK, id="nobody proposed"),
        pytest.param((a_proposal(RECORD, facts_clear=False),), BLOCK, id="not clear"),
        pytest.param((a_proposal(),), BLOCK, id="on nothing"),
        pytest.param((a_proposal(RECORD), an_exclusion(RECORD)), BLOCK, id="all of it excluded"),
        pytest.param(
            (a_proposal(RECORD, PAPER), an_exclusion(RECORD)), PASS, id="half of it excluded"
        ),
        pytest.param(
            (a_proposal(RECORD), a_proposal(RECORD, facts_clear=False)), BLOCK, id="doubted since"
        ),
    ],
)
def test_p13_facts_are_clear_and_proved_before_a_decision(
    taken: tuple[Taken, ...], expected: Verdict
) -> None:
    bench = a_bench(Act.DECIDE, taken=taken)

    assert answer_of("P13", bench).verdict is expected


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param({"facts_clear": True, "relies_on": (RECORD,)}, PASS, id="clear and proved"),
        pytest.param({"relies_on": (RECORD,)}, BLOCK, id="not clear"),
        pytest.param({"facts_clear": True, "relies_on": ()}, BLOCK, id="on nothing"),
    ],
)
def test_p13_nobody_proposes_on_unclear_facts(
    details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(Act.PROPOSE, details=details)

    assert answer_of("P13", bench).verdict is expected


FILED = a_taken(Act.FILE, person="zhao", role=Role.HEAD)
LEGALLY = a_taken(Act.REVIEW_LEGALLY, person="chen", role=Role.LEGAL_REVIEWER)
SERVED = a_taken(Act.SERVE, person="he", role=Role.CLERK)
PERFORMED = a_taken(Act.PERFORMED, person="he", role=Role.CLERK)
WHOLE: Mapping[str, tuple[Taken, ...]] = {
    "the start": (FILED,),
    "the investigation": (a_collected(),),
    "the review": (LEGALLY,),
    "the decision": (a_decision(),),
    "the service": (SERVED,),
    "the execution": (PERFORMED,),
}
GAP = "a whole record, without a gap: "
ON_SPOT = a_taken(Act.DECIDE_ON_SPOT, handed_over=True)
REPORTED = a_taken(Act.REPORT_SPOT)


def without(stage: str) -> tuple[Taken, ...]:
    return tuple(taken for name, acts in WHOLE.items() if name != stage for taken in acts)


def test_p12_a_whole_record_is_archived() -> None:
    bench = a_bench(Act.ARCHIVE, taken=without("nothing"))

    assert answer_of("P12", bench).verdict is PASS


@pytest.mark.parametrize("stage", WHOLE)
def test_p12_each_of_the_six_stages_is_on_record(stage: str) -> None:
    bench = a_bench(Act.ARCHIVE, taken=without(stage))

    assert missing_in(answer_of("P12", bench)) == f"{GAP}{stage}"


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        pytest.param((a_review(),), PASS, id="a device's record was reviewed"),
        pytest.param((a_proposal(),), PASS, id="the head decided on an officer's proposal"),
        pytest.param(
            (a_taken(Act.PROPOSE, person="zhao"),), BLOCK, id="the head proposed it himself"
        ),
    ],
)
def test_p12_somebody_else_checked_it(checks: tuple[Taken, ...], expected: Verdict) -> None:
    bench = a_bench(Act.ARCHIVE, taken=(*checks, *without("the review")))

    assert answer_of("P12", bench).verdict is expected


@pytest.mark.parametrize(
    ("taken", "missing"),
    [
        pytest.param((ON_SPOT, REPORTED, PERFORMED), "", id="decided, handed over, reported, paid"),
        pytest.param((ON_SPOT, PERFORMED), "the review", id="not reported to the body"),
        pytest.param((ON_SPOT, REPORTED), "the execution", id="not performed"),
        pytest.param(
            (a_taken(Act.DECIDE_ON_SPOT), REPORTED, PERFORMED), "the service", id="not handed over"
        ),
        pytest.param(
            (a_taken(Act.DECIDE_ON_SPOT), REPORTED, SERVED, PERFORMED), "", id="served afterwards"
        ),
    ],
)
def test_p12_on_the_spot_the_decision_is_start_and_investigation(
    taken: tuple[Taken, ...], missing: str
) -> None:
    bench = a_bench(Act.ARCHIVE, taken=taken)

    finding = answer_of("P12", bench)

    assert (finding.verdict is PASS) == (not missing)
    assert missing_in(finding) == (missing and f"{GAP}{missing}")


OF_IMPACT = a_decision(has_social_impact=True)
PUBLISHED = a_taken(Act.PUBLISH_DECISION, person="cao", role=Role.PUBLISHER)
WITHDRAWN = a_taken(Act.WITHDRAW_PUBLICATION, person="cao", role=Role.PUBLISHER)


@pytest.mark.parametrize(
    ("act", "taken", "expected"),
    [
        pytest.param(Act.ARCHIVE, (OF_IMPACT,), BLOCK, id="of impact and unpublished"),
        pytest.param(Act.ARCHIVE, (OF_IMPACT, PUBLISHED), PASS, id="of impact and published"),
        pytest.param(
            Act.ARCHIVE, (OF_IMPACT, PUBLISHED, WITHDRAWN), BLOCK, id="of impact and withdrawn"
        ),
        pytest.param(
            Act.ARCHIVE,
            (OF_IMPACT, PUBLISHED, WITHDRAWN, PUBLISHED),
            PASS,
            id="of impact and published again",
        ),
        pytest.param(Act.ARCHIVE, (a_decision(),), PASS, id="of no impact"),
        pytest.param(
            Act.ARCHIVE,
            (a_taken(Act.DECIDE_ON_SPOT, has_social_impact=True),),
            BLOCK,
            id="on the spot, of impact",
        ),
        pytest.param(Act.PUBLISH_DECISION, (OF_IMPACT,), PASS, id="publishing a decision"),
        pytest.param(Act.PUBLISH_DECISION, (), BLOCK, id="publishing none"),
        pytest.param(Act.WITHDRAW_PUBLICATION, (OF_IMPACT, PUBLISHED), PASS, id="withdrawing it"),
        pytest.param(Act.WITHDRAW_PUBLICATION, (OF_IMPACT,), BLOCK, id="withdrawing nothing"),
        pytest.param(
            Act.WITHDRAW_PUBLICATION,
            (OF_IMPACT, PUBLISHED, WITHDRAWN),
            BLOCK,
            id="withdrawing it twice",
        ),
    ],
)
def test_p15_decisions_of_social_impact_are_public(
    act: Act, taken: tuple[Taken, ...], expected: Verdict
) -> None:
    bench = a_bench(act, taken=taken)

    assert answer_of("P15", bench).verdict is expected


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param({"masked": True, "masked_by": "cao"}, PASS, id="masked, and by whom"),
        pytest.param({"masked": True}, BLOCK, id="masked by nobody"),
        pytest.param({"masked": True, "masked_by": " "}, BLOCK, id="masked by a blank"),
        pytest.param({"masked_by": "cao"}, BLOCK, id="not masked"),
    ],
)
@pytest.mark.parametrize("gate", ["P16", "D10"])
@pytest.mark.parametrize("act", [Act.PUBLISH_DECISION, Act.PUBLISH_MEDIA])
def test_p16_d10_what_leaves_is_masked_by_a_named_person(
    act: Act, gate: str, details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(act, details=details)

    assert answer_of(gate, bench).verdict is expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param(kind, PASS if kind in OPEN_KINDS else BLOCK, id=kind.value)
        for kind in EvidenceKind
    ],
)
@pytest.mark.parametrize("gate", ["P16", "D10"])
def test_p16_d10_an_original_is_not_masked_whatever_anybody_says(
    gate: str, kind: EvidenceKind, expected: Verdict
) -> None:
    seen = a_seen(item=replace(an_evidence_ref(), kind=kind))
    details = {"masked": True, "masked_by": "cao", "evidence": [seen.item.sha256]}

    bench = a_bench(Act.PUBLISH_MEDIA, details=details, seen=(seen,))

    assert answer_of(gate, bench).verdict is expected


def test_p16_d10_a_copy_that_somebody_made_elsewhere_passes() -> None:
    details = {"masked": True, "masked_by": "cao", "evidence": [a_digest("a masked copy")]}

    bench = a_bench(Act.PUBLISH_MEDIA, details=details, seen=(a_seen(),))

    assert answer_of("D10", bench).verdict is PASS


@pytest.mark.parametrize(
    ("reason", "people", "expected"),
    [
        pytest.param("核实案情", (), PASS, id="four characters"),
        pytest.param("看一下", (), BLOCK, id="three characters"),
        pytest.param("  看一下  ", (), BLOCK, id="three and blanks"),
        pytest.param("核实案情", (a_person("li", unit=" "),), BLOCK, id="of no unit"),
    ],
)
def test_d7_a_look_says_who_and_why(
    reason: str, people: tuple[Person, ...], expected: Verdict
) -> None:
    bench = a_bench(Act.VIEW, person="li", details={"reason": reason}, people=with_people(*people))

    assert answer_of("D7", bench).verdict is expected


HELD = a_taken(Act.HOLD, reason="a lawsuit")
RELEASED = a_taken(Act.RELEASE_HOLD, person="zhao", role=Role.HEAD, reason="over")
REMEDY = a_taken(Act.FILE_REMEDY, person="he", role=Role.CLERK)
RESULT = a_taken(Act.REMEDY_RESULT, person="zhao", role=Role.HEAD)


@pytest.mark.parametrize(
    ("taken", "penalty", "expected"),
    [
        pytest.param((HELD,), PenaltyState.NOT_CONSIDERED, PASS, id="held, nobody looked at"),
        pytest.param((HELD,), PenaltyState.CLOSED, PASS, id="held, penalty case closed"),
        pytest.param((), PenaltyState.CLOSED, BLOCK, id="never held"),
        pytest.param((HELD, RELEASED), PenaltyState.CLOSED, BLOCK, id="released before"),
        pytest.param((HELD, RELEASED, HELD), PenaltyState.CLOSED, PASS, id="held again"),
        pytest.param((HELD,), PenaltyState.TRIAGE, BLOCK, id="somebody is looked at"),
        pytest.param((HELD,), PenaltyState.PERFORMING, BLOCK, id="somebody has to pay"),
        pytest.param((HELD,), PenaltyState.STAYED, BLOCK, id="execution is stayed"),
        pytest.param((HELD, REMEDY), PenaltyState.CLOSED, BLOCK, id="a lawsuit runs"),
        pytest.param((HELD, REMEDY, RESULT), PenaltyState.CLOSED, PASS, id="a lawsuit is over"),
    ],
)
def test_d8_a_hold_is_released_when_nothing_needs_it(
    taken: tuple[Taken, ...], penalty: PenaltyState, expected: Verdict
) -> None:
    bench = a_bench(Act.RELEASE_HOLD, taken=taken, penalty=penalty)

    assert answer_of("D8", bench).verdict is expected


REQUEST = {"approved_by": "zhao", "holder": "a shop", "scope": "its door", "basis": "55"}


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param(REQUEST, PASS, id="approved by the head"),
        pytest.param({**REQUEST, "approved_by": "guo"}, PASS, id="approved by the duty chief"),
        pytest.param({**REQUEST, "approved_by": "wang"}, BLOCK, id="approved by an officer"),
        pytest.param({**REQUEST, "approved_by": "nobody"}, BLOCK, id="approved by a stranger"),
        pytest.param({**REQUEST, "approved_by": "li"}, BLOCK, id="approved by oneself"),
        pytest.param({**REQUEST, "approved_by": ""}, BLOCK, id="approved by nobody"),
        pytest.param({**REQUEST, "scope": " "}, BLOCK, id="without a scope"),
        pytest.param({**REQUEST, "holder": ""}, BLOCK, id="from nobody"),
        pytest.param({**REQUEST, "basis": ""}, BLOCK, id="without a power"),
    ],
)
def test_d9_footage_is_fetched_by_approval_and_within_need(
    details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(Act.FETCH, person="li", details=details)

    assert answer_of("D9", bench).verdict is expected


def test_d9_a_duty_chief_approves_no_fetching_of_their_own() -> None:
    bench = a_bench(Act.FETCH, person="guo", details={**REQUEST, "approved_by": "guo"})

    assert answer_of("D9", bench).verdict is BLOCK


def test_d9_footage_is_fetched_for_a_case() -> None:
    bench = a_bench(Act.FETCH, person="li", details=REQUEST, case=None)

    assert answer_of("D9", bench).verdict is BLOCK


def test_p11_a_new_proposal_may_rely_on_what_came_after_the_old_one() -> None:
    taken = (a_proposal(FRAME), a_collected(at=MONDAY))
    bench = a_bench(Act.PROPOSE, taken=taken, details={"relies_on": (RECORD,)})

    assert answer_of("P11", bench).verdict is PASS


def test_p11_names_all_that_is_unsound() -> None:
    other = a_digest("another")
    details = {"relies_on": (PAPER, other)}

    missing = missing_in(answer_of("P11", a_bench(Act.PROPOSE, details=details)))

    assert PAPER[:12] in missing
    assert other[:12] in missing
