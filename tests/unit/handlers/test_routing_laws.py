"""What holds of every decision, whatever is seen and whatever the pack lays down."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers.decisions.deciding import decide
from handlers.decisions.decision import Decision, Outcome
from handlers.decisions.facts import Facts, Sighting
from handlers.decisions.records import decision_bytes, facts_bytes, read_facts
from handlers.decisions.routing import route
from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.lane import Lane
from schemas.observation import Phase
from schemas.workfile import ENDED, CaseState, Queue, Route, Site, WorkFile
from tests.support.builders import (
    BLOCKED_EXIT,
    NOON,
    OPEN_MANHOLE,
    STALL,
    a_case,
    a_sighting,
    some_facts,
)
from tests.support.decided import (
    CAMERAS,
    MATTERS,
    OLD_STALL,
    PLACES,
    a_whole_policy,
    digest_of_all,
)

HOUSE: Final = Path(__file__).parents[3]
FAST: Final = settings(max_examples=200, deadline=None, database=None)
POLICIES: Final = st.sampled_from(
    [a_whole_policy(sample_one_in=one_in, year=year) for one_in in (1, 2) for year in (2026, 2027)]
)
DANGERS: Final = st.frozensets(st.sampled_from(Danger), max_size=3)
SIGHTINGS: Final = st.builds(
    a_sighting,
    occurred_at=st.sampled_from([NOON, NOON + timedelta(hours=12), NOON - timedelta(days=400)]),
    matter=st.sampled_from(MATTERS),
    place=st.sampled_from(PLACES),
    camera=st.sampled_from(CAMERAS),
    zone_kind=st.sampled_from([None, *ZoneKind]),
    phase=st.sampled_from([None, *Phase]),
    seen=st.sampled_from([None, timedelta(0), timedelta(minutes=10)]),
    confidence_permille=st.sampled_from([None, 0, 900]),
    dangers=DANGERS,
)


@st.composite
def worlds(draw: st.DrawFn) -> Facts:
    """A sighting, and perhaps a case in some state where it would be merged."""
    sighting = draw(SIGHTINGS)
    case = None
    if sighting.matter is not None and sighting.place_key is not None and draw(st.booleans()):
        queue = draw(st.sampled_from(Queue))
        meant = STALL if sighting.matter == OLD_STALL else sighting.matter
        case = replace(
            a_case(state=draw(st.sampled_from(CaseState)), acts=draw(st.integers(0, 9))),
            site=Site(sighting.place_key, meant, queue),
            matter=meant,
            queue=queue,
            route=Route.ZERO_TOLERANCE if queue is Queue.ZERO_TOLERANCE else Route.SOFT,
        )
    return some_facts(
        sighting,
        offset=draw(st.integers(0, 99)),
        lane=draw(st.sampled_from(Lane)),
        open_case=case,
        linked_case=draw(st.sampled_from([None, a_case().id])),
    )


def severity(decision: Decision) -> tuple[int, bool]:
    """How hard the route is, and whether it waits with danger. What is let go is softest."""
    if decision.case is None:
        return 0, False
    return 1 + (decision.case.route is Route.ZERO_TOLERANCE), waits_with_danger(decision.case)


def waits_with_danger(case: WorkFile) -> bool:
    return case.queue is Queue.ZERO_TOLERANCE


def more_dangerous(facts: Facts, dangers: frozenset[Danger]) -> Facts:
    assert isinstance(facts.content, Sighting)
    told = facts.content.dangers | dangers
    return replace(facts, content=replace(facts.content, dangers=told))


@FAST
@given(facts=worlds(), dangers=DANGERS, policy=POLICIES)
def test_more_danger_never_softens_the_route(facts, dangers, policy) -> None:
    worse = more_dangerous(facts, dangers)

    before, after = (route(each, each.content, policy) for each in (facts, worse))

    ranks = {None: 0, Route.TRIAGE: 1, Route.SOFT: 1, Route.SERVICE: 1, Route.ZERO_TOLERANCE: 2}
    assert ranks[after.route] >= ranks[before.route]
    assert (after.queue is Queue.ZERO_TOLERANCE) >= (before.queue is Queue.ZERO_TOLERANCE)


@FAST
@given(facts=worlds(), dangers=DANGERS, policy=POLICIES)
def test_more_danger_never_softens_what_becomes_of_it(facts, dangers, policy) -> None:
    before = severity(decide(facts, policy))

    after = severity(decide(more_dangerous(facts, dangers), policy))

    assert after[0] >= before[0]
    assert after[1] >= before[1]


@FAST
@given(facts=worlds(), zone=st.sampled_from(ZoneKind), policy=POLICIES)
def test_what_stands_on_a_fire_lane_is_always_met_as_a_danger(facts, zone, policy) -> None:
    on_it = replace(facts, content=replace(facts.content, zone_kind=ZoneKind.FIRE_LANE))

    found = route(on_it, on_it.content, policy)

    assert (found.route, found.queue) == (Route.ZERO_TOLERANCE, Queue.ZERO_TOLERANCE)


@FAST
@given(facts=worlds(), matter=st.sampled_from([BLOCKED_EXIT, OPEN_MANHOLE]), policy=POLICIES)
def test_a_safety_matter_is_never_dismissed_whatever_else_is_said(facts, matter, policy) -> None:
    unsafe = replace(facts, content=replace(facts.content, matter=matter))

    decision = decide(unsafe, policy)

    assert decision.outcome in {Outcome.OPENED, Outcome.EXTENDED, Outcome.TRIAGE}
    assert decision.case is not None
    assert decision.case.queue is Queue.ZERO_TOLERANCE


@FAST
@given(facts=worlds(), dangers=st.frozensets(st.sampled_from(Danger), min_size=1), policy=POLICIES)
def test_what_somebody_calls_dangerous_is_dismissed_only_when_it_is_over(
    facts, dangers, policy
) -> None:
    decision = decide(more_dangerous(facts, dangers), policy)

    is_over = facts.content.phase in {Phase.ENDED, Phase.LOST_SIGHT}
    assert decision.outcome is not Outcome.DISMISSED or is_over


@FAST
@given(facts=worlds(), policy=POLICIES)
def test_a_machine_makes_candidates_and_changes_nothing_that_people_decide(facts, policy) -> None:
    decision = decide(facts, policy)

    if decision.outcome is Outcome.EXTENDED:
        was, now = facts.open_case, decision.case
        assert was.state not in ENDED
        assert now == replace(
            was, version=now.version, sightings=now.sightings, last_seen_at=now.last_seen_at
        )
        assert (now.version, now.sightings) == (was.version + 1, was.sightings + 1)
    elif decision.case is not None:
        assert (decision.case.state, decision.case.acts) == (CaseState.CANDIDATE, 0)


@FAST
@given(facts=worlds(), policy=POLICIES)
def test_only_named_soft_rules_dismiss(facts, policy) -> None:
    decision = decide(facts, policy)

    if decision.outcome is Outcome.DISMISSED:
        rules = {reason.rule for reason in decision.reasons}
        assert rules & {
            "R05-stayed-too-briefly", "R06-too-unsure", "R11-lawful-here", "D06-nothing-open",
        }  # fmt: skip
        assert route(facts, facts.content, policy).queue is Queue.SOFT


@FAST
@given(facts=worlds(), policy=POLICIES)
def test_what_was_laid_down_is_decided_again_to_the_same_bytes(facts, policy) -> None:
    again = read_facts(facts_bytes(facts))

    assert decision_bytes(decide(again, policy)) == decision_bytes(decide(facts, policy))


@pytest.mark.parametrize(
    ("zone", "seed"),
    [
        pytest.param("America/St_Johns", "1", id="half an hour off, west of Greenwich"),
        pytest.param("Pacific/Kiritimati", "4294967295", id="a day ahead"),
    ],
)
def test_another_process_in_another_zone_decides_the_same_bytes(zone: str, seed: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.support.decided"],
        cwd=HOUSE,
        env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout == digest_of_all()
