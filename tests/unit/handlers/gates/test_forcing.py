from typing import Any, Final

import pytest

from handlers.decisions.gates.forcing import GATES
from handlers.decisions.gates.gate import Bench, Verdict
from handlers.decisions.law.calendar import UnknownYearError
from schemas.act import Act, Taken
from schemas.errors import InvalidValueError
from schemas.person import Role
from tests.support.benches import a_bench, a_taken
from tests.support.calendars import china
from tests.support.cities import a_city

CHECK: Final = {gate.id: gate.check for gate in GATES}
PASS, BLOCK, HUMAN = Verdict.PASS, Verdict.BLOCK, Verdict.NEEDS_HUMAN
SERVED: Final = a_taken(Act.SERVE, person="he", role=Role.CLERK, way="direct")
"""On Friday 6 March: the six months for remedies end with Monday 7 September."""
DEMANDED: Final = a_taken(
    Act.DEMAND, person="zhao", role=Role.HEAD, in_writing=True, content="pay by 20 March"
)
"""On the same day: the ten working days end with Friday 20 March."""


def remedy(act: Act, at: str = "2026-04-01 10:00") -> Taken:
    return a_taken(act, person="he", role=Role.CLERK, at=china(at))


def demanding(**said: Any) -> Bench:
    return a_bench(Act.DEMAND, details={"in_writing": True, "content": "pay", **said})


def forcing(
    *taken: Taken,
    at: str = "2026-03-23 09:00",
    planned: str = "2026-03-24 09:00",
    **said: Any,
) -> Bench:
    details = {"power": "城乡规划法 68", "planned_at": china(planned), **said}
    return a_bench(Act.FORCE, taken=taken or (SERVED, DEMANDED), at=china(at), details=details)


STRUCTURE: Final = {"is_structure": True, "notice_posted": True, "remedy_period_over": True}


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(demanding(), PASS, id="a demand in writing"),
        pytest.param(demanding(in_writing=False), BLOCK, id="a demand by word"),
        pytest.param(demanding(content=" "), BLOCK, id="a demand of nothing"),
        pytest.param(forcing(), PASS, id="demanded, waited, on a working day"),
        pytest.param(forcing(power=" "), BLOCK, id="without a power there is the court"),
        pytest.param(forcing(SERVED), BLOCK, id="never demanded"),
        pytest.param(forcing(at="2026-03-20 23:59"), BLOCK, id="on the tenth day after the demand"),
        pytest.param(forcing(at="2026-03-21 00:00"), PASS, id="when the tenth day is over"),
        pytest.param(
            forcing(SERVED, DEMANDED, remedy(Act.DEMAND, "2026-03-20 10:00")),
            BLOCK,
            id="a new demand gives new time",
        ),
        pytest.param(
            forcing(at="2026-03-24 10:00"), BLOCK, id="planned for a time that has passed"
        ),
        pytest.param(forcing(at="2026-03-24 09:00"), PASS, id="planned for now"),
        pytest.param(forcing(planned="2026-03-24 21:59"), PASS, id="in the last minute of the day"),
        pytest.param(forcing(planned="2026-03-24 22:00"), BLOCK, id="at night"),
        pytest.param(forcing(planned="2026-03-25 05:59"), BLOCK, id="before morning"),
        pytest.param(forcing(planned="2026-03-25 06:00"), PASS, id="in the morning"),
        pytest.param(forcing(planned="2026-03-24 22:00", urgent=True), PASS, id="urgent at night"),
        pytest.param(forcing(planned="2026-04-04 09:00"), BLOCK, id="on a public holiday"),
        pytest.param(
            forcing(planned="2026-04-04 09:00", urgent=True), PASS, id="urgent on a holiday"
        ),
        pytest.param(forcing(planned="2026-03-28 09:00"), HUMAN, id="on an ordinary Saturday"),
        pytest.param(
            forcing(planned="2026-03-28 09:00", urgent=True), PASS, id="urgent on a Saturday"
        ),
        pytest.param(forcing(planned="2026-05-09 09:00"), PASS, id="on a Saturday that is worked"),
        pytest.param(
            forcing(at="2026-09-08 00:00", planned="2026-09-08 09:00", **STRUCTURE),
            PASS,
            id="a structure, when the time for remedies is over",
        ),
        pytest.param(
            forcing(at="2026-09-07 23:59", planned="2026-09-08 09:00", **STRUCTURE),
            BLOCK,
            id="a structure, a minute before",
        ),
        pytest.param(
            forcing(
                at="2026-09-08 00:00",
                planned="2026-09-08 09:00",
                **{**STRUCTURE, "notice_posted": False},
            ),
            BLOCK,
            id="a structure, without public notice",
        ),
        pytest.param(
            forcing(
                at="2026-09-08 00:00",
                planned="2026-09-08 09:00",
                **{**STRUCTURE, "remedy_period_over": False},
            ),
            BLOCK,
            id="a structure, nobody says that the time is over",
        ),
        pytest.param(
            forcing(
                SERVED,
                DEMANDED,
                remedy(Act.FILE_REMEDY),
                at="2026-09-08 00:00",
                planned="2026-09-08 09:00",
                **STRUCTURE,
            ),
            BLOCK,
            id="a structure, and the remedy goes on",
        ),
        pytest.param(
            forcing(DEMANDED, at="2026-09-08 00:00", planned="2026-09-08 09:00", **STRUCTURE),
            BLOCK,
            id="a structure, and no decision was served",
        ),
    ],
)
def test_force_waits_for_the_demand_and_the_day(bench: Bench, expected: Verdict) -> None:
    assert CHECK["C9"](bench).verdict is expected


def applying(*taken: Taken, at: str) -> Bench:
    return a_bench(Act.APPLY_TO_COURT, taken=taken or (SERVED, DEMANDED), at=china(at))


@pytest.mark.parametrize(
    ("bench", "expected"),
    [
        pytest.param(applying(at="2026-09-08 00:00"), PASS, id="as the time for remedies ends"),
        pytest.param(applying(at="2026-09-07 23:59"), BLOCK, id="a minute before"),
        pytest.param(applying(at="2026-12-07 23:59"), PASS, id="on the last day of three months"),
        pytest.param(applying(at="2026-12-07 24:00"), PASS, id="as the three months end"),
        pytest.param(applying(at="2026-12-08 00:01"), BLOCK, id="after three months"),
        pytest.param(applying(SERVED, at="2026-09-08 00:00"), BLOCK, id="never demanded"),
        pytest.param(
            applying(SERVED, remedy(Act.DEMAND, "2026-09-02 10:00"), at="2026-09-16 23:59"),
            BLOCK,
            id="on the tenth day after the demand",
        ),
        pytest.param(
            applying(SERVED, remedy(Act.DEMAND, "2026-09-02 10:00"), at="2026-09-17 00:00"),
            PASS,
            id="when the tenth day is over",
        ),
        pytest.param(applying(DEMANDED, at="2026-09-08 00:00"), BLOCK, id="never served"),
        pytest.param(
            applying(SERVED, DEMANDED, remedy(Act.FILE_REMEDY), at="2026-09-08 00:00"),
            BLOCK,
            id="the remedy goes on",
        ),
        pytest.param(
            applying(
                SERVED,
                DEMANDED,
                remedy(Act.FILE_REMEDY),
                remedy(Act.REMEDY_RESULT, "2026-11-02 10:00"),
                at="2027-02-02 23:59",
            ),
            PASS,
            id="three months from the end of the remedy",
        ),
    ],
)
def test_the_court_is_asked_in_its_time(bench: Bench, expected: Verdict) -> None:
    assert CHECK["C9"](bench).verdict is expected


def test_nobody_guesses_the_holidays_of_a_year() -> None:
    with pytest.raises(UnknownYearError):
        CHECK["C9"](forcing(planned="2029-03-23 09:00"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({"party_cannot": True}, PASS, id="the party is there and can't"),
        pytest.param({}, BLOCK, id="the party could"),
        pytest.param(
            {"party_cannot": True, "party_absent": True, "party_told": True},
            PASS,
            id="absent, and told at once",
        ),
        pytest.param(
            {"party_cannot": True, "party_absent": True}, BLOCK, id="absent, and never told"
        ),
    ],
)
def test_a_danger_that_nobody_can_clear_is_cleared(said: dict[str, Any], expected: Verdict) -> None:
    assert CHECK["C10"](a_bench(Act.CLEAR, details=said)).verdict is expected


def test_a_limit_that_the_pack_lacks_is_not_made_up() -> None:
    bench = a_bench(Act.FORCE, taken=[SERVED, DEMANDED], policy=a_city(deadlines={}))

    with pytest.raises(InvalidValueError, match="a deadline demand"):
        CHECK["C9"](bench)
