"""However messages are cut into batches, the same becomes of them, to the byte."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.decisions.deciding import decide
from handlers.decisions.decision import Outcome
from handlers.decisions.facts import Undecodable
from handlers.decisions.policy import Policy
from handlers.enforce import enforce
from handlers.ports import Batch, GapFoundError, Received, Void
from schemas.camera import ZoneKind
from schemas.clock import ClockKind
from schemas.danger import Danger
from schemas.disposition import CaseChanged, Disposition
from schemas.errors import TemporarilyUnavailableError
from schemas.events import Event
from schemas.ids import Address
from schemas.lane import Lane
from schemas.matter import MatterKey
from schemas.observation import Phase
from schemas.workfile import Queue
from tests.support.builders import (
    BLOCKED_EXIT,
    LITTER,
    STALL,
    UNLISTED,
    CountingSalts,
    a_batch,
    a_place,
    a_policy,
    a_probe,
    a_received,
    a_report,
    a_shard,
    a_signal,
    an_address,
    an_event,
    an_observation,
)
from tests.support.clocks import LADDER, a_deadline
from tests.support.fake_work import FakeWork

Slot = Event | Undecodable | None
"""What lies at an offset; None is a void."""

OLD_STALL: Final = MatterKey("GB/T 30428.2-2013", "matter", "04-06")
BRIEFLY: Final = timedelta(0)
BODIES: Final = st.sampled_from(
    [
        an_observation(),
        an_observation(phase=Phase.CONTINUED, sequence=1),
        an_observation(phase=Phase.ENDED, sequence=2),
        an_observation(seen=BRIEFLY),
        an_observation(zone_kind=ZoneKind.FIRE_LANE),
        an_observation(zone_kind=ZoneKind.FIRE_LANE, phase=Phase.LOST_SIGHT),
        an_observation(matter=BLOCKED_EXIT),
        an_observation(matter=LITTER, place=a_place("jiefang-2")),
        an_observation(matter=UNLISTED),
        an_observation(matter=OLD_STALL, phase=Phase.CONTINUED, sequence=1),
        a_report(place=a_place()),
        a_report(place=a_place(), dangers=[Danger.ESCAPE_ROUTE]),
        a_report(matter=None),
        a_signal(),
        a_probe(),
    ]
)
# Few ids, so that repeats and conflicts are common.
EVENTS: Final = st.builds(an_event, BODIES, id=st.sampled_from(["a", "b", "c", "d", "e"]))
SLOTS: Final = st.lists(
    EVENTS | EVENTS | EVENTS | st.none() | st.just(Undecodable(reason="no JSON")),
    min_size=1,
    max_size=10,
)
LANES: Final = st.sampled_from(Lane)


def a_cut_batch(slots: Sequence[Slot], first: int, end: int, lane: Lane) -> Batch:
    received: list[Received] = []
    voids: list[Void] = []
    for offset in range(first, end):
        slot = slots[offset]
        if slot is None:
            voids.append(Void(first=offset, end=offset + 1, reason="control record"))
        else:
            received.append(a_received(slot, offset=offset))
    return a_batch(received, shard=a_shard(lane=lane), voids=voids)


def a_whole_policy() -> Policy:
    kinds = (ClockKind.TAKE, ClockKind.DANGER)
    return replace(
        a_policy(sample_one_in=3),
        aliases={"04-06": STALL},
        deadlines={kind: a_deadline(kind=kind) for kind in kinds},
        ladders={LADDER.id: LADDER},
    )


async def enforced(batches: Iterable[Batch]) -> FakeWork:
    work, salts = FakeWork(), CountingSalts()
    policy = a_whole_policy()
    for batch in batches:
        await enforce(batch, work=work, policy=policy, salts=salts)
    return work


def one_by_one(slots: Sequence[Slot], lane: Lane) -> list[Batch]:
    return [a_cut_batch(slots, at, at + 1, lane) for at in range(len(slots))]


def outcomes(work: FakeWork) -> dict[Address, Outcome]:
    return {address: settled.decision.outcome for address, settled in work.settled.items()}


def ledger(work: FakeWork) -> list[tuple[bytes, bytes, bytes, str]]:
    return [
        (settled.facts_bytes, settled.decision_bytes, settled.salt, settled.line.hash)
        for settled in work.settled.values()
    ]


def assert_the_same(work: FakeWork, expected: FakeWork) -> None:
    assert outcomes(work) == outcomes(expected)
    assert work.cases == expected.cases
    assert ledger(work) == ledger(expected)
    assert work.heads == expected.heads
    assert work.letters == expected.letters
    assert work.clocks == expected.clocks
    assert (work.claims, work.voids) == (expected.claims, expected.voids)


@settings(max_examples=60, deadline=None, database=None)
@given(slots=SLOTS, lane=LANES, data=st.data())
async def test_any_cut_gives_what_batches_of_one_give(
    slots: list[Slot], lane: Lane, data: st.DataObject
) -> None:
    cuts = data.draw(st.sets(st.integers(1, len(slots))), label="cuts")
    edges = sorted({0, len(slots)} | cuts)

    work = await enforced(a_cut_batch(slots, first, end, lane) for first, end in pairwise(edges))

    assert_the_same(work, await enforced(one_by_one(slots, lane)))


@settings(max_examples=40, deadline=None, database=None)
@given(slots=SLOTS, lane=LANES, data=st.data())
async def test_what_is_brought_again_changes_nothing(
    slots: list[Slot], lane: Lane, data: st.DataObject
) -> None:
    ends = sorted({len(slots), *data.draw(st.sets(st.integers(1, len(slots))), label="ends")})
    begins = [0] + [data.draw(st.integers(0, end), label="again from") for end in ends[:-1]]

    work = await enforced(
        a_cut_batch(slots, first, end, lane) for first, end in zip(begins, ends, strict=True)
    )

    assert_the_same(work, await enforced(one_by_one(slots, lane)))


@settings(max_examples=30, deadline=None, database=None)
@given(slots=SLOTS, lane=LANES, failed_at=st.integers(0, 9))
async def test_a_batch_that_failed_and_came_again_leaves_no_trace_of_its_first_try(
    slots: list[Slot], lane: Lane, failed_at: int
) -> None:
    work, salts, policy = FakeWork(), CountingSalts(), a_whole_policy()
    failed_at %= len(slots)

    for at, batch in enumerate(one_by_one(slots, lane)):
        if at == failed_at:
            work.fail_next(at="commit")
            with pytest.raises(TemporarilyUnavailableError):
                await enforce(
                    batch, work=work, policy=policy, salts=lambda: b"a lost try".ljust(16)
                )
        await enforce(batch, work=work, policy=policy, salts=salts)

    assert_the_same(work, await enforced(one_by_one(slots, lane)))


@settings(max_examples=40, deadline=None, database=None)
@given(slots=SLOTS, lane=LANES)
async def test_every_message_has_exactly_one_outcome_and_every_event_id_one_holder(
    slots: list[Slot], lane: Lane
) -> None:
    work = await enforced([a_cut_batch(slots, 0, len(slots), lane)])

    said = {offset: slot for offset, slot in enumerate(slots) if slot is not None}
    events = [(offset, slot) for offset, slot in said.items() if isinstance(slot, Event)]
    first = {event.id: offset for offset, event in reversed(events)}
    lines = [settled.line.number for settled in work.settled.values()]
    assert list(work.settled) == [an_address(offset) for offset in said]
    assert {name: claim.first.offset for name, claim in work.claims.items()} == first
    assert lines == list(range(len(said)))


@settings(max_examples=40, deadline=None, database=None)
@given(slots=SLOTS, lane=LANES)
async def test_a_site_has_one_open_case_and_its_letters_count_its_versions(
    slots: list[Slot], lane: Lane
) -> None:
    work = await enforced([a_cut_batch(slots, 0, len(slots), lane)])

    sites = [case.site for case in work.cases.values() if case.site is not None]
    versions: dict[str, list[str]] = {}
    for letter in work.letters:
        if not isinstance(letter, Disposition | CaseChanged):
            continue
        case, _, version = letter.id.rpartition("/")
        versions.setdefault(case, []).append(version)
    assert len(sites) == len(set(sites))
    for case_id, case in work.cases.items():
        assert versions[case_id] == [str(n) for n in range(1, case.version + 1)]


@settings(max_examples=40, deadline=None, database=None)
@given(slots=SLOTS, lane=LANES)
async def test_what_was_decided_in_a_batch_is_what_its_facts_say_alone(
    slots: list[Slot], lane: Lane
) -> None:
    work = await enforced([a_cut_batch(slots, 0, len(slots), lane)])

    decisions = [settled.decision for settled in work.settled.values()]
    again = [decide(settled.facts, a_whole_policy()) for settled in work.settled.values()]
    assert decisions == again


@settings(max_examples=40, deadline=None, database=None)
@given(slots=SLOTS, lane=LANES)
async def test_every_case_has_one_clock_and_every_link_leads_to_a_soft_case_before_it(
    slots: list[Slot], lane: Lane
) -> None:
    work = await enforced([a_cut_batch(slots, 0, len(slots), lane)])

    places = list(work.cases)
    assert [clock.subject for clock in work.clocks] == places
    for case in work.cases.values():
        if case.linked is not None:
            soft = work.cases[case.linked]
            assert places.index(soft.id) < places.index(case.id)
            assert (soft.queue, case.queue) == (Queue.SOFT, Queue.ZERO_TOLERANCE)
            assert (soft.matter, soft.place) == (case.matter, case.place)


async def test_a_danger_finds_the_soft_case_of_the_same_batch() -> None:
    stall = an_event(id="a")
    on_a_fire_lane = an_event(an_observation(zone_kind=ZoneKind.FIRE_LANE), id="b")

    work = await enforced([a_batch([stall, on_a_fire_lane])])

    soft, danger = work.cases.values()
    assert danger.linked == soft.id
    assert soft.linked is None
    assert work.settled[an_address(1)].facts.linked_case == soft.id


async def test_a_hole_between_messages_is_a_gap() -> None:
    batch = a_batch([a_received(offset=0), a_received(offset=2)])

    with pytest.raises(GapFoundError) as caught:
        await enforced([batch])

    assert (caught.value.first, caught.value.end) == (1, 2)


async def test_a_batch_that_is_decided_already_is_passed_over_without_a_salt() -> None:
    work, policy = FakeWork(), a_policy()
    batch = a_batch([an_event()])
    await enforce(batch, work=work, policy=policy, salts=CountingSalts())

    def no_salt() -> bytes:
        raise AssertionError("nothing is to be sealed")

    settled = await enforce(batch, work=work, policy=policy, salts=no_salt)

    assert list(settled) == []
