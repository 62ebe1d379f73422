"""What any unit of work promises: held against the fake and against PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import psycopg
import pytest

from handlers.decisions.decision import Outcome
from handlers.decisions.facts import Claim, Undecodable
from handlers.decisions.letters import Letter
from handlers.decisions.policy import Policy
from handlers.enforce import enforce
from handlers.ports import Batch, GapFoundError, Head, Shard, Void, Work
from infra.store.engine import make_engine
from infra.store.posting import letter_key
from infra.store.work import PostgresWork
from schemas.camera import ZoneKind
from schemas.clock import ClockKind
from schemas.disposition import DeadLetter
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Address, CaseId, EventId, Partition
from schemas.lane import Lane
from schemas.signal import SignalKind
from schemas.values import replace
from schemas.workfile import ENDED, CaseState, Queue, Route, Site, WorkFile
from tests.support.builders import (
    BLOCKED_EXIT,
    CAMERA,
    NEW_HEAD,
    NOON,
    CountingSalts,
    a_batch,
    a_claim,
    a_place,
    a_policy,
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

GENERAL = a_shard()
OTHER = a_shard(partition=1)
MINUTE = timedelta(minutes=1)


class Store(Protocol):
    """A unit of work, with eyes to look at what was committed."""

    @property
    def work(self) -> Work: ...

    async def outcomes(self) -> dict[Address, str]: ...

    async def letters(self) -> list[tuple[str, str]]:
        """Key and letter id, in the order of leaving."""
        ...

    async def voids(self) -> list[tuple[int, int, str]]: ...

    async def clocks(self) -> list[tuple[str, str, int]]:
        """Subject, kind and number."""
        ...

    async def signals(self) -> list[tuple]:
        """Camera, kind, from, until, text and frames, by beginning."""
        ...

    async def act(self, case: CaseId, state: CaseState) -> None:
        """What people do elsewhere: the case comes into a state, by one act more."""
        ...


@dataclass
class InMemory:
    work: FakeWork

    async def outcomes(self) -> dict[Address, str]:
        return {address: each.decision.outcome for address, each in self.work.settled.items()}

    async def letters(self) -> list[tuple[str, str]]:
        return [(letter_key(letter), letter.id) for letter in self.work.letters]

    async def voids(self) -> list[tuple[int, int, str]]:
        return [(v.first, v.end, v.reason) for kept in self.work.voids.values() for v in kept]

    async def clocks(self) -> list[tuple[str, str, int]]:
        return [(clock.subject, clock.kind, clock.number) for clock in self.work.clocks]

    async def signals(self) -> list[tuple]:
        rows = [
            (s.camera, s.kind, s.from_at, s.until_at, s.text, s.frames) for s in self.work.signals
        ]
        return sorted(rows, key=lambda row: row[2])

    async def act(self, case: CaseId, state: CaseState) -> None:
        was = self.work.cases[case]
        self.work.cases[case] = replace(
            was, state=state, version=was.version + 1, acts=was.acts + 1
        )


@dataclass
class OnPostgres:
    work: PostgresWork
    dsn: str

    async def outcomes(self) -> dict[Address, str]:
        rows = await self._all('SELECT topic_id, partition, "offset", outcome FROM outcomes')
        return {Address(topic, partition, at): outcome for topic, partition, at, outcome in rows}

    async def letters(self) -> list[tuple[str, str]]:
        return await self._all("SELECT key, letter_id FROM outbox ORDER BY id")

    async def voids(self) -> list[tuple[int, int, str]]:
        return await self._all('SELECT first, "end", reason FROM voids ORDER BY first')

    async def clocks(self) -> list[tuple[str, str, int]]:
        return await self._all("SELECT subject, kind, number FROM clocks ORDER BY started_at")

    async def signals(self) -> list[tuple]:
        return await self._all(
            "SELECT camera, kind, from_at, until_at, text, frames FROM camera_signals"
            " ORDER BY from_at"
        )

    async def act(self, case: CaseId, state: CaseState) -> None:
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            await connection.execute(
                "UPDATE work_files SET state = %s, version = version + 1, acts = acts + 1"
                " WHERE case_id = %s",
                (state.value, case),
            )

    async def _all(self, query: str) -> list:
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            return await (await connection.execute(query)).fetchall()


def topic_of(letter: Letter) -> str:
    return "dead-letters" if isinstance(letter, DeadLetter) else "disposition"


@pytest.fixture(params=["fake", pytest.param("postgres", marks=pytest.mark.database)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "fake":
        yield InMemory(FakeWork())
        return
    dsn = request.getfixturevalue("database")
    engine = make_engine(dsn, application="contract")
    yield OnPostgres(PostgresWork(engine, topic_of=topic_of), dsn)
    await engine.dispose()


async def settle(store: Store, batch: Batch) -> list[Outcome]:
    settled = await enforce(batch, work=store.work, policy=a_policy(), salts=CountingSalts())
    return [each.decision.outcome for each in settled]


async def test_a_shard_never_met_starts_at_offset_0(store: Store) -> None:
    async with store.work.begin(GENERAL) as transaction:
        head = transaction.head

    assert head == NEW_HEAD


async def test_the_head_moves_with_the_batch_and_its_chain_goes_on(store: Store) -> None:
    first = await enforce(
        a_batch([an_event(id="a"), an_event(id="b")]),
        work=store.work,
        policy=a_policy(),
        salts=CountingSalts(),
    )

    async with store.work.begin(GENERAL) as transaction:
        head = transaction.head

    assert head == Head(next=2, chain=first[-1].line.hash, lines=2)


async def test_each_shard_has_its_own_head(store: Store) -> None:
    await settle(store, a_batch([an_event()]))

    async with store.work.begin(OTHER) as transaction:
        head = transaction.head

    assert head == NEW_HEAD


async def test_a_block_that_fails_leaves_no_trace(store: Store) -> None:
    async def fail_after_a_claim() -> None:
        async with store.work.begin(GENERAL) as transaction:
            await transaction.claim([a_claim()])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_a_claim()

    async with store.work.begin(GENERAL) as transaction:
        holders = await transaction.claim([a_claim(offset=7)])
        head = transaction.head

    assert head == NEW_HEAD
    assert holders[a_claim().event_id].first == an_address(7)


async def test_a_claim_that_nobody_made_before_is_mine(store: Store) -> None:
    claims = [a_claim("e-1", offset=0), a_claim("e-2", offset=1)]

    async with store.work.begin(GENERAL) as transaction:
        holders = await transaction.claim(claims)

    assert holders == {claim.event_id: claim for claim in claims}


async def test_a_claim_made_before_keeps_its_address_and_digest(store: Store) -> None:
    first = a_claim("e-1", offset=0, said="first")
    async with store.work.begin(GENERAL) as transaction:
        await transaction.claim([first])

    async with store.work.begin(OTHER) as transaction:
        later = Claim(event_id=first.event_id, first=Address("topic-one", 1, 0), input=first.input)
        fresh = Claim(
            event_id=EventId("/x", "e-9"), first=Address("topic-one", 1, 1), input=first.input
        )
        holders = await transaction.claim([later, fresh])

    assert holders == {first.event_id: first, fresh.event_id: fresh}


async def test_the_same_id_of_another_source_is_another_event(store: Store) -> None:
    first = a_claim("e-1", offset=0)
    other = Claim(event_id=EventId("/other", "e-1"), first=an_address(1), input=first.input)

    async with store.work.begin(GENERAL) as transaction:
        holders = await transaction.claim([first, other])

    assert holders == {first.event_id: first, other.event_id: other}


async def test_nothing_claimed_is_nothing_answered(store: Store) -> None:
    async with store.work.begin(GENERAL) as transaction:
        holders = await transaction.claim([])
        cases = await transaction.open_cases([])

    assert (holders, cases) == ({}, {})


async def test_a_claim_waits_for_another_transaction_that_claims_the_same(store: Store) -> None:
    claimed, release = asyncio.Event(), asyncio.Event()
    mine = Claim(
        event_id=a_claim().event_id, first=Address("topic-one", 1, 0), input=a_claim().input
    )

    async def first() -> None:
        async with store.work.begin(GENERAL) as transaction:
            await transaction.claim([a_claim()])
            claimed.set()
            await release.wait()

    async def second() -> Claim:
        await claimed.wait()
        async with store.work.begin(OTHER) as transaction:
            return (await transaction.claim([mine]))[mine.event_id]

    one, two = asyncio.create_task(first()), asyncio.create_task(second())
    await claimed.wait()
    done, _ = await asyncio.wait([two], timeout=0.05)
    assert not done
    release.set()
    await one

    assert await two == a_claim()


async def test_a_shard_is_held_by_one_transaction_at_a_time(store: Store) -> None:
    order: list[str] = []

    async def hold(name: str, seconds: float) -> None:
        async with store.work.begin(GENERAL):
            order.append(f"{name} in")
            await asyncio.sleep(seconds)
            order.append(f"{name} out")

    await asyncio.gather(hold("a", 0.02), hold("b", 0))

    assert [name[0] for name in order] in (["a", "a", "b", "b"], ["b", "b", "a", "a"])


async def test_an_open_case_is_found_again_exactly_as_it_was(store: Store) -> None:
    place = a_place(address="解放路 1 号 🚧", longitude=114.3055, latitude=30.592812)
    settled = await enforce(
        a_batch([an_event(an_observation(place=place))]),
        work=store.work,
        policy=a_policy(),
        salts=CountingSalts(),
    )
    case = settled[0].decision.case
    assert case is not None
    assert case.site is not None

    async with store.work.begin(GENERAL) as transaction:
        found = await transaction.open_cases({case.site, Site("place:other", *_rest(case.site))})

    assert found == {case.site: case}


def _rest(site: Site) -> tuple:
    return site.matter, site.queue


async def test_a_later_batch_extends_the_open_case(store: Store) -> None:
    await settle(store, a_batch([an_event(id="a")]))

    outcomes = await settle(store, a_batch([an_event(id="b"), an_event(id="c")], first=1))

    assert outcomes == [Outcome.EXTENDED, Outcome.EXTENDED]


async def test_a_case_opened_from_another_partition_is_extended_too(store: Store) -> None:
    await settle(store, a_batch([an_event(id="a")]))

    outcomes = await settle(store, a_batch([an_event(id="b")], shard=OTHER))

    assert outcomes == [Outcome.EXTENDED]


async def test_two_partitions_that_open_the_same_site_at_once_make_one_case(store: Store) -> None:
    batches = [a_batch([an_event(id=f"e{n}")], shard=a_shard(partition=n)) for n in range(4)]

    outcomes = await asyncio.gather(*(_retried(store, batch) for batch in batches))

    assert sorted(outcomes) == [Outcome.EXTENDED] * 3 + [Outcome.OPENED]


async def _retried(store: Store, batch: Batch) -> Outcome:
    for _ in range(10):
        try:
            return (await settle(store, batch))[0]
        except TemporarilyUnavailableError:
            continue
    raise AssertionError("never went through")


async def opened(store: Store, policy: Policy | None = None) -> WorkFile:
    """The first case: a stall."""
    settled = await enforce(
        a_batch([an_event(id="a")]),
        work=store.work,
        policy=policy or a_policy(),
        salts=CountingSalts(),
    )
    case = settled[0].decision.case
    assert case is not None
    return case


async def case_after(store: Store, batch: Batch) -> WorkFile | None:
    settled = await enforce(batch, work=store.work, policy=a_policy(), salts=CountingSalts())
    return settled[-1].decision.case


@pytest.mark.parametrize("state", sorted(set(CaseState) - ENDED))
async def test_a_case_that_people_have_in_hand_is_extended(store: Store, state: CaseState) -> None:
    case = await opened(store)
    await store.act(case.id, state)

    extended = await case_after(store, a_batch([an_event(id="b")], first=1))

    assert extended == replace(case, state=state, version=3, sightings=2, acts=1)


@pytest.mark.parametrize("state", sorted(ENDED))
async def test_where_a_case_has_ended_a_new_one_begins(store: Store, state: CaseState) -> None:
    case = await opened(store)
    await store.act(case.id, state)

    outcomes = await settle(store, a_batch([an_event(id="b"), an_event(id="c")], first=1))

    assert outcomes == [Outcome.OPENED, Outcome.EXTENDED]


async def test_an_extension_is_kept_and_leaves_to_people_what_is_theirs(store: Store) -> None:
    case = await opened(store)
    assert case.site is not None
    await store.act(case.id, CaseState.HANDLING)
    await settle(store, a_batch([an_event(id="b")], first=1))

    async with store.work.begin(GENERAL) as transaction:
        found = await transaction.open_cases([case.site])

    assert found[case.site] == replace(
        case, state=CaseState.HANDLING, version=3, sightings=2, acts=1
    )


@pytest.mark.parametrize("first", [0, 1])
async def test_a_danger_names_the_soft_case_that_it_is_lifted_out_of(
    store: Store, first: int
) -> None:
    lifted = an_event(an_observation(zone_kind=ZoneKind.FIRE_LANE), id="b")
    events = [an_event(id="a"), lifted]
    soft = (await opened(store)) if first else None

    danger = await case_after(store, a_batch(events[first:], first=first))

    assert danger is not None
    assert (danger.route, danger.queue) == (Route.ZERO_TOLERANCE, Queue.ZERO_TOLERANCE)
    assert danger.linked is not None
    assert soft is None or danger.linked == soft.id
    assert danger.site is not None
    async with store.work.begin(GENERAL) as transaction:
        kept = await transaction.open_cases([danger.site])
    assert kept[danger.site] == danger


async def test_a_soft_case_that_has_ended_is_not_what_a_danger_is_lifted_out_of(
    store: Store,
) -> None:
    soft = await opened(store)
    await store.act(soft.id, CaseState.CLOSED)
    on_a_fire_lane = an_event(an_observation(zone_kind=ZoneKind.FIRE_LANE), id="b")

    danger = await case_after(store, a_batch([on_a_fire_lane], first=1))

    assert danger is not None
    assert danger.linked is None


async def test_clocks_that_begin_with_a_case_are_kept_with_it(store: Store) -> None:
    policy = with_clocks()
    exit_blocked = an_event(an_observation(matter=BLOCKED_EXIT), id="b")
    batch = a_batch([an_event(id="a"), exit_blocked, an_event(id="c")])

    settled = await enforce(batch, work=store.work, policy=policy, salts=CountingSalts())

    stall, danger, again = (each.decision.case for each in settled)
    assert stall is not None
    assert danger is not None
    assert again is not None
    assert again.id == stall.id
    assert await store.clocks() == [(stall.id, "take", 1), (danger.id, "danger", 1)]


async def test_a_danger_is_paged_at_once(store: Store) -> None:
    exit_blocked = an_event(an_observation(matter=BLOCKED_EXIT), id="a")

    settled = await enforce(
        a_batch([exit_blocked]), work=store.work, policy=with_clocks(), salts=CountingSalts()
    )

    case = settled[0].decision.case
    assert case is not None
    assert await store.letters() == [
        (case.id, f"{case.id}/1"),
        (case.id, f"{case.id}/danger/1/begun"),
    ]


def with_clocks() -> Policy:
    kinds = (ClockKind.TAKE, ClockKind.DANGER)
    return replace(
        a_policy(),
        deadlines={kind: a_deadline(kind=kind) for kind in kinds},
        ladders={LADDER.id: LADDER},
    )


async def test_triaged_sightings_stand_alone(store: Store) -> None:
    unknown = an_event(a_report(matter=None), id="a")

    outcomes = await settle(store, a_batch([unknown, an_event(a_report(matter=None), id="b")]))

    assert outcomes == [Outcome.TRIAGE, Outcome.TRIAGE]
    assert len({key for key, _ in await store.letters()}) == 2


async def test_letters_leave_in_the_order_of_the_case(store: Store) -> None:
    await settle(store, a_batch([an_event(id="a"), Undecodable(reason="no JSON")]))
    await settle(store, a_batch([an_event(id="b"), an_event(id="c")], first=2))

    letters = await store.letters()

    case_key = letters[0][0]
    assert letters == [
        (case_key, f"{case_key}/1"),
        (str(an_address(1)), str(an_address(1))),
        (case_key, f"{case_key}/2"),
        (case_key, f"{case_key}/3"),
    ]


async def test_every_kind_of_message_has_its_one_outcome(store: Store) -> None:
    said = an_event(id="a")
    contents: Sequence = [
        said,
        an_event(an_observation(seen=NOTHING), id="brief"),
        an_event(an_observation(matter=BLOCKED_EXIT), id="exit"),
        an_event(a_signal(), id="blind"),
        Undecodable(reason="bytes \x00 that are no text: \ufffd"),
        a_received(said, offset=5),
        a_received(an_event(a_report(), id="a"), offset=6),
    ]

    await settle(store, a_batch(contents))

    assert list((await store.outcomes()).items()) == [
        (an_address(0), "opened"),
        (an_address(1), "dismissed"),
        (an_address(2), "opened"),
        (an_address(3), "signal-recorded"),
        (an_address(4), "parked"),
        (an_address(5), "repeat-of"),
        (an_address(6), "id-conflict"),
    ]


async def test_a_signal_is_kept_with_its_stretch(store: Store) -> None:
    blind, looked = a_signal(), a_signal(kind=SignalKind.LOOKED, at=NOON + MINUTE, frames=300)

    await settle(store, a_batch([an_event(blind, id="blind"), an_event(looked, id="looked")]))

    assert await store.signals() == [
        (CAMERA, "blind", NOON - MINUTE, NOON, "dark", None),
        (CAMERA, "looked", NOON, NOON + MINUTE, "dark", 300),
    ]


async def test_a_signal_said_again_is_kept_once(store: Store) -> None:
    blind = an_event(a_signal(), id="blind")
    await settle(store, a_batch([blind, a_received(blind, offset=1)]))

    await settle(store, a_batch([a_received(blind, offset=2)], first=2))
    await settle(store, a_batch([blind], shard=OTHER))

    assert len(await store.signals()) == 1


async def test_a_signal_whose_transaction_fails_is_not_kept(store: Store) -> None:
    async def fail_after_the_record() -> None:
        async with store.work.begin(GENERAL) as transaction:
            await transaction.record(settled, voids=[], head=NEW_HEAD)
            raise ZeroDivisionError

    batch = a_batch([an_event(a_signal(), id="blind")])
    settled = await enforce(batch, work=FakeWork(), policy=a_policy(), salts=CountingSalts())

    with pytest.raises(ZeroDivisionError):
        await fail_after_the_record()

    assert await store.signals() == []


async def test_the_same_batch_again_changes_nothing(store: Store) -> None:
    batch = a_batch([an_event(id="a"), an_event(id="b")])
    await settle(store, batch)
    before = (await store.outcomes(), await store.letters())

    again = await settle(store, batch)

    assert again == []
    assert (await store.outcomes(), await store.letters()) == before


async def test_a_gap_leaves_no_trace(store: Store) -> None:
    with pytest.raises(GapFoundError) as caught:
        await settle(store, a_batch([an_event()], first=3))

    assert (caught.value.first, caught.value.end) == (0, 3)
    assert await store.outcomes() == {}


async def test_voids_are_kept_with_their_reason_and_move_the_head(store: Store) -> None:
    batch = a_batch([an_event()], first=3, voids=[Void(first=0, end=3, reason="retention")])
    await settle(store, batch)

    async with store.work.begin(GENERAL) as transaction:
        head = transaction.head

    assert head.next == 4
    assert await store.voids() == [(0, 3, "retention")]


async def test_a_batch_of_voids_only_moves_the_head(store: Store) -> None:
    await settle(store, a_batch([], voids=[Void(first=0, end=9, reason="control records")]))

    async with store.work.begin(GENERAL) as transaction:
        head = transaction.head

    assert head == Head(next=9, chain=NEW_HEAD.chain, lines=0)


async def test_an_event_id_is_known_in_every_lane(store: Store) -> None:
    safety = Shard(log=Partition("topic-two", 0), topic="events.safety", lane=Lane.SAFETY)
    await settle(store, a_batch([a_received(an_event(id="a"), log=safety.log)], shard=safety))

    outcomes = await settle(store, a_batch([an_event(id="a")]))

    assert outcomes == [Outcome.REPEAT_OF]


async def test_transactions_of_many_shards_at_once_all_go_through(store: Store) -> None:
    def of(partition: int) -> Batch:
        shard = a_shard(partition=partition)
        events = [
            an_event(an_observation(place=a_place(f"p{n % 7}")), id=f"{partition}-{n}")
            for n in range(20)
        ]
        return a_batch(events, shard=shard)

    await asyncio.gather(*(_retried(store, of(partition)) for partition in range(4)))

    outcomes = await store.outcomes()
    assert len(outcomes) == 80
    assert sum(outcome == "opened" for outcome in outcomes.values()) == 7


NOTHING = an_observation().dwell.at_least * 0
