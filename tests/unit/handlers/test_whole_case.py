"""A case goes all the way to a performed decision, and skipping any one gate is refused."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from handlers.decisions.answer import Done, Refused
from schemas.act import Act
from schemas.penalty import PenaltyState
from schemas.workfile import CaseState
from tests.support.bureau import Bureau
from tests.support.courses import TO_THE_STREET, WHOLE_CASE, Walked, take


def walk(course: Sequence[Walked]) -> tuple[Act, tuple[str, ...]] | None:
    """The first act that is refused, with the rules that refused it; absent where all was done."""
    bureau = Bureau()
    subject = bureau.sighting()
    for walked in course:
        answer = take(bureau, subject, walked)
        if isinstance(answer, Refused):
            return walked.act, tuple(refusal.rule for refusal in answer.refusals)
    return None


def without(act: Act) -> list[Walked]:
    return [walked for walked in WHOLE_CASE if walked.act is not act]


def saying(act: Act, person: str | None = None, **details: object) -> list[Walked]:
    """The same course with one act said otherwise; a field that is `None` is left out."""

    def changed(walked: Walked) -> Walked:
        said = {**walked.details, **details}
        kept = {name: value for name, value in said.items() if value is not None}
        return replace(walked, details=kept, person=person or walked.person)

    return [changed(walked) if walked.act is act else walked for walked in WHOLE_CASE]


def test_a_case_goes_all_the_way() -> None:
    bureau = Bureau()
    subject = bureau.sighting()

    answers = [take(bureau, subject, walked) for walked in WHOLE_CASE]

    assert all(isinstance(answer, Done) for answer in answers)
    assert bureau.dossiers[subject].penalty is PenaltyState.CLOSED


def test_the_street_is_fixed_and_closed_beside_it() -> None:
    bureau = Bureau()
    subject = bureau.sighting()
    for walked in TO_THE_STREET:
        take(bureau, subject, walked)

    bureau.do(subject, Act.FEEDBACK, "hu", before=["0" * 64], after=["1" * 64])
    bureau.do(subject, Act.VERIFY, "gao", condition_met=True, evidence=["2" * 64])
    bureau.do(subject, Act.CLOSE, "guo")

    case = bureau.dossiers[subject].case
    assert case is not None
    assert case.state is CaseState.CLOSED
    assert [clock for clock in bureau.dossiers[subject].clocks if clock.is_open] == []


@pytest.mark.parametrize(
    ("course", "act", "rule"),
    [
        pytest.param(without(Act.TELL), Act.NOTIFY, "P06", id="the party is told and can look"),
        pytest.param(without(Act.COLLECT), Act.PROPOSE, "P11", id="evidence is on record"),
        pytest.param(
            [w for w in without(Act.ORDER_CORRECTION) if w.act is not Act.RECHECK],
            Act.FILE,
            "L16",
            id="softness comes first",
        ),
        pytest.param(without(Act.PROPOSE), Act.NOTIFY, "P09", id="somebody proposes"),
        pytest.param(without(Act.ANSWER_DEFENCE), Act.SUBMIT_REVIEW, "P10", id="defence answered"),
        pytest.param(without(Act.PUBLISH_DECISION), Act.ARCHIVE, "P15", id="published"),
        pytest.param(without(Act.PAY), Act.PERFORMED, "P26", id="the fine is paid"),
        pytest.param(without(Act.PERFORMED), Act.ARCHIVE, "P12", id="the record is whole"),
        pytest.param(saying(Act.NOTIFY, told_defence=False), Act.NOTIFY, "P09", id="rights told"),
        pytest.param(saying(Act.NOTIFY, fine_fen=9_000), Act.DECIDE, "P09", id="no surprise"),
        pytest.param(saying(Act.NOTIFY, second="li"), Act.NOTIFY, "P07", id="two officers"),
        pytest.param(saying(Act.NOTIFY, second="wu"), Act.NOTIFY, "P07", id="no auxiliary as one"),
        pytest.param(
            saying(Act.COLLECT, unlawfully_taken=True), Act.COLLECT, "P11", id="lawful evidence"
        ),
        pytest.param(saying(Act.DECIDE, sealed=False), Act.DECIDE, "P22", id="six items and seal"),
        pytest.param(
            saying(Act.DECIDE, fine_fen=1_000_000), Act.DECIDE, "P34", id="within the band"
        ),
        pytest.param(
            saying(Act.REVIEW_LEGALLY, "feng"), Act.REVIEW_LEGALLY, "P21", id="a lawyer reviews"
        ),
        pytest.param(
            saying(Act.PAY, amount_fen=9_999), Act.PERFORMED, "P26", id="paid to the last fen"
        ),
        pytest.param(
            saying(Act.SERVE, way="electronic"), Act.SERVE, "P24", id="consent to e-service"
        ),
        pytest.param(
            saying(Act.PUBLISH_DECISION, masked=False), Act.PUBLISH_DECISION, "P16", id="masked"
        ),
    ],
)
def test_skipping_any_one_gate_is_refused(course: Sequence[Walked], act: Act, rule: str) -> None:
    refused = walk(course)

    assert refused is not None
    assert refused[0] is act
    assert rule in refused[1]


@pytest.mark.parametrize("person", [pytest.param("wu", id="an auxiliary")])
@pytest.mark.parametrize("walked", WHOLE_CASE[3:], ids=lambda walked: walked.act.value)
def test_an_auxiliary_is_refused_every_legal_act(walked: Walked, person: str) -> None:
    course = [replace(w, person=person) if w is walked else w for w in WHOLE_CASE]

    refused = walk(course)

    helped = {Act.PERSUADE, Act.RECHECK}
    if walked.act in helped:
        assert refused is None
    else:
        assert refused == (walked.act, ("A1",))
