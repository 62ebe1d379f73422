"""Who may try a step at all: every rule of admission, on both sides of its edge."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.decisions.admission import CLOCK_SKEW, ENTERED_WITHIN
from handlers.decisions.answer import Answer, Done, Refused
from schemas.act import Act, SubjectId
from schemas.person import Role
from schemas.workfile import CaseState
from tests.support.benches import a_person, with_people
from tests.support.bureau import Bureau

SECOND = timedelta(seconds=1)


def rules(answer: Answer) -> list[str]:
    return [] if isinstance(answer, Done) else [refusal.rule for refusal in answer.refusals]


def opened(bureau: Bureau) -> SubjectId:
    subject = bureau.sighting()
    bureau.do(subject, Act.OPEN, "yang")
    return subject


def test_a_stranger_is_refused() -> None:
    bureau = Bureau()
    subject = bureau.sighting()

    assert rules(bureau.act(subject, Act.OPEN, "nobody")) == ["K02-unknown-person"]


def test_a_stranger_who_is_named_is_refused() -> None:
    bureau = Bureau()
    subject = opened(bureau)

    answer = bureau.act(subject, Act.ESCALATE, "guo", in_charge="nobody", reason="overdue")

    assert rules(answer) == ["K02-unknown-person"]


def test_a_case_that_nobody_has_is_refused() -> None:
    bureau = Bureau()

    assert rules(bureau.act(SubjectId("C0"), Act.OPEN, "yang")) == ["K03-unknown-subject"]


def test_an_incident_is_detected_once() -> None:
    bureau = Bureau()
    said = {"title": "t", "first_known_at": bureau.now, "links": ["https://x.invalid"]}
    bureau.do(SubjectId("O1"), Act.DETECT_OPINION, "song", **said)

    again = bureau.act(SubjectId("O1"), Act.DETECT_OPINION, "song", **said)

    assert rules(again) == ["K03-unknown-subject"]


def test_an_incidents_id_says_what_it_is() -> None:
    bureau = Bureau()
    said = {"title": "t", "first_known_at": bureau.now, "links": ["https://x.invalid"]}

    answer = bureau.act(SubjectId("C1"), Act.DETECT_OPINION, "song", **said)

    assert rules(answer) == ["K03-unknown-subject"]


@pytest.mark.parametrize(
    ("expected", "refused"),
    [
        pytest.param(0, ["K04-stale-version"], id="before the last act"),
        pytest.param(1, [], id="what is there"),
        pytest.param(2, ["K04-stale-version"], id="an act that nobody took"),
    ],
)
def test_a_stale_version_is_refused(expected: int, refused: list[str]) -> None:
    bureau = Bureau()
    subject = opened(bureau)
    command = bureau.command(subject, Act.DISPATCH, "lin", unit="crew-1")

    assert rules(bureau.give(replace(command, expected=expected))) == refused


def test_a_step_that_no_row_has_is_refused_with_its_clause() -> None:
    bureau = Bureau()
    subject = opened(bureau)

    answer = bureau.act(subject, Act.CLOSE, "guo")

    assert isinstance(answer, Refused)
    assert answer.refusals[0].rule == "K05-no-such-step"
    assert "verified" in answer.refusals[0].missing.en
    assert answer.refusals[0].clause


@pytest.mark.parametrize(
    ("person", "role", "refused"),
    [
        pytest.param("yang", None, [], id="who may"),
        pytest.param("lin", None, ["K06-not-your-duty"], id="another's duty"),
        pytest.param("yang", Role.DUTY_CHIEF, ["K06-not-your-duty"], id="a role that isn't held"),
        pytest.param("wu", None, ["A1"], id="an auxiliary"),
    ],
)
def test_a_step_is_taken_in_a_role(person: str, role: Role | None, refused: list[str]) -> None:
    bureau = Bureau()
    command = bureau.command(bureau.sighting(), Act.OPEN, person)

    assert rules(bureau.give(replace(command, role=role))) == refused


def test_a_pack_may_take_an_act_away_from_a_role() -> None:
    bureau = Bureau()
    may = {role: frozenset(Act) for role in Role} | {Role.INTAKE: frozenset({Act.CLASSIFY})}
    bureau.policy = replace(bureau.policy, duties=replace(bureau.policy.duties, may=may))

    assert rules(bureau.act(bureau.sighting(), Act.OPEN, "yang")) == ["K06-not-your-duty"]


@pytest.mark.parametrize(
    ("details", "said"),
    [
        pytest.param({}, "unit", id="missing"),
        pytest.param({"unit": ""}, "unit", id="empty"),
        pytest.param({"unit": 3}, "unit", id="of another kind"),
        pytest.param({"unit": "crew-1", "units": "x"}, "units", id="misspelt"),
    ],
)
def test_a_form_says_what_was_expected_and_what_came(details: dict[str, object], said: str) -> None:
    bureau = Bureau()
    subject = opened(bureau)

    answer = bureau.act(subject, Act.DISPATCH, "lin", **details)

    assert isinstance(answer, Refused)
    assert [refusal.rule for refusal in answer.refusals] == ["K07-form"]
    assert answer.refusals[0].missing.en.startswith(f"{said}: expected")


@pytest.mark.parametrize(
    ("shift", "refused"),
    [
        pytest.param(CLOCK_SKEW, [], id="a clock a little fast"),
        pytest.param(CLOCK_SKEW + SECOND, ["K08-time"], id="in the future"),
        pytest.param(-ENTERED_WITHIN, [], id="entered on the last second"),
        pytest.param(-ENTERED_WITHIN - SECOND, ["K08-time"], id="entered too late"),
    ],
)
def test_an_act_is_entered_soon_after_it_was_done(shift: timedelta, refused: list[str]) -> None:
    bureau = Bureau()
    command = bureau.command(bureau.sighting(), Act.OPEN, "yang")

    assert rules(bureau.give(replace(command, at=bureau.now + shift))) == refused


def test_an_act_is_no_earlier_than_the_one_it_rests_on() -> None:
    bureau = Bureau()
    subject = opened(bureau)
    command = bureau.command(subject, Act.DISPATCH, "lin", unit="crew-1")

    assert rules(bureau.give(replace(command, at=bureau.now - SECOND))) == ["K08-time"]


@pytest.mark.parametrize(
    ("ahead", "refused"),
    [
        pytest.param(SECOND, [], id="a second later"),
        pytest.param(0 * SECOND, ["K08-time"], id="at once"),
    ],
)
def test_a_limit_lies_after_the_act(ahead: timedelta, refused: list[str]) -> None:
    bureau = Bureau()
    subject = opened(bureau)
    bureau.do(subject, Act.DISPATCH, "lin", unit="crew-1")
    bureau.do(subject, Act.ACCEPT, "hu", position="here")

    said = {"asked_by": "hu", "until": bureau.now + ahead, "reason": "waits for a part"}

    assert rules(bureau.act(subject, Act.SUSPEND, "guo", **said)) == refused


def test_one_person_never_stands_on_both_sides_of_a_pair() -> None:
    both = a_person("both", Role.HANDLER, Role.VERIFIER, unit="checks")
    bureau = Bureau(people=with_people(both))
    subject = opened(bureau)
    bureau.do(subject, Act.DISPATCH, "lin", unit="crew-1")
    bureau.do(subject, Act.ACCEPT, "both", position="here")
    bureau.do(subject, Act.FEEDBACK, "both", before=["0" * 64], after=["1" * 64])

    answer = bureau.act(subject, Act.VERIFY, "both", condition_met=True, evidence=["2" * 64])

    assert any(rule.startswith("K09-pair/") for rule in rules(answer))


def test_a_refused_act_changes_nothing() -> None:
    bureau = Bureau()
    subject = bureau.sighting()
    before = bureau.dossiers[subject]

    bureau.act(subject, Act.CLOSE, "guo")

    assert bureau.dossiers[subject] == before
    assert before.case is not None
    assert before.case.state is CaseState.CANDIDATE
