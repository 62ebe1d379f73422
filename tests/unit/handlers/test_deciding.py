"""From facts to the one outcome of a message."""

from datetime import datetime, timedelta
from typing import Final

import pytest

from handlers.decisions.deciding import (
    CONFLICT,
    EXTEND,
    NOTHING_OPEN,
    PARK,
    REPEAT,
    SIGNAL,
    UNKNOWN_YEAR,
    case_id,
    decide,
)
from handlers.decisions.decision import Outcome
from handlers.decisions.facts import Content, Facts, Sighting, Undecodable, probe_of
from handlers.decisions.letters import letters
from handlers.decisions.policy import Policy
from schemas.camera import ZoneKind
from schemas.clock import ClockKind
from schemas.disposition import ProbeReturned
from schemas.ids import CaseId
from schemas.lane import Lane
from schemas.limit import Calendar, Limit, Unit
from schemas.matter import MatterKey
from schemas.observation import Phase
from schemas.values import replace
from schemas.workfile import ENDED, CaseState, Queue, Route
from tests.support.builders import (
    BLOCKED_EXIT,
    LITTER,
    NOON,
    OPEN_MANHOLE,
    STALL,
    UNLISTED,
    a_camera_signal,
    a_case,
    a_claim,
    a_place,
    a_policy,
    a_probe,
    a_sighting,
    a_site,
    an_address,
    some_facts,
)
from tests.support.clocks import a_deadline

POLICY: Final = a_policy()
BRIEFLY: Final = timedelta(0)
FIRE_LANE: Final = ZoneKind.FIRE_LANE
AGAIN: Final = a_claim(offset=0)
"""The same bytes were said at offset 0 before."""
OTHERWISE: Final = a_claim(offset=0, said="other bytes")
"""Other bytes were said at offset 0 before, under the same event id."""

OPEN_SOFT: Final = a_case()
OPEN_DANGER: Final = a_case(site=a_site(queue=Queue.ZERO_TOLERANCE), route=Route.ZERO_TOLERANCE)


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        pytest.param(Undecodable(reason="no JSON"), Outcome.PARKED, id="bytes nobody understands"),
        pytest.param(a_camera_signal(), Outcome.SIGNAL_RECORDED, id="a camera that is blind"),
        pytest.param(probe_of(a_probe()), Outcome.PROBE, id="a probe"),
        pytest.param(a_sighting(), Outcome.OPENED, id="a stall that stays"),
        pytest.param(a_sighting(matter=LITTER), Outcome.OPENED, id="litter to be swept"),
        pytest.param(a_sighting(matter=BLOCKED_EXIT), Outcome.OPENED, id="a blocked exit"),
        pytest.param(a_sighting(phase=Phase.CONTINUED), Outcome.OPENED, id="a begin that was lost"),
        pytest.param(a_sighting(seen=BRIEFLY), Outcome.DISMISSED, id="a stall that goes on"),
        pytest.param(a_sighting(matter=UNLISTED), Outcome.TRIAGE, id="an unknown matter"),
        pytest.param(a_sighting(place=None), Outcome.TRIAGE, id="an unknown place"),
    ],
)  # fmt: skip
def test_a_message_said_first_has_one_outcome(content: Content, outcome: Outcome) -> None:
    assert decide(some_facts(content), POLICY).outcome is outcome


def test_what_nobody_understands_is_parked_with_what_came() -> None:
    decision = decide(some_facts(Undecodable(reason="data.camera: expected text")), POLICY)

    assert decision.reasons == (PARK,)
    assert decision.parked_because == "data.camera: expected text"
    assert decision.case is None


def test_what_nobody_understands_is_parked_on_the_safety_lane_too() -> None:
    facts = some_facts(Undecodable(reason="no JSON"), lane=Lane.SAFETY)

    assert decide(facts, POLICY).outcome is Outcome.PARKED


def test_the_same_event_at_another_address_is_a_repeat_and_touches_no_case() -> None:
    facts = some_facts(offset=5, first=AGAIN, open_case=OPEN_SOFT)

    decision = decide(facts, POLICY)

    assert decision.outcome is Outcome.REPEAT_OF
    assert decision.reasons == (REPEAT,)
    assert decision.first == an_address(0)
    assert decision.case is None


def test_the_first_telling_is_no_repeat_of_itself() -> None:
    facts = some_facts(offset=0, first=AGAIN)

    assert decide(facts, POLICY).outcome is Outcome.OPENED


def test_a_repeated_danger_is_a_repeat() -> None:
    facts = some_facts(a_sighting(matter=BLOCKED_EXIT), offset=5, first=AGAIN)

    assert decide(facts, POLICY).outcome is Outcome.REPEAT_OF


def test_a_repeated_signal_is_a_repeat() -> None:
    facts = some_facts(a_camera_signal(), offset=5, first=AGAIN)

    assert decide(facts, POLICY).outcome is Outcome.REPEAT_OF


def test_the_same_id_with_other_bytes_is_parked_with_the_address_of_the_first() -> None:
    decision = decide(some_facts(offset=5, first=OTHERWISE), POLICY)

    assert decision.outcome is Outcome.ID_CONFLICT
    assert decision.reasons == (CONFLICT,)
    assert decision.first == an_address(0)
    assert decision.parked_because is not None
    assert str(an_address(0)) in decision.parked_because


@pytest.mark.parametrize(
    ("content", "lane", "is_triaged"),
    [
        pytest.param(a_sighting(), Lane.GENERAL, False, id="a stall: parked only"),
        pytest.param(a_sighting(matter=LITTER), Lane.GENERAL, False, id="litter: parked only"),
        pytest.param(a_sighting(matter=UNLISTED), Lane.GENERAL, False, id="unlisted: parked only"),
        pytest.param(a_sighting(matter=BLOCKED_EXIT), Lane.GENERAL, True, id="a blocked exit"),
        pytest.param(a_sighting(matter=OPEN_MANHOLE), Lane.GENERAL, True, id="an open manhole"),
        pytest.param(a_sighting(zone_kind=FIRE_LANE), Lane.GENERAL, True, id="on a fire lane"),
        pytest.param(a_sighting(), Lane.SAFETY, True, id="anything seen on the safety lane"),
        pytest.param(a_sighting(seen=BRIEFLY), Lane.SAFETY, True, id="even what was brief"),
        pytest.param(a_camera_signal(), Lane.SAFETY, False, id="a signal shows no danger"),
        pytest.param(probe_of(a_probe()), Lane.SAFETY, False, id="nor does a probe"),
    ],
)
def test_an_id_conflict_that_may_concern_safety_is_triaged_too(
    content: Content, lane: Lane, is_triaged: bool
) -> None:
    decision = decide(some_facts(content, offset=5, first=OTHERWISE, lane=lane), POLICY)

    assert decision.outcome is Outcome.ID_CONFLICT
    assert decision.parked_because is not None
    assert (decision.case is not None) is is_triaged
    if decision.case is not None:
        assert (decision.case.route, decision.case.queue) == (Route.TRIAGE, Queue.ZERO_TOLERANCE)
        assert decision.case.site is None


def test_a_signal_is_recorded_and_opens_nothing() -> None:
    decision = decide(some_facts(a_camera_signal()), POLICY)

    assert decision.reasons == (SIGNAL,)
    assert (decision.case, decision.parked_because) == (None, None)


def test_a_probe_comes_back_once_and_touches_no_case_however_much_is_open() -> None:
    probe = probe_of(a_probe(Lane.SAFETY, number=12))
    facts = some_facts(probe, lane=Lane.SAFETY, open_case=OPEN_SOFT)

    decision = decide(facts, POLICY)

    assert (decision.outcome, decision.case, decision.starts) == (Outcome.PROBE, None, ())
    (letter,) = letters(facts, decision, POLICY)
    assert isinstance(letter, ProbeReturned)
    assert (letter.lane, letter.number, letter.address) == (Lane.SAFETY, 12, facts.address)
    repeat = some_facts(probe, offset=5, first=AGAIN)
    assert letters(repeat, decide(repeat, POLICY), POLICY) == ()


def test_an_opened_case_is_a_candidate_at_its_site_with_its_limit() -> None:
    sighting = a_sighting(occurred_at=NOON - timedelta(seconds=2))

    case = decide(some_facts(sighting), POLICY).case

    assert case is not None
    assert (case.state, case.version, case.sightings) == (CaseState.CANDIDATE, 1, 1)
    assert (case.route, case.queue, case.site) == (Route.SOFT, Queue.SOFT, a_site())
    assert (case.matter, case.place, case.camera) == (STALL, a_place(), sighting.camera)
    assert case.opened_at == NOON
    assert case.due_at == NOON + timedelta(minutes=120)
    assert case.last_seen_at == sighting.occurred_at


@pytest.mark.parametrize(
    ("matter", "lane", "minutes"),
    [
        pytest.param(STALL, Lane.GENERAL, 120, id="the stall's own limit"),
        pytest.param(BLOCKED_EXIT, Lane.GENERAL, 30, id="the blocked exit's own limit"),
        pytest.param(UNLISTED, Lane.GENERAL, 240, id="the time to sort what is soft"),
        pytest.param(UNLISTED, Lane.SAFETY, 30, id="the time to sort what may be a danger"),
    ],
)
def test_a_case_is_due_when_its_limit_is_up(matter: MatterKey, lane: Lane, minutes: int) -> None:
    decision = decide(some_facts(a_sighting(matter=matter), lane=lane), POLICY)

    assert decision.case is not None
    assert decision.case.due_at == NOON + timedelta(minutes=minutes)


def test_a_sighting_at_an_open_site_extends_its_case() -> None:
    later = NOON + timedelta(minutes=4)

    decision = decide(some_facts(a_sighting(occurred_at=later), open_case=OPEN_SOFT), POLICY)

    assert decision.outcome is Outcome.EXTENDED
    assert EXTEND in decision.reasons
    assert decision.case == replace(OPEN_SOFT, version=2, sightings=2, last_seen_at=later)


@pytest.mark.parametrize(
    ("occurred_at", "last_seen_at"),
    [
        pytest.param(NOON - timedelta(hours=1), NOON, id="late: the last sight stays"),
        pytest.param(NOON, NOON, id="the same instant"),
        pytest.param(NOON + timedelta(hours=1), NOON + timedelta(hours=1), id="newer: it moves"),
    ],
)
def test_the_last_sight_of_a_case_never_moves_back(
    occurred_at: datetime, last_seen_at: datetime
) -> None:
    facts = some_facts(a_sighting(occurred_at=occurred_at), open_case=OPEN_SOFT)

    case = decide(facts, POLICY).case

    assert case is not None
    assert case.last_seen_at == last_seen_at


@pytest.mark.parametrize("phase", [Phase.ENDED, Phase.LOST_SIGHT])
def test_an_end_adds_to_the_open_case(phase: Phase) -> None:
    facts = some_facts(a_sighting(phase=phase, seen=BRIEFLY), open_case=OPEN_SOFT)

    assert decide(facts, POLICY).outcome is Outcome.EXTENDED


@pytest.mark.parametrize("phase", [Phase.ENDED, Phase.LOST_SIGHT])
def test_an_end_without_an_open_case_opens_none(phase: Phase) -> None:
    decision = decide(some_facts(a_sighting(phase=phase)), POLICY)

    assert decision.outcome is Outcome.DISMISSED
    assert NOTHING_OPEN in decision.reasons
    assert decision.case is None


@pytest.mark.parametrize(
    "ended",
    [
        pytest.param(a_sighting(phase=Phase.ENDED, matter=BLOCKED_EXIT), id="a blocked exit"),
        pytest.param(a_sighting(phase=Phase.LOST_SIGHT, matter=OPEN_MANHOLE), id="a manhole"),
        pytest.param(a_sighting(phase=Phase.ENDED, zone_kind=FIRE_LANE), id="on a fire lane"),
    ],
)
def test_a_machine_never_dismisses_a_danger_that_ended(ended: Sighting) -> None:
    decision = decide(some_facts(ended), POLICY)

    assert decision.outcome is Outcome.TRIAGE
    assert NOTHING_OPEN in decision.reasons
    assert decision.case is not None
    assert decision.case.queue is Queue.ZERO_TOLERANCE


def test_a_danger_opens_its_own_case_beside_an_open_soft_one() -> None:
    facts = some_facts(a_sighting(zone_kind=FIRE_LANE), open_case=OPEN_SOFT)

    decision = decide(facts, POLICY)

    assert decision.outcome is Outcome.OPENED
    assert decision.case is not None
    assert decision.case.queue is Queue.ZERO_TOLERANCE


def test_a_danger_at_its_open_site_extends_the_danger() -> None:
    facts = some_facts(a_sighting(matter=BLOCKED_EXIT), open_case=OPEN_DANGER)

    assert decide(facts, POLICY).outcome is Outcome.EXTENDED


def test_a_danger_is_known_without_place_and_matter_but_merged_with_nothing() -> None:
    decision = decide(some_facts(a_sighting(zone_kind=FIRE_LANE, matter=None, place=None)), POLICY)

    assert decision.outcome is Outcome.OPENED
    assert decision.case is not None
    assert (decision.case.route, decision.case.site) == (Route.ZERO_TOLERANCE, None)
    assert decision.case.due_at == NOON + timedelta(minutes=30)


OLD_STALL: Final = MatterKey("GB/T 30428.2-2013", "matter", "04-06")


@pytest.mark.parametrize("state", sorted(set(CaseState) - ENDED))
def test_a_case_that_people_have_in_hand_is_extended_and_otherwise_left_as_it_is(
    state: CaseState,
) -> None:
    case = a_case(state=state, version=5, acts=4, linked=CaseId("C261119-BBBBBBBBBBBB"))

    decision = decide(some_facts(open_case=case), POLICY)

    assert decision.outcome is Outcome.EXTENDED
    assert decision.case == replace(case, version=6, sightings=6)


@pytest.mark.parametrize("phase", [Phase.BEGAN, Phase.CONTINUED])
@pytest.mark.parametrize("state", sorted(ENDED))
def test_where_a_case_has_ended_a_new_one_begins(state: CaseState, phase: Phase) -> None:
    ended = a_case(state=state)

    decision = decide(some_facts(a_sighting(phase=phase), open_case=ended), POLICY)

    assert decision.outcome is Outcome.OPENED
    assert decision.case is not None
    assert (decision.case.id, decision.case.version) != (ended.id, ended.version)
    assert (decision.case.state, decision.case.acts) == (CaseState.CANDIDATE, 0)


def test_a_danger_is_linked_with_the_soft_case_that_it_is_lifted_out_of() -> None:
    facts = some_facts(a_sighting(zone_kind=FIRE_LANE), linked_case=OPEN_SOFT.id)

    decision = decide(facts, POLICY)

    assert decision.case is not None
    assert decision.case.linked == OPEN_SOFT.id
    assert decision.case.queue is Queue.ZERO_TOLERANCE


@pytest.mark.parametrize(
    "sighting",
    [
        pytest.param(a_sighting(), id="a soft case"),
        pytest.param(a_sighting(matter=BLOCKED_EXIT), id="a safety matter"),
    ],
)
def test_what_is_lifted_out_of_nothing_is_linked_with_nothing(sighting: Sighting) -> None:
    decision = decide(some_facts(sighting, linked_case=OPEN_SOFT.id), POLICY)

    assert decision.case is not None
    assert decision.case.linked is None


def test_an_extended_danger_keeps_its_link() -> None:
    linked = CaseId("C261119-BBBBBBBBBBBB")
    lifted = replace(
        a_case(linked=linked, route=Route.ZERO_TOLERANCE),
        site=replace(a_site(), queue=Queue.ZERO_TOLERANCE),
        queue=Queue.ZERO_TOLERANCE,
    )
    facts = some_facts(a_sighting(zone_kind=FIRE_LANE), open_case=lifted, linked_case=OPEN_SOFT.id)

    decision = decide(facts, POLICY)

    assert decision.outcome is Outcome.EXTENDED
    assert decision.case is not None
    assert decision.case.linked == linked


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        pytest.param(a_sighting(matter=OLD_STALL), Outcome.OPENED, id="opened"),
        pytest.param(a_sighting(matter=OLD_STALL, place=None), Outcome.TRIAGE, id="triaged"),
    ],
)
def test_a_case_stands_under_the_matter_that_is_meant(told: Sighting, outcome: Outcome) -> None:
    decision = decide(some_facts(told), replace(POLICY, aliases={"04-06": STALL}))

    assert decision.outcome is outcome
    assert decision.case is not None
    assert decision.case.matter == STALL


def in_an_unknown_year() -> Policy:
    """Its limits run in the city's hours, and nobody laid a calendar down."""
    limit = Limit(amount=2, unit=Unit.HOUR, calendar=Calendar.CITY_WORKING)
    matters = {key: replace(matter, disposal_limit=limit) for key, matter in POLICY.matters.items()}
    return replace(POLICY, matters=matters)


def test_a_soft_sighting_in_a_year_without_a_calendar_is_sorted_by_a_person() -> None:
    decision = decide(some_facts(), in_an_unknown_year())

    assert decision.outcome is Outcome.TRIAGE
    assert [reason.rule for reason in decision.reasons] == ["R07-by-the-pack", "R12-unknown-year"]
    assert "2026" in decision.reasons[1].clause
    assert decision.case is not None
    assert (decision.case.route, decision.case.site) == (Route.TRIAGE, None)
    assert decision.case.due_at == NOON + timedelta(minutes=240)


@pytest.mark.parametrize(
    ("sighting", "expected"),
    [
        pytest.param(a_sighting(matter=BLOCKED_EXIT), Route.ZERO_TOLERANCE, id="a blocked exit"),
        pytest.param(a_sighting(zone_kind=FIRE_LANE), Route.ZERO_TOLERANCE, id="on a fire lane"),
        pytest.param(a_sighting(matter=OPEN_MANHOLE), Route.SERVICE, id="an open manhole"),
    ],
)
def test_a_danger_in_a_year_without_a_calendar_keeps_its_route_and_is_due_soon(
    sighting: Sighting, expected: Route
) -> None:
    decision = decide(some_facts(sighting), in_an_unknown_year())

    assert decision.outcome is Outcome.OPENED
    assert UNKNOWN_YEAR in [reason.rule for reason in decision.reasons]
    assert decision.case is not None
    assert (decision.case.route, decision.case.queue) == (expected, Queue.ZERO_TOLERANCE)
    assert decision.case.due_at == NOON + timedelta(minutes=30)


def test_an_open_case_is_extended_in_any_year() -> None:
    decision = decide(some_facts(open_case=OPEN_SOFT), in_an_unknown_year())

    assert decision.outcome is Outcome.EXTENDED


TAKE_AND_DANGER: Final = {
    kind: a_deadline(kind=kind) for kind in (ClockKind.TAKE, ClockKind.DANGER)
}


@pytest.mark.parametrize(
    ("sighting", "starts"),
    [
        pytest.param(a_sighting(), (ClockKind.TAKE,), id="a stall is to be taken"),
        pytest.param(a_sighting(matter=UNLISTED), (ClockKind.TAKE,), id="so is what is unsorted"),
        pytest.param(a_sighting(matter=BLOCKED_EXIT), (ClockKind.DANGER,), id="a danger at once"),
        pytest.param(a_sighting(zone_kind=FIRE_LANE), (ClockKind.DANGER,), id="a lifted one too"),
        pytest.param(a_sighting(seen=BRIEFLY), (), id="nobody has to take what is let go"),
        pytest.param(a_camera_signal(), (), id="nor a signal"),
        pytest.param(probe_of(a_probe()), (), id="nor a probe"),
        pytest.param(Undecodable(reason="no JSON"), (), id="nor what nobody understands"),
    ],
)
def test_a_new_case_starts_the_clock_of_its_queue(
    sighting: Content, starts: tuple[ClockKind, ...]
) -> None:
    policy = replace(POLICY, deadlines=TAKE_AND_DANGER)

    assert decide(some_facts(sighting), policy).starts == starts


def test_an_id_conflict_that_is_triaged_starts_the_clock_of_danger() -> None:
    facts = some_facts(a_sighting(matter=BLOCKED_EXIT), offset=5, first=OTHERWISE)

    decision = decide(facts, replace(POLICY, deadlines=TAKE_AND_DANGER))

    assert decision.starts == (ClockKind.DANGER,)


def test_an_extended_case_starts_nothing() -> None:
    decision = decide(some_facts(open_case=OPEN_SOFT), replace(POLICY, deadlines=TAKE_AND_DANGER))

    assert decision.starts == ()


def test_a_pack_without_that_deadline_starts_nothing() -> None:
    assert decide(some_facts(), POLICY).starts == ()


def test_a_triaged_case_says_what_was_seen() -> None:
    sighting = a_sighting(matter=UNLISTED, occurred_at=NOON - timedelta(seconds=9))

    case = decide(some_facts(sighting), POLICY).case

    assert case is not None
    assert (case.route, case.site) == (Route.TRIAGE, None)
    assert (case.matter, case.place, case.camera) == (UNLISTED, a_place(), sighting.camera)
    assert case.last_seen_at == sighting.occurred_at


def test_a_sampled_dismissal_is_sorted_by_a_person() -> None:
    decision = decide(some_facts(a_sighting(seen=BRIEFLY)), a_policy(sample_one_in=1))

    assert decision.outcome is Outcome.TRIAGE
    assert [reason.rule for reason in decision.reasons] == ["R05-stayed-too-briefly"]


def test_a_case_id_is_the_day_in_china_and_the_address() -> None:
    evening = replace(some_facts(), received_at=NOON.replace(hour=15, minute=59))
    midnight = replace(evening, received_at=NOON.replace(hour=16, minute=0))

    assert case_id(evening).startswith("C261120-")
    assert case_id(midnight).startswith("C261121-")
    assert case_id(evening).split("-")[1] == case_id(midnight).split("-")[1]
    assert case_id(some_facts(offset=0)) != case_id(some_facts(offset=1))


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        pytest.param(
            some_facts(Undecodable(reason="no JSON")), ["D01-undecodable"], id="unreadable bytes",
        ),
        pytest.param(some_facts(offset=5, first=AGAIN), ["D02-repeat"], id="said again"),
        pytest.param(
            some_facts(offset=5, first=OTHERWISE), ["D03-id-conflict"], id="said otherwise",
        ),
        pytest.param(some_facts(a_camera_signal()), ["D04-signal"], id="a signal"),
        pytest.param(some_facts(probe_of(a_probe())), ["D07-probe"], id="a probe"),
        pytest.param(
            some_facts(open_case=OPEN_SOFT), ["R07-by-the-pack", "D05-extend"], id="seen again",
        ),
        pytest.param(
            some_facts(a_sighting(phase=Phase.ENDED)), ["R07-by-the-pack", "D06-nothing-open"],
            id="an end of nothing",
        ),
    ],
)  # fmt: skip
def test_a_decision_names_its_rules_the_one_that_chose_the_way_first(
    facts: Facts, rules: list[str]
) -> None:
    assert [reason.rule for reason in decide(facts, POLICY).reasons] == rules


def test_the_same_facts_give_the_same_decision() -> None:
    facts = some_facts(open_case=OPEN_SOFT)

    assert decide(facts, POLICY) == decide(facts, POLICY)


def test_what_a_danger_lifted_has_less_time() -> None:
    half_an_hour = Limit(amount=30, unit=Unit.MINUTE, calendar=Calendar.CONTINUOUS)
    policy = replace(a_policy(), lifted_limit=half_an_hour)
    facts = some_facts(a_sighting(zone_kind=ZoneKind.FIRE_LANE))

    lifted = decide(facts, policy).case
    soft = decide(some_facts(a_sighting()), policy).case

    assert lifted is not None
    assert soft is not None
    assert lifted.due_at == facts.received_at + timedelta(minutes=30)
    assert soft.due_at > lifted.due_at
