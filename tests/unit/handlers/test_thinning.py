"""Under overload soft sightings may be left out, by written rules; danger never."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.decisions.deciding import decide
from handlers.decisions.decision import Outcome
from handlers.decisions.facts import Facts, Overload, Sighting
from handlers.decisions.law.leniency import Leniency, Thinning
from handlers.decisions.policy import Policy
from handlers.decisions.records import decision_bytes, facts_bytes, read_facts
from handlers.decisions.thinning import THIN
from handlers.enforce import enforce
from handlers.ports import Received
from handlers.replay import replay
from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.events import Event
from schemas.lane import Lane
from schemas.observation import Phase
from schemas.values import replace
from schemas.workfile import CaseState, Queue, Route, WorkFile
from tests.support.builders import (
    BLOCKED_EXIT,
    LITTER,
    NOON,
    OPEN_MANHOLE,
    STALL,
    UNLISTED,
    CountingSalts,
    a_batch,
    a_case,
    a_place,
    a_policy,
    a_received,
    a_report,
    a_shard,
    a_sighting,
    a_signal,
    a_site,
    an_event,
    an_observation,
    some_facts,
)
from tests.support.fake_work import FakeWork

COOLING: Final = timedelta(minutes=10)
LOAD: Final = Overload(lag=timedelta(seconds=90, milliseconds=250), since=NOON)
RULES: Final = Thinning(
    enabled=True,
    cooling=COOLING,
    starts_at=timedelta(seconds=60),
    ends_at=timedelta(seconds=10),
    clause="the city's rule 1",
)
SOON: Final = NOON + timedelta(minutes=1)


def with_rules(rules: Thinning = RULES, **changes: Any) -> Policy:
    return replace(a_policy(), leniency=Leniency(thinning=replace(rules, **changes)))


POLICY: Final = with_rules()


def facts(
    content: Sighting | None = None,
    *,
    case: WorkFile | None = a_case(),  # noqa: B008 - frozen
    overload: Overload | None = LOAD,
    lane: Lane = Lane.GENERAL,
) -> Facts:
    sighting = content or a_sighting(phase=Phase.CONTINUED, occurred_at=SOON)
    return replace(some_facts(sighting, open_case=case, lane=lane), overload=overload)


def seen(**changes: Any) -> Sighting:
    return a_sighting(**{"phase": Phase.CONTINUED, "occurred_at": SOON, **changes})


def outcome(laid_down: Facts, policy: Policy = POLICY) -> Outcome:
    return decide(laid_down, policy).outcome


def test_a_soft_sighting_of_the_open_case_is_thinned_with_its_reason() -> None:
    decision = decide(facts(), POLICY)

    reason = decision.reasons[-1]
    assert decision.outcome is Outcome.THINNED
    assert (decision.case, decision.starts, decision.parked_because) == (None, (), None)
    assert reason.rule == THIN == "D07-thinned"
    assert reason.clause == (
        "the city's rule 1: case C261120-AAAAAAAAAAAA last counted 2026-11-20T04:00:00.000Z, "
        "90 s behind since 2026-11-20T04:00:00.000Z"
    )


@pytest.mark.parametrize(
    "laid_down",
    [
        pytest.param(facts(), id="another look"),
        pytest.param(facts(seen(phase=Phase.BEGAN)), id="another stay at the same place"),
        pytest.param(
            facts(seen(occurred_at=NOON + COOLING - timedelta(milliseconds=1))),
            id="just within the cooling period",
        ),
        pytest.param(facts(seen(occurred_at=NOON - timedelta(minutes=1))), id="a little late"),
        pytest.param(
            facts(case=a_case(state=CaseState.DISPATCHED, acts=3)), id="somebody is on the way"
        ),
    ],
)
def test_what_adds_nothing_is_thinned(laid_down: Facts) -> None:
    assert outcome(laid_down) is Outcome.THINNED


@pytest.mark.parametrize(
    ("laid_down", "expected"),
    [
        pytest.param(facts(overload=None), Outcome.EXTENDED, id="the lane keeps up"),
        pytest.param(facts(case=None), Outcome.OPENED, id="a first sighting"),
        pytest.param(
            facts(seen(occurred_at=NOON + COOLING)), Outcome.EXTENDED, id="cooled off since"
        ),
        pytest.param(
            facts(seen(occurred_at=NOON - COOLING)), Outcome.EXTENDED, id="of long before"
        ),
        pytest.param(facts(seen(phase=Phase.ENDED)), Outcome.EXTENDED, id="an end"),
        pytest.param(facts(seen(phase=Phase.LOST_SIGHT)), Outcome.EXTENDED, id="out of sight"),
        pytest.param(
            facts(seen(phase=None, camera=None, zone_kind=None)),
            Outcome.EXTENDED,
            id="a person's word",
        ),
        pytest.param(facts(seen(dangers=[Danger.FLAMES])), Outcome.EXTENDED, id="a danger"),
        pytest.param(facts(lane=Lane.SAFETY), Outcome.EXTENDED, id="the safety lane"),
        pytest.param(
            facts(case=a_case(state=CaseState.VERIFIED, acts=5)),
            Outcome.EXTENDED,
            id="verified: it is back",
        ),
        pytest.param(
            facts(case=a_case(state=CaseState.FEEDBACK, acts=4)),
            Outcome.EXTENDED,
            id="reported as done",
        ),
        pytest.param(facts(case=a_case(state=CaseState.CLOSED)), Outcome.OPENED, id="closed"),
        pytest.param(
            facts(case=a_case(route=Route.TRIAGE)), Outcome.EXTENDED, id="a case to be sorted"
        ),
        pytest.param(
            facts(seen(zone_kind=ZoneKind.FIRE_LANE)), Outcome.OPENED, id="on a fire lane"
        ),
    ],
)
def test_anything_else_is_counted(laid_down: Facts, expected: Outcome) -> None:
    assert outcome(laid_down) is expected


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(a_policy(), id="a pack that says nothing of it"),
        pytest.param(with_rules(enabled=False), id="rules that are off"),
        pytest.param(with_rules(counted_always=frozenset({STALL})), id="a matter always counted"),
        pytest.param(with_rules(cooling=timedelta(seconds=60)), id="a shorter cooling period"),
    ],
)
def test_only_what_the_pack_says_is_thinned(policy: Policy) -> None:
    assert outcome(facts(), policy) is Outcome.EXTENDED


def test_a_service_is_never_thinned() -> None:
    case = replace(a_case(), site=replace(a_site(), matter=LITTER), matter=LITTER)

    assert outcome(facts(seen(matter=LITTER), case=case)) is Outcome.EXTENDED


def test_what_is_dismissed_stays_dismissed() -> None:
    assert outcome(facts(seen(seen=timedelta(0)))) is Outcome.DISMISSED


def test_overload_stands_in_the_facts_only_where_there_is_one() -> None:
    laid_down = facts()

    record = orjson.loads(facts_bytes(laid_down))

    assert record["overload"] == {"lag_ms": 90_250, "since": "2026-11-20T04:00:00.000Z"}
    assert read_facts(facts_bytes(laid_down)) == laid_down
    assert "overload" not in orjson.loads(facts_bytes(facts(overload=None)))


@pytest.mark.parametrize("offset_us", [0, 1, 999, -1, -999])
def test_a_replay_finds_the_same_on_the_edge_of_a_millisecond(offset_us: int) -> None:
    counted = replace(a_case(), last_seen_at=NOON + timedelta(microseconds=500))
    edge = NOON + COOLING + timedelta(microseconds=offset_us)
    laid_down = facts(seen(occurred_at=edge), case=counted)

    replayed = replay(
        laid_down.address,
        facts=facts_bytes(laid_down),
        recorded=decision_bytes(decide(laid_down, POLICY)),
        policy=POLICY,
    )

    assert replayed.difference is None


BODIES: Final = st.sampled_from(
    [
        an_observation(),
        an_observation(phase=Phase.CONTINUED, sequence=1),
        an_observation(phase=Phase.CONTINUED, sequence=2, dangers=[Danger.GAS_BOTTLES]),
        an_observation(phase=Phase.ENDED, sequence=2),
        an_observation(phase=Phase.CONTINUED, zone_kind=ZoneKind.FIRE_LANE),
        an_observation(matter=BLOCKED_EXIT, phase=Phase.CONTINUED),
        an_observation(matter=OPEN_MANHOLE, phase=Phase.CONTINUED),
        an_observation(matter=LITTER, phase=Phase.CONTINUED),
        an_observation(matter=UNLISTED, phase=Phase.CONTINUED),
        an_observation(place=a_place("jiefang-2"), phase=Phase.CONTINUED),
        a_report(place=a_place()),
        a_signal(),
    ]
)
MOMENTS: Final = st.integers(0, 40).map(lambda minutes: NOON + timedelta(minutes=minutes))
EVENTS: Final = st.builds(
    lambda body, at, n: an_event(body, id=f"e-{n}", occurred_at=at),
    BODIES,
    MOMENTS,
    st.integers(0, 30),
)
LOADS: Final = st.none() | st.integers(60, 900).map(
    lambda seconds: Overload(lag=timedelta(seconds=seconds), since=NOON)
)
LISTED: Final = st.lists(st.tuples(EVENTS, LOADS), min_size=1, max_size=12)
LANES: Final = st.sampled_from(Lane)
Taken = tuple[Event, Overload | None]


def arrived(taken: Sequence[Taken]) -> list[Received]:
    """Each with the load that was measured as it was taken up."""
    return [
        replace(a_received(event, offset=offset), overload=load)
        for offset, (event, load) in enumerate(taken)
    ]


async def enforced(taken: Sequence[Taken], edges: Iterable[int], lane: Lane) -> FakeWork:
    work, salts, messages = FakeWork(), CountingSalts(), arrived(taken)
    for first, end in pairwise(edges):
        batch = a_batch(messages[first:end], first=first, shard=a_shard(lane=lane))
        await enforce(batch, work=work, policy=POLICY, salts=salts)
    return work


def ledger(work: FakeWork) -> list[tuple[bytes, bytes, str]]:
    return [(s.facts_bytes, s.decision_bytes, s.line.hash) for s in work.settled.values()]


@settings(max_examples=80, deadline=None, database=None)
@given(taken=LISTED, lane=LANES, data=st.data())
async def test_any_cut_into_batches_thins_the_same_to_the_byte(
    taken: list[Taken], lane: Lane, data: st.DataObject
) -> None:
    cuts = data.draw(st.sets(st.integers(1, len(taken))), label="cuts")

    work = await enforced(taken, sorted({0, len(taken)} | cuts), lane)

    alone = await enforced(taken, range(len(taken) + 1), lane)
    assert ledger(work) == ledger(alone)
    assert (work.cases, work.letters) == (alone.cases, alone.letters)


@settings(max_examples=120, deadline=None, database=None)
@given(taken=LISTED, lane=LANES)
async def test_safety_is_never_thinned(taken: list[Taken], lane: Lane) -> None:
    work = await enforced(taken, (0, len(taken)), lane)

    for settled in work.settled.values():
        if settled.decision.outcome is Outcome.THINNED:
            laid_down = settled.facts
            assert isinstance(laid_down.content, Sighting)
            assert laid_down.lane is Lane.GENERAL
            assert laid_down.content.dangers == frozenset()
            assert laid_down.content.zone_kind is not ZoneKind.FIRE_LANE
            assert laid_down.content.matter == STALL
            assert laid_down.content.phase in {Phase.BEGAN, Phase.CONTINUED}
            assert laid_down.open_case is not None
            assert laid_down.open_case.queue is Queue.SOFT
            assert settled.letters == ()


@settings(max_examples=60, deadline=None, database=None)
@given(taken=LISTED)
async def test_what_was_thinned_is_thinned_again_from_its_facts_alone(taken: list[Taken]) -> None:
    work = await enforced(taken, (0, len(taken)), Lane.GENERAL)

    for address, settled in work.settled.items():
        replayed = replay(
            address,
            facts=settled.facts_bytes,
            recorded=settled.decision_bytes,
            policy=POLICY,
        )
        assert replayed.difference is None


@settings(max_examples=60, deadline=None, database=None)
@given(taken=LISTED)
async def test_thinning_opens_and_closes_nothing_that_counting_would_not(
    taken: list[Taken],
) -> None:
    """The same cases stand at the same sites; only how often they were counted differs."""
    thinned = await enforced(taken, (0, len(taken)), Lane.GENERAL)

    counted = await enforced([(event, None) for event, _ in taken], (0, len(taken)), Lane.GENERAL)
    left_out = [s for s in thinned.settled.values() if s.decision.outcome is Outcome.THINNED]
    assert thinned.cases.keys() == counted.cases.keys()
    assert sum(case.sightings for case in counted.cases.values()) == len(left_out) + sum(
        case.sightings for case in thinned.cases.values()
    )
