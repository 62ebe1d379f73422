"""Ways round the law that somebody has looked for, each through the one path of commands."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers.decisions.act_letters import letters_of_act
from handlers.decisions.act_records import act_facts_bytes, answer_bytes, read_act_facts
from handlers.decisions.answer import Answer, Done
from handlers.decisions.judging import Packs, judge
from schemas.act import Act, SubjectId
from schemas.clock import ClockKind
from schemas.disposition import Page
from schemas.instants import instant_text
from schemas.limit import Calendar, Limit, Unit
from schemas.opinion import OpinionState
from schemas.person import Role
from schemas.workfile import Queue, Route
from tests.support.benches import an_officer, with_people
from tests.support.builders import BLOCKED_EXIT, STALL, a_digest
from tests.support.bureau import Bureau, a_lawful_city
from tests.support.courses import (
    BAND,
    DECISION,
    FINE,
    TO_THE_DECISION,
    TO_THE_FILING,
    TO_THE_PROPOSAL,
    TO_THE_STREET,
    TWO,
    WHOLE_CASE,
    Walked,
    step,
    take,
)

PAPER = a_digest("a paper")
SERVED = WHOLE_CASE[: len(TO_THE_DECISION) + 1]
NOTIFIED = WHOLE_CASE[: len(TO_THE_PROPOSAL) + 1]
SEIZING = (
    step(
        Act.APPROVE_SEIZURE,
        "zhao",
        power="行政强制法 22",
        norm="law",
        why_not_softer="it comes back each day",
        evident_harm=True,
        items=["a cart"],
    ),
    step(
        Act.SEIZE,
        "li",
        second="wang",
        showed_papers=True,
        items=["a cart"],
        party_called=True,
        rights_told=True,
        party_heard=True,
        scene_record=True,
        signed=True,
        decision_number="1",
        list_handed=True,
    ),
)
PRESERVING = (
    step(
        Act.PRESERVE,
        "li",
        second="wang",
        showed_papers=True,
        items=["a ledger"],
        approved_by="zhao",
        may_vanish=True,
    ),
)
DANGER: dict[str, Any] = {
    "matter": BLOCKED_EXIT,
    "route": Route.ZERO_TOLERANCE,
    "queue": Queue.ZERO_TOLERANCE,
}
CLEARED = {"danger": "a blocked exit", "party_cannot": True, "evidence": [PAPER]}
RECEIPT = {"number": "1", "evidence": [PAPER]}
TRANSFER = {"receiver": "traffic police", "reason": "theirs", "evidence": [PAPER]}


def walked(
    course: Iterable[Walked], bureau: Bureau | None = None, **case: Any
) -> tuple[Bureau, SubjectId]:
    """A case as far as the course goes; every step of it must be done."""
    bureau = bureau or Bureau()
    subject = bureau.sighting(**case)
    for each in course:
        answer = take(bureau, subject, each)
        assert isinstance(answer, Done), (each.act, answer)
    return bureau, subject


def rules(answer: Answer) -> list[str]:
    return [] if isinstance(answer, Done) else [refusal.rule for refusal in answer.refusals]


def running(bureau: Bureau, subject: SubjectId) -> set[ClockKind]:
    return {clock.kind for clock in bureau.dossiers[subject].clocks if clock.is_open}


def until(bureau: Bureau, **span: float) -> str:
    return instant_text(bureau.now + timedelta(**span))


@pytest.mark.parametrize("microseconds", [1, 400, 999])
def test_an_instant_finer_than_the_record_is_judged_as_it_is_recorded(microseconds: int) -> None:
    bureau, subject = walked(TO_THE_STREET[:1])
    bureau.now += timedelta(microseconds=microseconds)
    bureau.do(subject, Act.DISPATCH, "lin", unit="crew-1")
    command = replace(
        bureau.command(subject, Act.ACCEPT, "hu", position="here"),
        at=bureau.now - timedelta(microseconds=microseconds),
    )

    facts = bureau.facts(command)
    answer = judge(facts, Packs(now=bureau.policy))
    again = read_act_facts(act_facts_bytes(facts))

    assert answer_bytes(again, judge(again, Packs(now=bureau.policy))) == answer_bytes(
        facts, answer
    )


def test_a_limit_within_the_millisecond_of_the_act_is_refused() -> None:
    bureau, subject = walked(TO_THE_FILING[:4])
    said = {**TWO, "content": "clear it"}

    answer = bureau.act(
        subject,
        Act.ORDER_CORRECTION,
        "li",
        until=(bureau.now + timedelta(microseconds=300)).isoformat(),
        **said,
    )

    assert rules(answer) == ["K08-time"]


@pytest.mark.parametrize(
    ("ahead", "refused"),
    [pytest.param(0, [], id="just now"), pytest.param(1, ["K08-time"], id="tomorrow")],
)
def test_the_ten_hours_never_begin_in_the_future(ahead: int, refused: list[str]) -> None:
    bureau = Bureau()

    answer = bureau.act(
        SubjectId("O1"),
        Act.DETECT_OPINION,
        "song",
        title="t",
        links=["https://x.invalid"],
        first_known_at=until(bureau, days=ahead),
    )

    assert rules(answer) == refused


def test_no_act_has_ended_later_than_the_case_is_filed() -> None:
    bureau, subject = walked(TO_THE_FILING[:-1])

    answer = bureau.act(
        subject,
        Act.FILE,
        "zhao",
        reason="not corrected",
        number="1",
        harm_fen=0,
        is_continuing=True,
        ended_at=until(bureau, days=1),
    )

    assert rules(answer) == ["K08-time"]


def test_a_second_order_never_shortens_the_time_that_the_party_was_given() -> None:
    bureau, subject = walked(TO_THE_FILING[:5])
    said = {**TWO, "content": "clear it"}
    bureau.do(subject, Act.ORDER_CORRECTION, "li", until=until(bureau, days=9), **said)

    sooner = bureau.act(subject, Act.ORDER_CORRECTION, "li", until=until(bureau, days=1), **said)
    later = bureau.act(subject, Act.ORDER_CORRECTION, "li", until=until(bureau, days=12), **said)

    assert rules(sooner) == ["P29"]
    assert isinstance(later, Done)
    (clock,) = (
        each
        for each in bureau.dossiers[subject].clocks
        if each.kind is ClockKind.CORRECTION and each.is_open
    )
    assert instant_text(clock.due_at) == until(bureau, days=12)


@pytest.mark.parametrize("person", [pytest.param("li", id="one of the two officers")])
def test_nobody_decides_on_what_they_investigated(person: str) -> None:
    both = an_officer(person, Role.HEAD)
    bureau, subject = walked(TO_THE_DECISION[:-1], Bureau(people=with_people(both)))

    answer = bureau.act(
        subject, Act.DECIDE, person, **FINE, **BAND, **DECISION, has_social_impact=True
    )

    assert "P20" in rules(answer)


def test_who_was_recused_settles_no_doubt() -> None:
    bureau, subject = walked(TO_THE_FILING)
    bureau.do(subject, Act.DECIDE_RECUSAL, "zhao", of="deng", recused=True, reason="a cousin")

    answer = bureau.act(subject, Act.SETTLE_DOUBT, "deng", gate="P31", reason="of age")

    assert rules(answer) == ["P08"]


def test_a_notice_is_no_heavier_than_the_proposal() -> None:
    bureau, subject = walked(TO_THE_PROPOSAL)
    notify = NOTIFIED[-1]

    answer = take(bureau, subject, replace(notify, details={**notify.details, "fine_fen": 10_001}))

    assert rules(answer) == ["P09"]


def test_nothing_becomes_heavier_because_the_party_asked_for_a_hearing() -> None:
    low = {**FINE, "fine_fen": 5_000}
    course = [
        replace(each, details={**each.details, **low})
        if each.act in {Act.PROPOSE, Act.NOTIFY}
        else each
        for each in NOTIFIED
    ]
    course[-1] = replace(course[-1], details={**course[-1].details, "told_hearing": True})
    bureau, subject = walked(course)
    bureau.do(subject, Act.ASK_HEARING, "he")
    bureau.do(subject, Act.WAIVE, "he", waives_hearing=True, signed=True, evidence=[PAPER])
    for again in (TO_THE_PROPOSAL[-1], NOTIFIED[-1]):
        assert isinstance(take(bureau, subject, again), Done)
    bureau.wait(days=30)
    bureau.do(subject, Act.LAPSE, "he")

    answer = bureau.act(subject, Act.DECIDE, "zhao", **FINE, **BAND, **DECISION)

    assert "P10" in rules(answer)


def test_a_defence_is_taken_while_a_lawyer_looks() -> None:
    bureau, subject = walked(TO_THE_DECISION[:-2])

    bureau.do(subject, Act.DEFEND, "he", points=["one thing more"])

    answer = bureau.act(subject, Act.DECIDE, "zhao", **FINE, **BAND, **DECISION)
    assert "P10" in rules(answer)


def suspecting(*, last: bool) -> tuple[Bureau, SubjectId]:
    propose = TO_THE_PROPOSAL[-1]
    crime = replace(propose, details={**propose.details, "suspected_crime": True})
    return walked((*TO_THE_PROPOSAL[:-1], crime, *(() if last else (propose,))))


@pytest.mark.parametrize("last", [pytest.param(True, id="now"), pytest.param(False, id="once")])
@pytest.mark.parametrize("act", [Act.TERMINATE, Act.EXCUSE])
def test_a_suspected_crime_is_not_ended_quietly(act: Act, last: bool) -> None:
    bureau, subject = suspecting(last=last)
    ended: dict[str, Any] = {"reason": "no wish", "code": "not-a-violation"}
    if act is Act.EXCUSE:
        ended = {
            "ground": "no-fault",
            "proposed_by": "li",
            "harm_fen": 0,
            "no_fault": True,
            "education": "told",
        }

    assert "P35" in rules(bureau.act(subject, act, "zhao", **ended))


# --- things that are held ----------------------------------------------------------------------

EXCUSED = {
    "ground": "no-fault",
    "proposed_by": "li",
    "harm_fen": 0,
    "no_fault": True,
    "education": "told",
}


@pytest.mark.parametrize(
    ("held", "rule"),
    [pytest.param(SEIZING, "C7", id="seized"), pytest.param(PRESERVING, "P19", id="preserved")],
)
@pytest.mark.parametrize(
    ("act", "said"),
    [
        pytest.param(Act.EXCUSE, EXCUSED, id="excused"),
        pytest.param(Act.TERMINATE, {"reason": "r", "code": "not-a-violation"}, id="terminated"),
        pytest.param(Act.MERGE_PENALTY, {"reason": "r"}, id="merged"),
    ],
)
def test_a_penalty_case_that_holds_things_is_not_ended(
    act: Act, said: dict[str, Any], held: tuple[Walked, ...], rule: str
) -> None:
    bureau, subject = walked((*TO_THE_FILING, TO_THE_PROPOSAL[len(TO_THE_FILING)], *held))
    into = {"into": bureau.sighting()} if act is Act.MERGE_PENALTY else {}

    assert rules(bureau.act(subject, act, "zhao", **said, **into)) == [rule]


@pytest.mark.parametrize("act", [Act.REVOKE, Act.DECLARE_VOID])
def test_what_is_held_is_given_back_after_the_decision_fell(act: Act) -> None:
    bureau, subject = walked((*TO_THE_PROPOSAL, *SEIZING, *SERVED[len(TO_THE_PROPOSAL) :]))
    bureau.do(subject, act, "zhao", reason="wrong")

    assert ClockKind.SEIZURE in running(bureau, subject)
    bureau.do(
        subject, Act.RELEASE, "zhao", because="no-violation", undamaged=True, cost_to_party_fen=0
    )

    assert ClockKind.SEIZURE not in running(bureau, subject)


def test_what_is_held_when_a_crime_is_handed_over_is_settled_afterwards() -> None:
    bureau, subject = walked(
        (*TO_THE_FILING, TO_THE_PROPOSAL[len(TO_THE_FILING)], *SEIZING, *PRESERVING)
    )
    handed = {"receiver": "the police", "receipt": "1", "evidence": [PAPER]}
    bureau.do(subject, Act.HAND_TO_JUSTICE, "zhao", **handed)

    assert {ClockKind.SEIZURE, ClockKind.PRESERVATION} <= running(bureau, subject)
    bureau.do(subject, Act.RELEASE, "li", because="not-needed", undamaged=True, cost_to_party_fen=0)
    bureau.do(subject, Act.SETTLE_PRESERVED, "zhao", into="returned", reason="theirs")

    assert running(bureau, subject) & {ClockKind.SEIZURE, ClockKind.PRESERVATION} == set()


def test_an_extension_moves_the_end_of_the_seizure() -> None:
    bureau, subject = walked((*TO_THE_PROPOSAL, *SEIZING))
    (before,) = (c for c in bureau.dossiers[subject].clocks if c.kind is ClockKind.SEIZURE)

    bureau.do(subject, Act.EXTEND_SEIZURE, "zhao", reason="a test", party_told=True, days=10)

    (after,) = (
        c for c in bureau.dossiers[subject].clocks if c.kind is ClockKind.SEIZURE and c.is_open
    )
    assert timedelta(days=10) <= after.due_at - before.due_at <= timedelta(days=14)


def test_an_annulled_decision_is_revoked_and_nothing_else() -> None:
    bureau, subject = walked((*SERVED, step(Act.DEMAND, "zhao", in_writing=True, content="pay")))
    bureau.do(subject, Act.FILE_REMEDY, "he", way="litigation", number="1")
    bureau.do(subject, Act.STAY, "zhao", by="court", number="2")
    bureau.do(subject, Act.REMEDY_RESULT, "zhao", result="annulled", reason="no basis")

    assert rules(bureau.act(subject, Act.LIFT_STAY, "zhao", reason="go on")) == ["P27"]
    bureau.do(subject, Act.REVOKE, "zhao", reason="the court annulled it")


@pytest.mark.parametrize(
    ("act", "said"),
    [
        pytest.param(Act.DEMAND, {"in_writing": True, "content": "pay"}, id="demanded"),
        pytest.param(Act.APPLY_TO_COURT, {"court": "the court", "evidence": [PAPER]}, id="court"),
        pytest.param(Act.SURCHARGE, {"days_late": 1, "amount_fen": 300}, id="surcharged"),
    ],
)
def test_an_annulled_fine_is_never_pursued(act: Act, said: dict[str, Any]) -> None:
    bureau, subject = walked((*SERVED, step(Act.DEMAND, "zhao", in_writing=True, content="pay")))
    bureau.do(subject, Act.FILE_REMEDY, "he", way="litigation", number="1")
    bureau.do(subject, Act.REMEDY_RESULT, "zhao", result="annulled", reason="no basis")

    assert "P27" in rules(bureau.act(subject, act, "zhao", **said))


def test_a_remedy_may_be_filed_while_the_decision_is_stayed() -> None:
    bureau, subject = walked(SERVED)
    bureau.do(subject, Act.STAY, "zhao", by="court", number="2")

    bureau.do(subject, Act.FILE_REMEDY, "he", way="litigation", number="1")


def test_days_on_which_execution_was_stayed_are_not_late() -> None:
    bureau, subject = walked(SERVED)
    bureau.do(subject, Act.STAY, "zhao", by="court", number="2")
    bureau.wait(days=30)
    bureau.do(subject, Act.LIFT_STAY, "zhao", reason="the court says so")

    answer = bureau.act(subject, Act.SURCHARGE, "zhao", days_late=1, amount_fen=300)

    assert rules(answer) == ["P26"]


def test_who_paid_in_time_is_never_late() -> None:
    bureau, subject = walked(SERVED)
    bureau.wait(days=5)
    bureau.do(subject, Act.PAY, "qian", amount_fen=10_000, receipt="1")
    bureau.wait(days=30)

    answer = bureau.act(subject, Act.SURCHARGE, "zhao", days_late=1, amount_fen=300)

    assert rules(answer) == ["P26"]


@pytest.mark.parametrize(
    ("days", "asked", "refused"),
    [
        pytest.param(1, True, ["P26"], id="sooner than the law"),
        pytest.param(40, False, ["P26"], id="nobody asked"),
        pytest.param(40, True, [], id="later, and asked for"),
    ],
)
def test_paying_is_only_ever_put_off(days: int, asked: bool, refused: list[str]) -> None:
    bureau, subject = walked(SERVED)

    answer = bureau.act(
        subject, Act.DEFER, "zhao", until=until(bureau, days=days), party_asked=asked, reason="poor"
    )

    assert rules(answer) == refused


def test_nothing_is_forced_that_was_performed() -> None:
    bureau, subject = walked((*SERVED, step(Act.DEMAND, "zhao", in_writing=True, content="pay")))
    bureau.do(subject, Act.PAY, "qian", amount_fen=10_000, receipt="1")
    bureau.do(subject, Act.PERFORMED, "he", how="paid")
    bureau.wait(days=25)

    answer = bureau.act(
        subject,
        Act.FORCE,
        "zhao",
        power="行政强制法 46",
        planned_at=until(bureau, minutes=1),
    )

    assert "C9" in rules(answer)


@pytest.mark.parametrize("is_public", [True, False])
def test_only_what_was_published_is_to_be_withdrawn(is_public: bool) -> None:
    bureau, subject = walked(WHOLE_CASE[: len(SERVED) + is_public])

    bureau.do(subject, Act.REVOKE, "zhao", reason="wrong")

    assert (ClockKind.WITHDRAWAL in running(bureau, subject)) is is_public


@pytest.mark.parametrize("filed", [TO_THE_FILING, TO_THE_PROPOSAL, NOTIFIED])
def test_an_order_to_correct_may_be_given_after_the_filing(filed: tuple[Walked, ...]) -> None:
    bureau, subject = walked(filed)
    state = bureau.dossiers[subject].penalty

    bureau.do(
        subject, Act.ORDER_CORRECTION, "li", **TWO, content="clear it", until=until(bureau, days=3)
    )
    bureau.do(subject, Act.RECHECK, "li", is_corrected=True, evidence=[PAPER])

    assert bureau.dossiers[subject].penalty is state
    assert ClockKind.CORRECTION not in running(bureau, subject)


def test_an_incident_that_was_reported_first_is_graded_and_closed() -> None:
    bureau, subject = Bureau(), SubjectId("O1")
    bureau.do(
        subject,
        Act.DETECT_OPINION,
        "song",
        title="t",
        first_known_at=bureau.now,
        links=["https://x.invalid"],
    )
    bureau.do(subject, Act.REPORT_OPINION, "song", receipt="1", content="what is known")

    bureau.do(subject, Act.GRADE_OPINION, "song", grade="ordinary", reason="few read it")
    assert bureau.dossiers[subject].opinion is OpinionState.REPORTED
    bureau.do(subject, Act.CLOSE_OPINION, "song", reason="over")

    assert bureau.dossiers[subject].opinion is OpinionState.CLOSED


def test_a_danger_that_the_party_removed_itself_may_be_closed() -> None:
    bureau, subject = walked(
        (replace(TO_THE_STREET[0], person="guo"), *TO_THE_STREET[1:]), **DANGER
    )

    bureau.do(
        subject, Act.CLEAR, "hu", danger="a blocked exit", party_cleared=True, evidence=[PAPER]
    )
    bureau.do(subject, Act.FEEDBACK, "hu", before=["0" * 64], after=["1" * 64])


def test_a_danger_that_turns_up_on_the_way_is_cleared_before_the_receipt() -> None:
    bureau, subject = walked(TO_THE_STREET)
    bureau.do(subject, Act.TRANSFER, "guo", **TRANSFER)
    bureau.do(subject, Act.LIFT, "guo", danger="flames", reason="it burns")

    assert rules(bureau.act(subject, Act.RECEIPT, "guo", **RECEIPT)) == ["L13"]
    bureau.do(subject, Act.CLEAR, "hu", **CLEARED)
    bureau.do(subject, Act.RECEIPT, "guo", **RECEIPT)


def test_a_case_that_comes_back_from_its_receiver_is_on_a_clock() -> None:
    bureau, subject = walked(TO_THE_STREET)
    bureau.do(subject, Act.FEEDBACK, "hu", before=["0" * 64], after=["1" * 64])
    bureau.do(subject, Act.VERIFY, "gao", condition_met=True, evidence=[PAPER])
    bureau.do(subject, Act.TRANSFER, "guo", **TRANSFER)

    bureau.do(subject, Act.REFUSED_BY_RECEIVER, "guo", reason="not ours")

    assert running(bureau, subject) == {ClockKind.DISPATCH}


@pytest.mark.parametrize(
    ("act", "said"),
    [
        pytest.param(Act.WITHDRAW, {"code": "not-a-violation"}, id="withdrawn"),
        pytest.param(
            Act.DECLINE, {"code": "not-a-violation", "proposed_by": "yang"}, id="declined"
        ),
    ],
)
def test_a_danger_is_let_go_with_a_reason_and_not_a_word(act: Act, said: dict[str, Any]) -> None:
    bureau = Bureau()
    subject = bureau.sighting(**DANGER)

    assert rules(bureau.act(subject, act, "guo", **said, reason="no")) == ["L06"]
    bureau.do(subject, act, "guo", **said, reason="a drill that was announced")


def test_only_the_duty_chief_joins_one_danger_to_another() -> None:
    bureau = Bureau()
    subject, into = bureau.sighting(**DANGER), bureau.sighting(**DANGER)

    assert rules(bureau.act(subject, Act.MERGE, "yang", into=into, reason="the same")) == ["L04"]
    bureau.do(subject, Act.MERGE, "guo", into=into, reason="the same exit")


@pytest.mark.parametrize("course", [pytest.param(TO_THE_FILING[:1], id="opened")])
def test_a_merged_file_names_the_penalty_case_that_goes_on(course: tuple[Walked, ...]) -> None:
    bureau, subject = walked((*course, TO_THE_FILING[3]))
    into = bureau.sighting()

    assert rules(bureau.act(subject, Act.MERGE, "yang", into=into, reason="same")) == ["L09"]
    bureau.do(subject, Act.MERGE, "yang", into=into, reason="same", penalty_noted="goes on")


def test_a_danger_that_was_cleared_before_anybody_took_it_is_still_to_be_taken() -> None:
    bureau = Bureau()
    subject = bureau.sighting(**DANGER)

    bureau.do(subject, Act.CLEAR, "hu", **CLEARED)

    assert running(bureau, subject) == {ClockKind.TAKE}


def test_what_is_sorted_into_a_danger_calls_the_duty_chief() -> None:
    bureau = Bureau()
    subject = bureau.sighting(matter=None, route=Route.TRIAGE)

    done = bureau.do(subject, Act.CLASSIFY, "yang", matter=str(BLOCKED_EXIT), reason="an exit")

    assert ClockKind.DANGER in running(bureau, subject)
    assert [
        each.role for each in letters_of_act(done, bureau.policy) if isinstance(each, Page)
    ] == [Role.DUTY_CHIEF]


def test_what_a_person_lifts_calls_the_duty_chief_once() -> None:
    bureau, subject = walked(TO_THE_STREET)

    first = bureau.do(subject, Act.LIFT, "hu", danger="flames", reason="it burns")
    again = bureau.do(subject, Act.LIFT, "hu", danger="gas-bottles", reason="and there is gas")

    paged = [
        [each for each in letters_of_act(done, bureau.policy) if isinstance(each, Page)]
        for done in (first, again)
    ]
    assert [len(pages) for pages in paged] == [1, 0]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        pytest.param(Act.CLASSIFY, {"matter": str(STALL)}, id="sorted"),
        pytest.param(Act.DOWNGRADE, {"evidence": [PAPER]}, id="downgraded"),
    ],
)
def test_a_danger_that_is_none_is_still_to_be_taken(act: Act, said: dict[str, Any]) -> None:
    bureau = Bureau()
    subject = bureau.sighting()
    bureau.do(subject, Act.LIFT, "xu", danger="flames", reason="smoke")
    assert running(bureau, subject) == {ClockKind.DANGER}

    bureau.do(subject, act, "guo", **said, reason="steam from a pot")

    assert running(bureau, subject) == {ClockKind.TAKE}


def test_what_has_turned_dangerous_has_less_time() -> None:
    soon = Limit(amount=30, unit=Unit.MINUTE, calendar=Calendar.CONTINUOUS)
    bureau = Bureau(policy=replace(a_lawful_city(), lifted_limit=soon))
    _, subject = walked(TO_THE_STREET, bureau)
    before = bureau.dossiers[subject].case
    bureau.do(subject, Act.LIFT, "hu", danger="flames", reason="it burns")
    after = bureau.dossiers[subject].case

    assert before is not None
    assert after is not None
    assert after.due_at < before.due_at
