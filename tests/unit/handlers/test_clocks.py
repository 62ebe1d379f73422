"""What a clock says and when; what stopping, pausing and resuming do to it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.decisions.clocks import fire, is_broken, pause, resume, start_until, stop
from handlers.decisions.law.calendar import UnknownYearError, WorkingCalendar, left
from handlers.decisions.law.deadlines import Deadline, Ladder, Rung
from schemas.clock import Clock, ClockKind, ClockState, FiringKind
from schemas.errors import IllegalTransitionError, InvalidValueError
from schemas.instants import CHINA
from schemas.limit import Calendar, Unit
from schemas.person import Role
from tests.support.calendars import CALENDAR, china, city, continuous, statutory
from tests.support.clocks import LADDER, MONDAY, NO_LADDER, SUBJECT, a_clock, a_deadline

HOUR: Final = timedelta(hours=1)
DISPOSAL: Final = a_deadline(city(4), warn_before=(city(1), city(2)), clause="the city's own")
TEN_HOURS: Final = a_deadline(
    continuous(10),
    kind=ClockKind.OPINION_REPORT,
    is_statutory=True,
    warn_before=(continuous(8), continuous(4), continuous(2)),
    clause="鄂建函〔2022〕1536号",
)
BARE: Final = a_deadline(ladder="none")


def said(clock: Clock) -> list[str]:
    return [
        f"{firing.at.astimezone(CHINA):%d %H:%M} {firing.kind} {firing.role or '-'}"
        for firing in clock.plan
    ]


def a_ladder(*rungs: Rung) -> Ladder:
    return Ladder(id="danger", rungs=rungs)


def paused(clock: Clock, at: datetime, deadline: Deadline = DISPOSAL) -> Clock:
    return pause(clock, at, reason="waits for material", deadline=deadline, calendar=CALENDAR)


def resumed(clock: Clock, at: datetime, deadline: Deadline = DISPOSAL) -> Clock:
    return resume(clock, at, deadline=deadline, ladder=LADDER, calendar=CALENDAR)


def test_a_clock_warns_is_broken_and_climbs_the_ladder() -> None:
    clock = a_clock(DISPOSAL)

    assert clock.due_at == china("2026-03-09 15:00")
    assert said(clock) == [
        "09 11:00 warn -",
        "09 14:00 warn -",
        "09 15:00 breach duty-chief",
        "09 15:10 escalate head",
        "09 16:00 escalate auditor",
    ]


def test_the_ten_hours_warn_in_the_second_the_sixth_and_the_eighth() -> None:
    clock = a_clock(TEN_HOURS, ladder=LADDER)

    assert said(clock)[:4] == [
        "09 11:00 warn -",
        "09 15:00 warn -",
        "09 17:00 warn -",
        "09 19:00 breach duty-chief",
    ]


@pytest.mark.parametrize(
    ("warning_min", "warns"),
    [
        pytest.param(119, True, id="a minute after the start"),
        pytest.param(120, False, id="at the start: there was never more time"),
        pytest.param(121, False, id="before the start"),
    ],
)
def test_a_warning_before_the_start_is_left_out(warning_min: int, warns: bool) -> None:
    deadline = a_deadline(continuous(2), warn_before=(continuous(warning_min, Unit.MINUTE),))

    kinds = [firing.kind for firing in a_clock(deadline).plan]

    assert (FiringKind.WARN in kinds) is warns


@pytest.mark.parametrize(
    ("ladder", "expected"),
    [
        pytest.param(a_ladder(), ["09 11:00 breach -"], id="nobody above: who works on it"),
        pytest.param(
            a_ladder(Rung(after=None, role=Role.DUTY_CHIEF), Rung(after=None, role=Role.HEAD)),
            ["09 11:00 breach duty-chief", "09 11:00 escalate head"],
            id="two at once",
        ),
        pytest.param(
            a_ladder(Rung(after=continuous(1), role=Role.HEAD)),
            ["09 11:00 breach -", "09 12:00 escalate head"],
            id="the first only later",
        ),
        pytest.param(
            a_ladder(
                Rung(after=None, role=Role.DUTY_CHIEF),
                Rung(after=city(2), role=Role.AUDITOR),
                Rung(after=continuous(1), role=Role.HEAD),
            ),
            ["09 11:00 breach duty-chief", "09 12:00 escalate head", "09 15:00 escalate auditor"],
            id="in order of time, whatever the order in the pack",
        ),
        pytest.param(
            a_ladder(Rung(after=statutory(1), role=Role.HEAD)),
            ["09 11:00 breach -", "11 00:00 escalate head"],
            id="a rung of working days",
        ),
    ],
)
def test_the_ladder_is_climbed_in_order_of_time(ladder: Ladder, expected: list[str]) -> None:
    assert said(a_clock(a_deadline(continuous(2)), ladder=ladder)) == expected


def test_a_clock_of_days_escalates_at_the_end_of_a_later_day() -> None:
    ladder = a_ladder(
        Rung(after=None, role=Role.DUTY_CHIEF), Rung(after=statutory(1), role=Role.HEAD)
    )

    clock = a_clock(a_deadline(statutory(2), warn_before=(statutory(1),)), ladder=ladder)

    assert said(clock) == [
        "11 00:00 warn -",
        "12 00:00 breach duty-chief",
        "13 00:00 escalate head",
    ]


def test_another_deadlines_ladder_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="ladder danger"):
        a_clock(a_deadline(ladder="danger"), ladder=NO_LADDER)


def test_a_clock_that_runs_into_an_unknown_year_is_not_started() -> None:
    with pytest.raises(UnknownYearError):
        a_clock(a_deadline(statutory(2)), at=china("2026-12-30 10:00"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2026-03-09 10:59", [], id="nothing before the first instant"),
        pytest.param("2026-03-09 11:00", ["warn"], id="a warning as its instant comes"),
        pytest.param("2026-03-09 14:30", ["warn", "warn"], id="all that came meanwhile"),
        pytest.param("2026-03-09 15:00", ["warn", "warn", "breach"], id="the breach as it is due"),
        pytest.param(
            "2026-03-10 09:00", ["warn", "warn", "breach", "escalate", "escalate"], id="everything"
        ),
    ],
)
def test_a_clock_says_what_has_come(now: str, expected: list[str]) -> None:
    clock, firings = fire(a_clock(DISPOSAL), china(now))

    assert [firing.kind.value for firing in firings] == expected
    assert clock.fired == len(expected)


def test_each_firing_is_told_once() -> None:
    clock, first = fire(a_clock(DISPOSAL), china("2026-03-09 14:00"))

    clock, again = fire(clock, china("2026-03-09 14:00"))
    clock, later = fire(clock, china("2026-03-09 15:05"))

    assert (len(first), again, [firing.kind for firing in later]) == (2, (), [FiringKind.BREACH])
    assert clock.next_at == china("2026-03-09 15:10")


@given(st.lists(st.integers(0, 9 * 60), max_size=12))
def test_however_often_it_is_asked_it_says_everything_once_and_in_order(asked: list[int]) -> None:
    clock = whole = a_clock(DISPOSAL)
    heard = []
    for minutes in sorted(asked):
        clock, firings = fire(clock, MONDAY + timedelta(minutes=minutes))
        heard += firings

    assert heard == [
        each for each in whole.plan if asked and each.at <= MONDAY + max(asked) * HOUR / 60
    ]


def test_a_stopped_clock_never_says_anything() -> None:
    clock = stop(a_clock(DISPOSAL), china("2026-03-09 10:00"), reason="cleared")

    clock, firings = fire(clock, china("2026-03-20 10:00"))

    assert (clock.state, clock.next_at, firings) == (ClockState.STOPPED, None, ())
    assert (clock.ended_at, clock.reason) == (china("2026-03-09 10:00"), "cleared")


def test_a_clock_ends_once() -> None:
    clock = stop(a_clock(), MONDAY, reason="done")

    with pytest.raises(IllegalTransitionError, match="ended already"):
        stop(clock, MONDAY, reason="done again")


@pytest.mark.parametrize(
    ("ended_at", "broken"),
    [
        pytest.param("2026-03-09 15:00", False, id="done at the last instant"),
        pytest.param("2026-03-09 15:01", True, id="done a minute late"),
    ],
)
def test_a_stopped_clock_still_tells_that_it_was_late(ended_at: str, broken: bool) -> None:
    clock = stop(a_clock(DISPOSAL), china(ended_at), reason="done")

    assert is_broken(clock, china("2027-01-01 00:00")) is broken


def test_a_running_clock_is_broken_from_its_due_instant_on() -> None:
    clock = a_clock(DISPOSAL)

    assert not is_broken(clock, clock.due_at)
    assert is_broken(clock, clock.due_at + timedelta.resolution)


def test_a_paused_clock_is_not_broken_while_it_waits() -> None:
    clock = paused(a_clock(DISPOSAL), china("2026-03-09 10:00"))

    assert not is_broken(clock, china("2026-03-20 10:00"))


@pytest.mark.parametrize(
    ("pause_at", "resume_at", "due_at"),
    [
        pytest.param("2026-03-09 10:00", "2026-03-09 11:00", "2026-03-09 16:00",
                     id="an hour's pause is an hour later"),
        pytest.param("2026-03-09 10:00", "2026-03-11 10:00", "2026-03-11 15:00",
                     id="as much is left after two days"),
        pytest.param("2026-03-09 12:30", "2026-03-09 13:30", "2026-03-09 15:00",
                     id="a pause at noon costs nothing"),
        pytest.param("2026-03-09 14:00", "2026-03-13 17:00", "2026-03-16 09:00",
                     id="what was left runs on over the weekend"),
        pytest.param("2026-03-09 14:00", "2026-04-03 17:00", "2026-04-07 09:00",
                     id="and over the Qingming festival"),
    ],
)  # fmt: skip
def test_what_was_left_runs_on(pause_at: str, resume_at: str, due_at: str) -> None:
    clock = resumed(paused(a_clock(DISPOSAL), china(pause_at)), china(resume_at))

    assert clock.state is ClockState.RUNNING
    assert clock.due_at == china(due_at)


def test_a_paused_clock_says_nothing_and_says_what_is_left() -> None:
    clock = paused(a_clock(DISPOSAL), china("2026-03-09 10:30"))

    assert (clock.left_min, clock.reason, clock.next_at) == (150, "waits for material", None)
    assert fire(clock, china("2026-03-20 10:00")).firings == ()


def test_a_warning_that_was_told_is_not_told_again() -> None:
    clock, _ = fire(a_clock(DISPOSAL), china("2026-03-09 11:30"))

    clock = resumed(paused(clock, china("2026-03-09 11:30")), china("2026-03-10 11:30"))

    assert said(clock) == [
        "09 11:00 warn -",
        "10 14:00 warn -",
        "10 15:00 breach duty-chief",
        "10 15:10 escalate head",
        "10 16:00 escalate auditor",
    ]
    assert (clock.fired, clock.next_at) == (1, china("2026-03-10 14:00"))


def test_a_clock_that_was_over_stays_due_when_it_was_and_its_ladder_goes_on() -> None:
    clock, _ = fire(a_clock(DISPOSAL), china("2026-03-09 15:10"))

    clock = resumed(paused(clock, china("2026-03-09 15:30")), china("2026-03-10 09:00"))

    assert clock.due_at == china("2026-03-09 15:00")
    assert said(clock)[clock.fired :] == ["10 10:00 escalate auditor"]


def test_a_breach_that_was_told_before_its_time_is_told_again_in_its_time() -> None:
    """The pause was at ten, and was entered after the breach."""
    clock, _ = fire(a_clock(DISPOSAL), china("2026-03-09 15:05"))

    clock = resumed(paused(clock, china("2026-03-09 10:00")), china("2026-03-10 09:00"))

    assert said(clock)[clock.fired :] == [
        "10 12:00 breach duty-chief",
        "10 12:10 escalate head",
        "10 13:00 escalate auditor",
    ]


def test_a_warning_that_nobody_told_before_the_pause_is_told_as_it_ends() -> None:
    clock = paused(a_clock(DISPOSAL), china("2026-03-09 11:30"))

    clock = resumed(clock, china("2026-03-10 11:30"))

    assert said(clock)[:2] == ["10 11:30 warn -", "10 14:00 warn -"]


def test_a_clock_may_pause_again_and_stop_in_a_pause() -> None:
    clock = resumed(paused(a_clock(DISPOSAL), china("2026-03-09 10:00")), china("2026-03-09 11:00"))

    clock = stop(paused(clock, china("2026-03-09 14:30")), MONDAY + 8 * HOUR, reason="cleared")

    assert (clock.state, clock.left_min) == (ClockState.STOPPED, None)


def test_a_statutory_clock_does_not_pause_and_the_clause_says_why() -> None:
    deadline = a_deadline(
        statutory(7), kind=ClockKind.PRESERVATION, is_statutory=True, clause="行政处罚法 56"
    )

    with pytest.raises(IllegalTransitionError, match="行政处罚法 56"):
        paused(a_clock(deadline), MONDAY, deadline)


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.value) for kind in ClockKind])
def test_no_kind_of_clock_pauses_where_its_deadline_is_statutory(kind: ClockKind) -> None:
    deadline = a_deadline(kind=kind, is_statutory=True)

    with pytest.raises(IllegalTransitionError):
        paused(a_clock(deadline), MONDAY + HOUR, deadline)


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(lambda: resumed(a_clock(DISPOSAL), MONDAY), id="resume what runs"),
        pytest.param(
            lambda: paused(paused(a_clock(DISPOSAL), MONDAY), MONDAY), id="pause what is paused"
        ),
        pytest.param(
            lambda: paused(stop(a_clock(DISPOSAL), MONDAY, reason="x"), MONDAY),
            id="pause what has ended",
        ),
        pytest.param(
            lambda: resumed(stop(a_clock(DISPOSAL), MONDAY, reason="x"), MONDAY),
            id="resume what has ended",
        ),
    ],
)
def test_a_step_that_a_clock_does_not_know_is_refused(step: object) -> None:
    with pytest.raises(IllegalTransitionError):
        step()  # type: ignore[operator]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(
            lambda: pause(a_clock(BARE, ladder=NO_LADDER), MONDAY, reason="x",
                          deadline=TEN_HOURS, calendar=CALENDAR),
            id="another kind's deadline",
        ),
        pytest.param(
            lambda: pause(
                a_clock(DISPOSAL), MONDAY, reason="", deadline=DISPOSAL, calendar=CALENDAR
            ),
            id="a pause without a reason",
        ),
        pytest.param(lambda: a_clock(number=0), id="a number below one"),
    ],
)  # fmt: skip
def test_a_mistake_of_the_caller_is_told(step: object) -> None:
    with pytest.raises(InvalidValueError):
        step()  # type: ignore[operator]


@given(
    st.integers(0, 5 * 24 * 60), st.integers(0, 10 * 24 * 60), st.sampled_from([city(4), city(20)])
)
def test_a_pause_neither_gives_nor_takes_working_time(
    run_min: int, wait_min: int, limit: object
) -> None:
    deadline = replace(DISPOSAL, limit=limit, warn_before=())
    clock = a_clock(deadline)
    pause_at = MONDAY + timedelta(minutes=run_min)
    resume_at = pause_at + timedelta(minutes=wait_min)

    again = resumed(paused(clock, pause_at, deadline), resume_at, deadline)

    before = left(Calendar.CITY_WORKING, pause_at, clock.due_at, CALENDAR)
    assert left(Calendar.CITY_WORKING, resume_at, again.due_at, CALENDAR) == before
    assert (again.due_at == clock.due_at) or before > 0


def test_city_time_needs_a_calendar_that_knows_the_year() -> None:
    clock = paused(a_clock(DISPOSAL), china("2026-03-09 10:00"))

    with pytest.raises(UnknownYearError):
        resume(clock, MONDAY, deadline=DISPOSAL, ladder=LADDER, calendar=WorkingCalendar())


def test_a_person_may_set_the_end_and_it_warns_before_that() -> None:
    deadline = a_deadline(statutory(5), warn_before=(statutory(1),), ladder="danger")

    clock = start_until(
        deadline,
        LADDER,
        SUBJECT,
        number=2,
        at=MONDAY,
        due_at=china("2026-03-12 18:00"),
        calendar=CALENDAR,
    )

    assert said(clock)[:2] == ["12 00:00 warn -", "12 18:00 breach duty-chief"]
    assert (clock.number, clock.counted_by) == (2, Calendar.STATUTORY_WORKING)


@pytest.mark.parametrize(
    "due_at",
    [
        pytest.param(MONDAY, id="at the start"),
        pytest.param(MONDAY - HOUR, id="before it"),
    ],
)
def test_an_end_that_is_no_later_than_the_start_is_refused(due_at: datetime) -> None:
    with pytest.raises(InvalidValueError, match="after the start"):
        start_until(BARE, NO_LADDER, SUBJECT, number=1, at=MONDAY, due_at=due_at, calendar=CALENDAR)
