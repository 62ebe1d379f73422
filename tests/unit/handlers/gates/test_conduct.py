from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest

from handlers.decisions.gates.gate import Bench, Verdict
from handlers.decisions.lives.step import Life
from handlers.decisions.lives.tables import ALL_STEPS
from schemas.act import Act, Taken
from schemas.person import Person, Role
from tests.support.benches import (
    MONDAY,
    a_bench,
    a_certificate,
    a_person,
    a_seen,
    a_taken,
    an_officer,
    with_people,
)
from tests.support.calendars import china
from tests.support.proofs import (
    FRAME,
    RECORD,
    a_telling,
    an_assignment,
    answer_of,
    missing_in,
)

PASS, BLOCK = Verdict.PASS, Verdict.BLOCK
TELLING = {"facts": "a stall", "where_to_look": "the bureau's page"}


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param(TELLING, PASS, id="facts and where to look"),
        pytest.param({**TELLING, "where_to_look": " "}, BLOCK, id="nowhere to look"),
        pytest.param({**TELLING, "facts": ""}, BLOCK, id="no facts"),
        pytest.param({**TELLING, "limits_rights": True}, BLOCK, id="a limit in disguise"),
    ],
)
def test_p06_telling_says_all_and_limits_nothing(
    details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(Act.TELL, details=details)

    assert answer_of("P06", bench).verdict is expected


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param((), BLOCK, id="nobody told them"),
        pytest.param((a_telling(),), PASS, id="told"),
        pytest.param((a_telling(where_to_look=""),), BLOCK, id="told, with nowhere to look"),
        pytest.param((a_telling(limits_rights=True),), BLOCK, id="told, with a limit"),
        pytest.param((a_telling(limits_rights=True), a_telling()), PASS, id="told again rightly"),
    ],
)
@pytest.mark.parametrize("act", [Act.NOTIFY, Act.DECIDE])
def test_p06_the_party_was_told_and_may_look(
    act: Act, taken: tuple[Taken, ...], expected: Verdict
) -> None:
    bench = a_bench(act, taken=taken)

    assert answer_of("P06", bench).verdict is expected


def acting(
    act: Act = Act.COLLECT,
    *,
    second: str | None = "wang",
    showed_papers: bool = True,
    taken: Iterable[Taken] = (),
    people: Iterable[Person] = (),
    at: datetime = MONDAY,
) -> Bench:
    """Li acts."""
    details: dict[str, Any] = {"showed_papers": showed_papers}
    if second is not None:
        details["second"] = second
    return a_bench(
        act,
        person="li",
        role=Role.OFFICER,
        details=details,
        taken=taken,
        people=with_people(*people),
        at=at,
    )


WITH_OFFICERS = sorted(
    step.act for step in ALL_STEPS if "P07" in step.gates and step.act is not Act.ASSIGN_OFFICERS
)


@pytest.mark.parametrize("act", WITH_OFFICERS)
def test_p07_two_officers_with_papers_may_act(act: Act) -> None:
    assert answer_of("P07", acting(act)).verdict is PASS


@pytest.mark.parametrize("act", WITH_OFFICERS)
@pytest.mark.parametrize(
    ("second", "said"),
    [
        pytest.param(None, "two different officers", id="alone"),
        pytest.param("li", "two different officers", id="twice the same"),
        pytest.param("nobody", "isn't in the register", id="with a stranger"),
        pytest.param("wu", "no enforcement officer", id="with an auxiliary"),
        pytest.param("zhao", "no enforcement officer", id="with the head"),
    ],
)
def test_p07_nobody_acts_without_a_second_officer(act: Act, second: str | None, said: str) -> None:
    finding = answer_of("P07", acting(act, second=second))

    assert finding.verdict is BLOCK
    assert said in missing_in(finding)


def test_p07_papers_are_shown_before_anything() -> None:
    finding = answer_of("P07", acting(showed_papers=False))

    assert missing_in(finding) == "that the certificates were shown"


def wang_with(valid_from: str = "2025-01-01", valid_until: str = "2027-12-31") -> Person:
    certificate = a_certificate("HB-7", valid_from=valid_from, valid_until=valid_until)
    return a_person("wang", certificate=certificate)


@pytest.mark.parametrize(
    ("wang", "at", "expected"),
    [
        pytest.param(a_person("wang"), china("2026-03-09 09:00"), BLOCK, id="none"),
        pytest.param(
            wang_with(valid_until="2026-03-09"), china("2026-03-09 23:59"), PASS, id="its last day"
        ),
        pytest.param(
            wang_with(valid_until="2026-03-09"),
            china("2026-03-10 00:00"),
            BLOCK,
            id="midnight in China after it",
        ),
        pytest.param(
            wang_with(valid_from="2026-03-09"), china("2026-03-09 00:00"), PASS, id="its first day"
        ),
        pytest.param(
            wang_with(valid_from="2026-03-09"),
            china("2026-03-08 23:59"),
            BLOCK,
            id="the minute before it",
        ),
    ],
)
def test_p07_certificates_hold_on_the_day_of_the_act(
    wang: Person, at: datetime, expected: Verdict
) -> None:
    assert answer_of("P07", acting(people=[wang], at=at)).verdict is expected


def test_p07_the_first_officers_certificate_counts_as_well() -> None:
    finding = answer_of("P07", acting(people=[a_person("li")]))

    assert missing_in(finding) == "li has no enforcement certificate"


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param((an_assignment("li", "wang"),), PASS, id="these two"),
        pytest.param((an_assignment("wang", "li"),), PASS, id="the other way round"),
        pytest.param((an_assignment("li", "zhou"),), BLOCK, id="one of them"),
        pytest.param((an_assignment("zhou", "hu"),), BLOCK, id="neither"),
        pytest.param(
            (an_assignment("li", "zhou"), an_assignment("li", "wang")), PASS, id="named anew"
        ),
        pytest.param(
            (an_assignment("li", "wang"), an_assignment("li", "zhou")), BLOCK, id="replaced"
        ),
    ],
)
def test_p07_those_who_were_named_investigate(taken: tuple[Taken, ...], expected: Verdict) -> None:
    assert answer_of("P07", acting(taken=taken)).verdict is expected


@pytest.mark.parametrize(
    ("first", "second", "people", "expected"),
    [
        pytest.param("li", "wang", (), PASS, id="two officers"),
        pytest.param("li", "li", (), BLOCK, id="one officer"),
        pytest.param("li", "wu", (), BLOCK, id="an auxiliary"),
        pytest.param("guo", "li", (), BLOCK, id="a duty chief"),
        pytest.param("li", "wang", (a_person("wang"),), BLOCK, id="one without a certificate"),
    ],
)
def test_p07_a_head_names_two_officers(
    first: str, second: str, people: tuple[Person, ...], expected: Verdict
) -> None:
    bench = a_bench(
        Act.ASSIGN_OFFICERS,
        details={"first": first, "second": second},
        people=with_people(*people),
        taken=(an_assignment("li", "zhou"),),
    )

    assert answer_of("P07", bench).verdict is expected


def declared(of: str) -> Taken:
    return a_taken(Act.DECLARE_INTEREST, of=of, reason="a cousin")


def decided(of: str, *, recused: bool) -> Taken:
    return a_taken(
        Act.DECIDE_RECUSAL, person="zhao", role=Role.HEAD, of=of, recused=recused, reason="so"
    )


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param((), PASS, id="no interest"),
        pytest.param((declared("li"),), BLOCK, id="not decided yet"),
        pytest.param((declared("li"), decided("li", recused=False)), PASS, id="decided: stays"),
        pytest.param(
            (declared("li"), decided("wang", recused=False)), BLOCK, id="decided of another"
        ),
        pytest.param(
            (declared("li"), decided("li", recused=False), declared("li")),
            BLOCK,
            id="declared again",
        ),
    ],
)
@pytest.mark.parametrize("act", [Act.PROPOSE, Act.NOTIFY, Act.DECIDE, Act.DECIDE_ON_SPOT])
def test_p08_nothing_is_decided_while_a_recusal_is_open(
    act: Act, taken: tuple[Taken, ...], expected: Verdict
) -> None:
    bench = a_bench(act, taken=taken)

    assert answer_of("P08", bench).verdict is expected


@pytest.mark.parametrize("act", [Act.COLLECT, Act.TELL, Act.PRESERVE, Act.IDENTIFY])
def test_p08_the_investigation_goes_on_meanwhile(act: Act) -> None:
    bench = a_bench(act, person="li", taken=(declared("li"),))

    assert answer_of("P08", bench).verdict is PASS


ASIDE = (declared("li"), decided("li", recused=True))


@pytest.mark.parametrize(
    ("act", "person", "details", "expected"),
    [
        pytest.param(Act.COLLECT, "li", {"second": "wang"}, BLOCK, id="collects"),
        pytest.param(Act.COLLECT, "wang", {"second": "li"}, BLOCK, id="is the second officer"),
        pytest.param(
            Act.ASSIGN_OFFICERS,
            "zhao",
            {"first": "li", "second": "wang"},
            BLOCK,
            id="is named to investigate",
        ),
        pytest.param(Act.EXCUSE, "zhao", {"proposed_by": "li"}, BLOCK, id="proposes no penalty"),
        pytest.param(Act.CORRECTED, "li", {}, BLOCK, id="takes a proof of correction"),
        pytest.param(Act.COLLECT, "wang", {"second": "zhou"}, PASS, id="others go on"),
        pytest.param(Act.PROPOSE, "wang", {}, PASS, id="another proposes"),
        pytest.param(Act.DECLARE_INTEREST, "wang", {"of": "li"}, PASS, id="is spoken of"),
        pytest.param(Act.LIFT, "li", {}, PASS, id="still reports a danger on the street"),
    ],
)
def test_p08_who_is_recused_does_nothing_more_on_the_penalty_case(
    act: Act, person: str, details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(act, person=person, details=details, taken=ASIDE)

    assert answer_of("P08", bench).verdict is expected


def test_p08_a_later_decision_lets_them_back_in() -> None:
    bench = a_bench(Act.COLLECT, person="li", taken=(*ASIDE, decided("li", recused=False)))

    assert answer_of("P08", bench).verdict is PASS


@pytest.mark.parametrize(
    ("of", "expected"),
    [pytest.param("zhao", BLOCK, id="their own"), pytest.param("li", PASS, id="an officer's")],
)
def test_p08_nobody_decides_on_their_own_recusal(of: str, expected: Verdict) -> None:
    details = {"of": of, "recused": False, "reason": "no cousin"}
    bench = a_bench(Act.DECIDE_RECUSAL, person="zhao", details=details, taken=(declared(of),))

    assert answer_of("P08", bench).verdict is expected


def test_p08_an_officer_may_ask_to_step_aside() -> None:
    bench = a_bench(Act.DECLARE_INTEREST, person="li", details={"of": "li", "reason": "a cousin"})

    assert answer_of("P08", bench).verdict is PASS


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: f"{step.life}-{step.act}")
def test_a1_an_auxiliary_takes_no_act_but_those_of_the_table(step: Any) -> None:
    bench = a_bench(step.act, person="wu", role=Role.AUXILIARY, life=step.life)

    expected = PASS if Role.AUXILIARY in step.who else BLOCK
    assert answer_of("A1", bench).verdict is expected


def test_a1_only_helping_is_an_auxiliarys_work() -> None:
    helping = {step.act for step in ALL_STEPS if Role.AUXILIARY in step.who}

    assert helping == {Act.PERSUADE, Act.DEMONSTRATE, Act.CORRECTED, Act.RECHECK}


@pytest.mark.parametrize(
    ("people", "second", "expected"),
    [
        pytest.param((), "wu", BLOCK, id="an auxiliary signs as second officer"),
        pytest.param((), "wang", PASS, id="an officer signs"),
        pytest.param(
            (an_officer("wu", Role.AUXILIARY),), "wu", PASS, id="an officer who also helps"
        ),
    ],
)
def test_a1_no_auxiliary_signs_as_an_officer(
    people: tuple[Person, ...], second: str, expected: Verdict
) -> None:
    assert answer_of("A1", acting(second=second, people=people)).verdict is expected


@pytest.mark.parametrize(
    ("role", "missing"),
    [
        pytest.param(Role.AUXILIARY, "an officer: both is an auxiliary", id="as an auxiliary"),
        pytest.param(Role.OFFICER, "", id="as an officer"),
    ],
)
def test_a1_who_is_both_acts_as_what_they_say(role: Role, missing: str) -> None:
    bench = a_bench(
        Act.COLLECT,
        person="both",
        role=role,
        details={"second": "wang"},
        people=with_people(an_officer("both", Role.AUXILIARY)),
    )

    finding = answer_of("A1", bench)

    assert (finding.verdict is PASS) == (not missing)
    assert missing_in(finding).startswith(missing)


def test_a1_an_interest_of_an_auxiliary_may_be_declared() -> None:
    bench = a_bench(Act.DECLARE_INTEREST, person="li", details={"of": "wu"})

    assert answer_of("A1", bench).verdict is PASS


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        *(
            pytest.param({"form": form, "on_site": True}, PASS, id=f"{form} on the spot")
            for form in (
                *("site-record", "audiovisual", "electronic-data", "physical"),
                *("documentary", "witness", "party-statement"),
            )
        ),
        pytest.param({"form": "expert-opinion", "on_site": True}, BLOCK, id="an expert there"),
        pytest.param({"form": "expert-opinion"}, PASS, id="an expert afterwards"),
        pytest.param({"form": "hearsay", "on_site": True}, BLOCK, id="a kind that isn't one"),
        pytest.param(
            {"form": "audiovisual", "on_site": True, "camera": "cam-07"},
            BLOCK,
            id="a fixed camera's film",
        ),
        pytest.param(
            {"form": "audiovisual", "on_site": True, "evidence": (FRAME,)},
            BLOCK,
            id="a frame that a camera brought",
        ),
        pytest.param(
            {"form": "audiovisual", "on_site": True, "evidence": (RECORD,)},
            PASS,
            id="a film of their own",
        ),
        pytest.param(
            {"form": "audiovisual", "camera": "cam-07"}, PASS, id="a fixed camera's, called so"
        ),
    ],
)
def test_a2_field_evidence_is_what_officers_take_there(
    details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(Act.COLLECT, details=details, seen=(a_seen(),))

    assert answer_of("A2", bench).verdict is expected


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param({}, PASS, id="nothing sensitive"),
        pytest.param({"sensitive": True, "basis": "行政处罚法 55"}, PASS, id="by a power"),
        pytest.param({"sensitive": True}, BLOCK, id="by none"),
        pytest.param({"sensitive": True, "basis": " "}, BLOCK, id="by a blank"),
    ],
)
@pytest.mark.parametrize("act", [Act.COLLECT, Act.IDENTIFY, Act.FETCH])
def test_d2_sensitive_data_are_handled_by_a_named_power(
    act: Act, details: Mapping[str, Any], expected: Verdict
) -> None:
    bench = a_bench(act, details=details)

    assert answer_of("D2", bench).verdict is expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [pytest.param(13, BLOCK, id="thirteen"), pytest.param(14, PASS, id="fourteen")],
)
def test_d2_a_childs_data_are_sensitive(age: int, expected: Verdict) -> None:
    bench = a_bench(Act.IDENTIFY, details={"age": age})

    assert answer_of("D2", bench).verdict is expected


def test_the_table_of_a_life_says_where_p08_waits_for_the_decision() -> None:
    waiting = {step.act for step in ALL_STEPS if "P08" in step.gates}

    assert waiting == {Act.PROPOSE, Act.NOTIFY, Act.DECIDE, Act.DECIDE_ON_SPOT}
    assert all(step.life is Life.PENALTY for step in ALL_STEPS if "P08" in step.gates)
