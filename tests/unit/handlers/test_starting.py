"""A case begins with its clock, and a danger is told to the duty chief at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from handlers.decisions.deciding import decide
from handlers.decisions.facts import Content
from handlers.decisions.law.deadlines import Ladder, Rung
from handlers.decisions.letters import Letter, letters
from handlers.decisions.policy import Policy
from handlers.decisions.starting import first_clocks
from schemas.clock import Clock, ClockKind, ClockState, FiringKind
from schemas.disposition import Disposition, Page
from schemas.limit import Unit
from schemas.person import Role
from tests.support.builders import (
    BLOCKED_EXIT,
    NOON,
    UNLISTED,
    a_case,
    a_policy,
    a_sighting,
    some_facts,
)
from tests.support.calendars import city, continuous
from tests.support.clocks import LADDER, a_deadline

DANGER: Final = a_sighting(matter=BLOCKED_EXIT)


def with_clocks(policy: Policy | None = None) -> Policy:
    """Five minutes for a danger, half an hour for the rest."""
    deadlines = {
        ClockKind.TAKE: a_deadline(continuous(30, Unit.MINUTE), kind=ClockKind.TAKE),
        ClockKind.DANGER: a_deadline(continuous(5, Unit.MINUTE), kind=ClockKind.DANGER),
    }
    return replace(policy or a_policy(), deadlines=deadlines, ladders={LADDER.id: LADDER})


def clocks_of(content: Content, policy: Policy) -> tuple[Clock, ...]:
    return first_clocks(decide(some_facts(content), policy), policy)


def letters_of(content: Content, policy: Policy) -> tuple[Letter, ...]:
    facts = some_facts(content)
    decision = decide(facts, policy)
    return letters(facts, decision, policy, clocks=first_clocks(decision, policy))


@pytest.mark.parametrize(
    ("content", "kind", "minutes"),
    [
        pytest.param(a_sighting(), ClockKind.TAKE, 30, id="a stall"),
        pytest.param(a_sighting(matter=UNLISTED), ClockKind.TAKE, 30, id="what is unsorted"),
        pytest.param(DANGER, ClockKind.DANGER, 5, id="a danger"),
    ],
)
def test_the_clock_of_a_new_case_runs_from_when_we_had_it(
    content: Content, kind: ClockKind, minutes: int
) -> None:
    facts = some_facts(content)
    decision = decide(facts, with_clocks())
    assert decision.case is not None

    (clock,) = first_clocks(decision, with_clocks())

    assert (clock.subject, clock.kind, clock.number) == (decision.case.id, kind, 1)
    assert (clock.state, clock.started_at) == (ClockState.RUNNING, facts.received_at)
    assert clock.due_at == NOON + timedelta(minutes=minutes)


def test_what_opens_nothing_starts_nothing() -> None:
    facts = some_facts(open_case=a_case())

    assert first_clocks(decide(facts, with_clocks()), with_clocks()) == ()


def test_a_clock_in_a_year_without_a_calendar_runs_continuously() -> None:
    deadline = a_deadline(city(2), kind=ClockKind.TAKE, warn_before=(city(1),))
    rungs = (Rung(after=city(1), role=Role.HEAD), Rung(after=continuous(1), role=Role.AUDITOR))
    policy = replace(
        a_policy(),
        deadlines={ClockKind.TAKE: deadline},
        ladders={LADDER.id: Ladder(id=LADDER.id, rungs=rungs)},
    )

    (clock,) = clocks_of(a_sighting(), policy)

    due_at = NOON + timedelta(minutes=240)
    assert clock.due_at == due_at
    assert [(firing.at, firing.role) for firing in clock.plan] == [
        (due_at, Role.HEAD),
        (due_at + timedelta(hours=1), Role.AUDITOR),
    ]


def test_a_danger_is_told_to_the_duty_chief_at_once_after_its_task() -> None:
    task, page = letters_of(DANGER, with_clocks())

    assert isinstance(task, Disposition)
    assert isinstance(page, Page)
    assert (page.subject, page.clock) == (task.case.id, ClockKind.DANGER)
    assert (page.role, page.firing) == (Role.DUTY_CHIEF, FiringKind.WARN)
    assert (page.at, page.due_at) == (NOON, NOON + timedelta(minutes=5))


def test_a_soft_case_pages_nobody() -> None:
    written = letters_of(a_sighting(), with_clocks())

    assert [type(letter) for letter in written] == [Disposition]


def test_a_page_is_never_taken_for_a_firing_of_the_plan() -> None:
    policy = with_clocks()
    (clock,) = clocks_of(DANGER, policy)

    (_, page) = letters_of(DANGER, policy)

    assert page.id == f"{clock.id}/begun"
