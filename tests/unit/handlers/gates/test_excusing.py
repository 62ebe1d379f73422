from typing import Any, Final

import pytest

from handlers.decisions.gates.excusing import GATES
from handlers.decisions.gates.gate import Bench, Verdict
from handlers.decisions.law.leniency import Leniency
from schemas.act import Act, Taken
from schemas.penalty import Ground, PenaltyState
from schemas.person import Role
from tests.support.authorities import STRUCTURE
from tests.support.benches import (
    a_bench,
    a_case,
    a_prior,
    a_taken,
)
from tests.support.builders import STALL
from tests.support.calendars import china
from tests.support.cities import a_city, a_first_violation_row

CHECK: Final = {gate.id: gate.check for gate in GATES}
PASS, BLOCK, HUMAN = Verdict.PASS, Verdict.BLOCK, Verdict.NEEDS_HUMAN
FINE: Final = {"kind": "fine", "fine_fen": 50_000, "harm": "ordinary"}
"""Where the middle band of the test city begins for a citizen: 500 – 1,000 yuan."""
UNTIL: Final = china("2026-03-09 18:00")
ORDERED: Final = a_taken(Act.ORDER_CORRECTION, content="clear it", until=UNTIL)
CORRECTED: Final = a_taken(Act.CORRECTED, proof="a picture")
IN_TIME: Final = a_taken(Act.CORRECTED, at=UNTIL, proof="a picture")
TOO_LATE: Final = a_taken(Act.CORRECTED, at=china("2026-03-09 18:01"), proof="a picture")


def deciding(*taken: Taken, act: Act = Act.DECIDE, **said: Any) -> Bench:
    return a_bench(act, taken=taken, details={**FINE, **said})


def party(age: int | None = None, *, act: Act = Act.IDENTIFY, **said: Any) -> Taken:
    return a_taken(act, party="a citizen", **said, **({} if age is None else {"age": age}))


@pytest.mark.parametrize("act", [Act.FILE, Act.DECIDE, Act.DECIDE_ON_SPOT])
@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        pytest.param([party(13)], BLOCK, id="thirteen"),
        pytest.param([party(18)], PASS, id="eighteen"),
        pytest.param([party()], PASS, id="no age, as of an organisation"),
        pytest.param([party(40, no_capacity=True)], BLOCK, id="no capacity"),
        pytest.param([party(13, act=Act.CONSIDER)], BLOCK, id="thirteen, as first considered"),
        pytest.param([party(13, act=Act.CONSIDER), party(20)], HUMAN, id="thirteen, then twenty"),
        pytest.param([party(20, act=Act.CONSIDER), party(13)], BLOCK, id="twenty, then thirteen"),
        pytest.param(
            [party(act=Act.CONSIDER, no_capacity=True), party(30)], HUMAN, id="once incapable"
        ),
    ],
)
def test_children_and_the_incapable_are_not_punished(
    act: Act, taken: list[Taken], expected: Verdict
) -> None:
    assert CHECK["P31"](a_bench(act, taken=taken, details=FINE)).verdict is expected


YOUNG: Final = {"circumstances": ["aged-14-17"]}


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(deciding(party(14), **YOUNG), PASS, id="fourteen, in the lighter band"),
        pytest.param(deciding(party(17), **YOUNG), PASS, id="seventeen, in the lighter band"),
        pytest.param(deciding(party(14)), BLOCK, id="fourteen, as if grown up"),
        pytest.param(deciding(party(17)), BLOCK, id="seventeen, as if grown up"),
        pytest.param(deciding(party(18)), PASS, id="eighteen"),
        pytest.param(
            deciding(party(17), **YOUNG, fine_fen=50_001), BLOCK, id="above the lighter band"
        ),
        pytest.param(a_bench(Act.FILE, taken=[party(14)]), PASS, id="filed against fourteen"),
    ],
)
def test_the_young_get_the_lighter_band(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P31"](bench).verdict is expected


def excusing_for(
    ground: Ground, *taken: Taken, bench: dict[str, Any] | None = None, **said: Any
) -> Bench:
    details = {"ground": ground, "proposed_by": "li", "harm_fen": 0, "education": "a talk", **said}
    return a_bench(Act.EXCUSE, taken=taken, details=details, **(bench or {}))


MINOR, FIRST, NO_FAULT = Ground.MINOR, Ground.FIRST, Ground.NO_FAULT
EARLIER_FINE: Final = a_prior(PenaltyState.CLOSED)


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(excusing_for(MINOR, CORRECTED, is_minor=True), PASS, id="minor, put right"),
        pytest.param(excusing_for(MINOR, CORRECTED), BLOCK, id="not minor"),
        pytest.param(excusing_for(MINOR, is_minor=True), BLOCK, id="minor, not put right"),
        pytest.param(
            excusing_for(MINOR, CORRECTED, is_minor=True, harm_fen=1), BLOCK, id="a fen of harm"
        ),
        pytest.param(
            excusing_for(MINOR, ORDERED, IN_TIME, is_minor=True), PASS, id="minor, on the instant"
        ),
        pytest.param(
            excusing_for(MINOR, ORDERED, TOO_LATE, is_minor=True), BLOCK, id="minor, a minute late"
        ),
        pytest.param(excusing_for(NO_FAULT, no_fault=True), PASS, id="no fault, proved"),
        pytest.param(excusing_for(NO_FAULT), BLOCK, id="no fault, unproved"),
        pytest.param(
            excusing_for(NO_FAULT, no_fault=True, proposed_by="zhao"),
            BLOCK,
            id="the head proposes it to himself",
        ),
        pytest.param(
            excusing_for(NO_FAULT, no_fault=True, proposed_by="he"), BLOCK, id="a clerk proposes it"
        ),
        pytest.param(
            excusing_for(NO_FAULT, no_fault=True, education=" "), BLOCK, id="nobody taught anything"
        ),
        pytest.param(excusing_for(FIRST, ORDERED, IN_TIME), PASS, id="first, put right in time"),
        pytest.param(excusing_for(FIRST, ORDERED, TOO_LATE), BLOCK, id="first, a minute late"),
        pytest.param(excusing_for(FIRST, ORDERED), BLOCK, id="first, not put right"),
        pytest.param(
            excusing_for(FIRST, ORDERED, IN_TIME, harm_fen=50_000), PASS, id="first, slight harm"
        ),
        pytest.param(
            excusing_for(FIRST, ORDERED, IN_TIME, harm_fen=50_001), BLOCK, id="first, more harm"
        ),
        pytest.param(
            excusing_for(FIRST, ORDERED, IN_TIME, bench={"prior": [EARLIER_FINE]}),
            BLOCK,
            id="the second time",
        ),
        pytest.param(
            excusing_for(FIRST, ORDERED, IN_TIME, bench={"case": a_case(matter=STRUCTURE)}),
            BLOCK,
            id="a matter that isn't in the list",
        ),
        pytest.param(
            excusing_for(
                FIRST, ORDERED, IN_TIME, bench={"prior": [EARLIER_FINE], "occurred_at": None}
            ),
            BLOCK,
            id="the second time, and nobody knows when: since it was opened",
        ),
        pytest.param(
            excusing_for(FIRST, ORDERED, IN_TIME, bench={"case": a_case(matter=None)}),
            BLOCK,
            id="no matter",
        ),
        pytest.param(
            excusing_for(
                FIRST, a_taken(Act.PERSUADE), a_taken(Act.CORRECTED, at=china("2026-03-06 12:00"))
            ),
            PASS,
            id="first, in the list's two hours",
        ),
        pytest.param(
            excusing_for(
                FIRST, a_taken(Act.PERSUADE), a_taken(Act.CORRECTED, at=china("2026-03-06 12:01"))
            ),
            BLOCK,
            id="first, a minute after the list's two hours",
        ),
    ],
)
def test_each_ground_for_no_penalty_has_its_conditions(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P33"](bench).verdict is expected


NOT_LISTED: Final = a_city(leniency=Leniency())
MORE_HARM: Final = a_city(
    leniency=Leniency(first_violations={STALL: a_first_violation_row(most_harm_fen=60_000)})
)


@pytest.mark.parametrize(
    ("now", "then", "expected"),
    [
        pytest.param(a_city(), MORE_HARM, PASS, id="the list of then was milder"),
        pytest.param(MORE_HARM, a_city(), PASS, id="the list of now is milder"),
        pytest.param(a_city(), a_city(), BLOCK, id="neither is"),
        pytest.param(NOT_LISTED, MORE_HARM, PASS, id="listed then, no more"),
        pytest.param(NOT_LISTED, None, BLOCK, id="not listed, and nobody kept the list of then"),
    ],
)
def test_the_milder_list_holds(now: Any, then: Any, expected: Verdict) -> None:
    bench = excusing_for(
        FIRST, ORDERED, IN_TIME, harm_fen=60_000, bench={"policy": now, "then": then}
    )

    assert CHECK["P33"](bench).verdict is expected


def a_filing(harm_fen: int) -> Taken:
    return a_taken(Act.FILE, person="zhao", role=Role.HEAD, harm_fen=harm_fen)


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(
            deciding(ORDERED, IN_TIME, a_filing(0), harm="minor"), BLOCK, id="it must go free"
        ),
        pytest.param(deciding(ORDERED, IN_TIME, a_filing(1), harm="minor"), PASS, id="harm"),
        pytest.param(deciding(ORDERED, IN_TIME, a_filing(0)), PASS, id="not minor"),
        pytest.param(deciding(ORDERED, TOO_LATE, a_filing(0), harm="minor"), PASS, id="too late"),
        pytest.param(deciding(ORDERED, a_filing(0), harm="minor"), PASS, id="not put right"),
        pytest.param(
            deciding(ORDERED, IN_TIME, harm="minor", act=Act.DECIDE_ON_SPOT),
            BLOCK,
            id="it must go free on the spot",
        ),
    ],
)
def test_what_must_go_unpunished_is_not_decided(bench: Bench, expected: Verdict) -> None:
    assert CHECK["P33"](bench).verdict is expected
