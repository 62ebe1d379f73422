from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from handlers.decisions.gates.gate import Bench, Gate, Verdict
from handlers.decisions.gates.others import GATES
from schemas.act import Act, SubjectId, Taken
from schemas.ids import Sha256
from schemas.opinion import OpinionGrade
from schemas.person import PersonId, Role
from tests.support.benches import a_bench, a_taken
from tests.support.builders import a_digest

GATE: Mapping[str, Gate] = {gate.id: gate for gate in GATES}


def graded(grade: OpinionGrade) -> Taken:
    return a_taken(Act.GRADE_OPINION, person="song", role=Role.OPINION_OFFICER, grade=grade.value)


@pytest.mark.parametrize(
    ("given", "wanted", "role", "expected"),
    [
        pytest.param(
            None, OpinionGrade.ORDINARY, Role.OPINION_OFFICER, Verdict.PASS, id="the first grade"
        ),
        pytest.param(
            OpinionGrade.SERIOUS,
            OpinionGrade.SERIOUS,
            Role.OPINION_OFFICER,
            Verdict.PASS,
            id="the same grade",
        ),
        pytest.param(
            OpinionGrade.SERIOUS,
            OpinionGrade.MAJOR,
            Role.OPINION_OFFICER,
            Verdict.PASS,
            id="a higher grade",
        ),
        pytest.param(
            OpinionGrade.SERIOUS,
            OpinionGrade.ORDINARY,
            Role.OPINION_OFFICER,
            Verdict.BLOCK,
            id="lowered by the opinion officer",
        ),
        pytest.param(
            OpinionGrade.MAJOR,
            OpinionGrade.SERIOUS,
            Role.DUTY_CHIEF,
            Verdict.PASS,
            id="lowered by the chief",
        ),
    ],
)
def test_only_the_duty_chief_lowers_a_grade(
    given: OpinionGrade | None, wanted: OpinionGrade, role: Role, expected: Verdict
) -> None:
    taken = () if given is None else (graded(given),)
    bench = a_bench(
        Act.GRADE_OPINION, case=None, role=role, taken=taken, details={"grade": wanted.value}
    )

    assert GATE["N01"].check(bench).verdict is expected


def test_the_grade_that_counts_is_the_latest() -> None:
    taken = (graded(OpinionGrade.MAJOR), graded(OpinionGrade.ORDINARY))
    bench = a_bench(
        Act.GRADE_OPINION,
        case=None,
        role=Role.OPINION_OFFICER,
        taken=taken,
        details={"grade": "serious"},
    )

    assert GATE["N01"].check(bench).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param(
            {"verified_facts": "a stall was moved", "approved_by": "guo"},
            Verdict.PASS,
            id="verified, and approved by another",
        ),
        pytest.param(
            {"verified_facts": " ", "approved_by": "guo"}, Verdict.BLOCK, id="nothing verified"
        ),
        pytest.param(
            {"verified_facts": "a stall was moved", "approved_by": "song"},
            Verdict.BLOCK,
            id="approved by who speaks",
        ),
        pytest.param(
            {"verified_facts": "a stall was moved", "approved_by": "nobody"},
            Verdict.BLOCK,
            id="approved by nobody of the register",
        ),
        pytest.param(
            {"verified_facts": "a stall was moved"}, Verdict.BLOCK, id="approved by nobody"
        ),
    ],
)
def test_a_statement_is_checked_by_two(details: Mapping[str, Any], expected: Verdict) -> None:
    bench = a_bench(Act.ANSWER_OPINION, case=None, person="song", details=details)

    assert GATE["N02"].check(bench).verdict is expected


REPORTED = a_taken(Act.REPORT_OPINION, person="song", role=Role.OPINION_OFFICER)
ANSWERED = a_taken(Act.ANSWER_OPINION, person="song", role=Role.OPINION_OFFICER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    grade: OpinionGrade | None
    taken: tuple[Taken, ...] = ()
    says_answered: bool = False


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(Closing(grade=None), Verdict.BLOCK, id="never graded"),
        pytest.param(Closing(grade=OpinionGrade.ORDINARY), Verdict.PASS, id="an ordinary one"),
        pytest.param(
            Closing(grade=OpinionGrade.SERIOUS, taken=(ANSWERED,), says_answered=True),
            Verdict.PASS,
            id="a serious one, answered",
        ),
        pytest.param(
            Closing(grade=OpinionGrade.SERIOUS, taken=(ANSWERED,)),
            Verdict.BLOCK,
            id="a serious one, and nobody says that it was answered",
        ),
        pytest.param(
            Closing(grade=OpinionGrade.SERIOUS, says_answered=True),
            Verdict.BLOCK,
            id="a serious one, said to be answered, and no answer is on record",
        ),
        pytest.param(
            Closing(grade=OpinionGrade.MAJOR, taken=(REPORTED, ANSWERED), says_answered=True),
            Verdict.PASS,
            id="a major one, reported and answered",
        ),
        pytest.param(
            Closing(grade=OpinionGrade.MAJOR, taken=(ANSWERED,), says_answered=True),
            Verdict.BLOCK,
            id="a major one, never reported",
        ),
        pytest.param(
            Closing(grade=OpinionGrade.MAJOR, taken=(REPORTED,)),
            Verdict.BLOCK,
            id="a major one, never answered",
        ),
    ],
)
def test_an_incident_is_closed_when_it_was_met(asked: Closing, expected: Verdict) -> None:
    first = () if asked.grade is None else (graded(asked.grade),)
    bench = a_bench(
        Act.CLOSE_OPINION,
        case=None,
        taken=(*first, *asked.taken),
        details={"was_answered": asked.says_answered},
    )

    assert GATE["N03"].check(bench).verdict is expected


THIS = a_digest("this pack")


def of_pack(bench: Bench) -> Bench:
    return replace(bench, command=replace(bench.command, subject=SubjectId(f"pack:{THIS}")))


@pytest.mark.parametrize("act", [Act.PROPOSE_PACK, Act.PUBLISH_PACK])
@pytest.mark.parametrize(
    ("used", "expected"),
    [
        pytest.param(None, Verdict.PASS, id="a new version"),
        pytest.param(THIS, Verdict.PASS, id="the same text again"),
        pytest.param(a_digest("another"), Verdict.BLOCK, id="another text under a used version"),
    ],
)
def test_a_used_version_is_never_edited(act: Act, used: Sha256 | None, expected: Verdict) -> None:
    proposed = a_taken(Act.PROPOSE_PACK, person="xie", role=Role.POLICY_EDITOR)
    bench = a_bench(
        act,
        case=None,
        taken=(proposed,),
        details={"where": "https://city.example/packs"},
        version_digest=used,
    )

    assert GATE["K01"].check(of_pack(bench)).verdict is expected


@pytest.mark.parametrize(
    ("proposer", "where", "expected"),
    [
        pytest.param("xie", "https://city.example", Verdict.PASS, id="two persons, and where"),
        pytest.param("xie", " ", Verdict.BLOCK, id="nobody says where"),
        pytest.param("cao", "https://city.example", Verdict.BLOCK, id="one person alone"),
        pytest.param(None, "https://city.example", Verdict.BLOCK, id="never proposed"),
    ],
)
def test_two_persons_publish_and_say_where(
    proposer: str | None, where: str, expected: Verdict
) -> None:
    taken = () if proposer is None else (a_taken(Act.PROPOSE_PACK, person=proposer),)
    bench = a_bench(
        Act.PUBLISH_PACK, case=None, person="cao", taken=taken, details={"where": where}
    )

    assert bench.command.person == PersonId("cao")
    assert GATE["K01"].check(of_pack(bench)).verdict is expected
