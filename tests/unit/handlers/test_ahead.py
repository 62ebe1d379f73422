"""What stands between a case and a step, told without taking it."""

from collections.abc import Sequence
from typing import Any

import pytest

from handlers.decisions.ahead import Obstacle, obstacles
from handlers.decisions.answer import Done, Refused
from handlers.decisions.dossier import Dossier
from handlers.decisions.judging import Packs, judge
from handlers.decisions.lives.standing import step_for
from handlers.decisions.lives.step import Step
from handlers.decisions.lives.tables import STEPS_OF
from schemas.act import Act, SubjectId
from schemas.person import PersonId
from tests.support.bureau import Bureau
from tests.support.courses import TO_THE_DECISION, TO_THE_FILING, WHOLE_CASE, Walked, step, take


def walked(course: Sequence[Walked]) -> tuple[Bureau, SubjectId]:
    bureau = Bureau()
    subject = bureau.sighting()
    for each in course:
        take(bureau, subject, each)
    return bureau, subject


def ahead(act: Act, course: Sequence[Walked], *, by: str | None = None) -> dict[str, Obstacle]:
    bureau, subject = walked(course)
    found = of_bureau(bureau, subject, STEPS_OF[act][0], by=by)
    return {each.refusal.rule: each for each in found}


def of_bureau(
    bureau: Bureau, subject: SubjectId, row: Step, *, by: str | None = None
) -> tuple[Obstacle, ...]:
    facts = bureau.facts(bureau.command(subject, Act.VIEW, by or "luo"))
    packs = Packs(now=bureau.policy, then=bureau.then)
    return obstacles(row, facts, packs, by=None if by is None else PersonId(by))


def until(act: Act) -> tuple[Walked, ...]:
    """The whole case, up to just before an act."""
    acts = [each.act for each in WHOLE_CASE]
    return WHOLE_CASE[: acts.index(act)]


def possible(dossier: Dossier) -> list[Step]:
    rows = (step_for(act, dossier) for act in Act)
    return [row for row in rows if row is not None and row.since]


def test_softness_first_is_told_before_anybody_files() -> None:
    found = ahead(Act.FILE, until(Act.ORDER_CORRECTION))

    obstacle = found["L16"]
    assert "an order to correct before it" in obstacle.refusal.missing.en
    assert obstacle.asks_of_form == ("harm_fen",)
    assert obstacle.refusal.supply


def test_nothing_but_the_form_is_told_where_nothing_else_is_missing() -> None:
    found = ahead(Act.FILE, TO_THE_FILING[:-1])

    assert found == {}


def test_what_was_proposed_is_taken_as_said_already() -> None:
    found = ahead(Act.DECIDE, until(Act.ANSWER_DEFENCE))

    assert found["P10"].refusal.missing.en == "an answer to 1 defence(s)"
    assert found["P10"].asks_of_form == ()
    assert "P09" not in found


def test_a_choice_that_a_gate_rests_on_is_asked_for_first() -> None:
    found = ahead(Act.EXCUSE, until(Act.PERSUADE))

    assert "say ground first" in found["P33"].refusal.missing.en
    assert "ground" in found["P33"].asks_of_form


@pytest.mark.parametrize(
    ("person", "rule"),
    [
        pytest.param("zhao", None, id="the head may file"),
        pytest.param("li", "K06-not-your-duty", id="an officer may not"),
        pytest.param("wu", "A1", id="an auxiliary is told so"),
        pytest.param("stranger", "K02-unknown-person", id="a stranger is nobody"),
    ],
)
def test_a_named_person_is_told_what_is_missing_for_them(person: str, rule: str | None) -> None:
    found = ahead(Act.FILE, TO_THE_FILING[:-1], by=person)

    assert list(found) == ([] if rule is None else [rule])


def test_a_forbidden_pair_is_told_to_who_stands_on_its_other_side() -> None:
    course = (
        *TO_THE_FILING[:3],
        step(Act.FEEDBACK, "hu", before=["0" * 64], after=["1" * 64]),
    )
    bureau, subject = walked(course)
    both = {**bureau.people, PersonId("hu"): bureau.people[PersonId("gao")]}
    bureau.people = both

    found = of_bureau(bureau, subject, STEPS_OF[Act.VERIFY][0], by="hu")

    assert any(each.refusal.rule.startswith("K09-pair/handle-verify") for each in found)


def test_somebody_who_is_not_named_stands_on_no_side() -> None:
    found = ahead(Act.VERIFY, TO_THE_FILING[:3])

    assert not any(rule.startswith(("K02", "K06", "K09", "A1")) for rule in found)


def test_every_step_of_a_whole_case_can_be_looked_at_from_every_state() -> None:
    bureau = Bureau()
    subject = bureau.sighting()
    for each in WHOLE_CASE:
        for row in possible(bureau.dossiers[subject]):
            of_bureau(bureau, subject, row)
            of_bureau(bureau, subject, row, by="li")
        take(bureau, subject, each)

    assert len(bureau.dossiers[subject].taken) == len(WHOLE_CASE)


def refused_with_the_form(walked_: Walked, bureau: Bureau, subject: SubjectId) -> set[str]:
    """What the judge says to the course's own, well-filled form."""
    answer: Any = judge(
        bureau.facts(bureau.command(subject, walked_.act, walked_.person, **walked_.details)),
        Packs(now=bureau.policy, then=bureau.then),
    )
    return set() if isinstance(answer, Done) else {each.rule for each in answer.refusals}


def test_looking_never_promises_what_the_judge_refuses() -> None:
    """A gate that blocks whatever the form says is told beforehand."""
    bureau, subject = walked(until(Act.ANSWER_DEFENCE))
    decide = TO_THE_DECISION[-1]

    refused = refused_with_the_form(decide, bureau, subject)
    told = {each.refusal.rule for each in of_bureau(bureau, subject, STEPS_OF[Act.DECIDE][0])}

    assert refused
    assert refused <= told


def test_looking_takes_no_step() -> None:
    bureau, subject = walked(TO_THE_FILING)
    before = bureau.dossiers[subject]

    of_bureau(bureau, subject, STEPS_OF[Act.ASSIGN_OFFICERS][0])

    assert bureau.dossiers[subject] is before
    assert not isinstance(bureau.answers[-1][1], Refused)
