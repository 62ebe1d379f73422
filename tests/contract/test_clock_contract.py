"""What any store of clocks promises: held against the fake and against PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import orjson
import psycopg
import pytest

from handlers.clock_keeping import DueClocks, keep_round
from handlers.decisions.clock_records import round_again
from handlers.decisions.clocks import fire, pause, resume, stop
from handlers.ledger import GENESIS
from infra.store.clocks import PostgresClocks, keep, of_subject
from infra.store.engine import make_engine
from schemas.act import SubjectId
from schemas.clock import Clock, ClockKind
from schemas.errors import TemporarilyUnavailableError
from schemas.values import replace
from schemas.words import Words
from streams.topics import topic_of
from tests.support.builders import CountingSalts
from tests.support.calendars import CALENDAR, continuous
from tests.support.clocks import LADDER, a_bare_clock, a_clock, a_deadline
from tests.support.fake_clocks import FakeClocks

MINUTE: Final = timedelta(minutes=1)
TITLES: Final = {ClockKind.DISPOSAL: Words("处置时限", "Disposal")}
PLATFORM: Final = a_deadline(continuous(2), warn_before=(continuous(1),))


class Store(Protocol):
    """A store of clocks, with hands to put some in and eyes to look at what was committed."""

    @property
    def clocks(self) -> DueClocks: ...

    def now(self) -> datetime: ...

    async def keep(self, *clocks: Clock) -> None: ...

    async def of_subject(self, subject: str) -> tuple[Clock, ...]: ...

    async def told(self) -> list[tuple[str, str]]:
        """Which firings were told, and of which kind, sorted."""
        ...

    async def pages(self) -> list[tuple[str, str]]:
        """Key and letter id, in the order of leaving."""
        ...

    async def lines(self) -> list[tuple[int, int, str, str]]:
        """Shard, number, previous and hash, in order."""
        ...

    async def records(self) -> list[tuple[bytes, bytes]]:
        """Facts and decision of each round, in order."""
        ...


@dataclass
class InMemory:
    clocks: FakeClocks

    def now(self) -> datetime:
        return self.clocks.now

    async def keep(self, *clocks: Clock) -> None:
        self.clocks.keep(clocks)

    async def of_subject(self, subject: str) -> tuple[Clock, ...]:
        return self.clocks.of_subject(SubjectId(subject))

    async def told(self) -> list[tuple[str, str]]:
        return sorted((id_, told.firing.kind.value) for id_, told in self.clocks.told.items())

    async def pages(self) -> list[tuple[str, str]]:
        return [(page.subject, page.id) for page in self.clocks.pages]

    async def lines(self) -> list[tuple[int, int, str, str]]:
        lines = [kept.line for kept in self.clocks.rounds]
        return [(each.address.partition, each.number, each.previous, each.hash) for each in lines]

    async def records(self) -> list[tuple[bytes, bytes]]:
        return [(kept.facts_bytes, kept.decision_bytes) for kept in self.clocks.rounds]


@dataclass
class OnPostgres:
    clocks: PostgresClocks
    dsn: str

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def keep(self, *clocks: Clock) -> None:
        async with await psycopg.AsyncConnection.connect(self.dsn) as driver:
            await keep(driver, clocks)

    async def of_subject(self, subject: str) -> tuple[Clock, ...]:
        async with await psycopg.AsyncConnection.connect(self.dsn) as driver:
            return await of_subject(driver, SubjectId(subject))

    async def told(self) -> list[tuple[str, str]]:
        return await self._all(
            "SELECT concat_ws('/', subject, kind, number, index), firing FROM clock_firings"
            " ORDER BY 1"
        )

    async def pages(self) -> list[tuple[str, str]]:
        return await self._all(
            "SELECT key, letter_id FROM outbox WHERE topic = 'pages' ORDER BY id"
        )

    async def lines(self) -> list[tuple[int, int, str, str]]:
        return await self._all(
            "SELECT shard, number, encode(previous, 'hex'), encode(hash, 'hex')"
            " FROM clock_rounds ORDER BY shard, number"
        )

    async def records(self) -> list[tuple[bytes, bytes]]:
        return await self._all("SELECT facts, decision FROM clock_rounds ORDER BY shard, number")

    async def _all(self, query: str) -> list:
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            return await (await connection.execute(query)).fetchall()


@pytest.fixture(params=["fake", pytest.param("postgres", marks=pytest.mark.database)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "fake":
        yield InMemory(FakeClocks(now=datetime.now(UTC)))
        return
    dsn = request.getfixturevalue("database")
    engine = make_engine(dsn, application="contract")
    yield OnPostgres(PostgresClocks(engine, topic_of=topic_of), dsn)
    await engine.dispose()


async def round_of(store: Store, at_most: int = 100) -> int:
    return await keep_round(
        clocks=store.clocks, titles=TITLES, salts=CountingSalts(), at_most=at_most
    )


def overdue(store: Store, subject: str = "c-1", by: timedelta = MINUTE) -> Clock:
    return a_bare_clock(subject, due_at=store.now() - by)


async def test_a_clock_is_kept_exactly_as_it_is(store: Store) -> None:
    running = a_clock(PLATFORM, at=store.now())
    paused = pause(
        replace(running, kind=ClockKind.DISPOSAL, number=2),
        store.now() + MINUTE,
        reason="等材料 🚧",
        deadline=PLATFORM,
        calendar=CALENDAR,
    )
    ended = stop(running, store.now() + MINUTE, "cleared")

    await store.keep(paused, ended)

    assert await store.of_subject(running.subject) == (ended, paused)


async def test_nobody_knows_a_subject_without_clocks(store: Store) -> None:
    assert await store.of_subject("nobody") == ()


async def test_where_nothing_is_due_nothing_is_told(store: Store) -> None:
    await store.keep(a_bare_clock(due_at=store.now() + timedelta(hours=1)))

    assert await round_of(store) == 0
    assert (await store.told(), await store.lines()) == ([], [])


async def test_what_is_due_is_told_once_with_a_page_and_a_line(store: Store) -> None:
    await store.keep(overdue(store))

    told = [await round_of(store), await round_of(store)]

    assert told == [1, 0]
    assert await store.told() == [("c-1/disposal/1/0", "breach")]
    assert await store.pages() == [("c-1", "c-1/disposal/1/0")]
    assert [(shard, number) for shard, number, *_ in await store.lines()] == [(0, 0)]


async def test_a_clock_that_slept_long_says_all_that_came_meanwhile(store: Store) -> None:
    clock = a_bare_clock(
        "c-1", due_at=store.now() - 30 * MINUTE, above=(10 * MINUTE, timedelta(hours=1))
    )
    await store.keep(clock)

    assert await round_of(store) == 2

    (after,) = await store.of_subject("c-1")
    assert await store.told() == [
        ("c-1/disposal/1/0", "breach"),
        ("c-1/disposal/1/1", "escalate"),
    ]
    assert after == replace(clock, fired=2)


async def test_the_most_overdue_are_told_first(store: Store) -> None:
    await store.keep(*(overdue(store, f"c-{by}", by * MINUTE) for by in (1, 5, 3)))

    assert [await round_of(store, at_most=1) for _ in range(4)] == [1, 1, 1, 0]

    assert [key for key, _ in await store.pages()] == ["c-5", "c-3", "c-1"]


async def test_lines_hang_on_each_other(store: Store) -> None:
    await store.keep(*(overdue(store, f"c-{number}") for number in range(3)))
    for _ in range(3):
        await round_of(store, at_most=1)

    lines = await store.lines()

    assert [(number, previous) for _, number, previous, _ in lines] == [
        (0, GENESIS),
        (1, lines[0][3]),
        (2, lines[1][3]),
    ]


async def test_a_clock_that_one_has_claimed_is_passed_over_by_the_others(store: Store) -> None:
    await store.keep(*(overdue(store, f"c-{number}", (9 - number) * MINUTE) for number in range(4)))

    async with store.clocks.claim(at_most=2) as one, store.clocks.claim(at_most=3) as other:
        assert one is not None
        assert other is not None
        claimed = [[clock.subject for clock in each.clocks] for each in (one, other)]
        shards = {one.head.shard, other.head.shard}

    assert claimed == [["c-0", "c-1"], ["c-2", "c-3"]]
    assert len(shards) == 2


async def test_two_keepers_at_once_tell_everything_once(store: Store) -> None:
    await store.keep(*(overdue(store, f"c-{number:03}") for number in range(60)))

    async def keeper() -> int:
        told = 0
        while more := await round_of(store, at_most=7):
            told += more
            await asyncio.sleep(0)
        return told

    shares = await asyncio.gather(keeper(), keeper())

    assert sum(shares) == 60
    assert await store.told() == [(f"c-{number:03}/disposal/1/0", "breach") for number in range(60)]
    assert len(await store.pages()) == 60


async def test_a_round_that_fails_leaves_no_trace_and_is_made_up_for(store: Store) -> None:
    await store.keep(overdue(store))

    async def die_after_the_claim() -> None:
        async with store.clocks.claim(at_most=10):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await die_after_the_claim()
    before = await store.told()

    assert (before, await round_of(store)) == ([], 1)
    assert [(shard, number) for shard, number, *_ in await store.lines()] == [(0, 0)]


async def test_a_stopped_clock_never_fires(store: Store) -> None:
    clock = overdue(store)
    await store.keep(clock)
    await store.keep(stop(clock, store.now(), "cleared"))

    assert await round_of(store) == 0
    assert await store.told() == []


async def test_a_paused_clock_fires_only_when_it_runs_again_and_is_over(store: Store) -> None:
    clock = a_clock(PLATFORM, at=store.now() - timedelta(minutes=90))
    clock = pause(
        clock, store.now() - 80 * MINUTE, reason="x", deadline=PLATFORM, calendar=CALENDAR
    )
    await store.keep(clock)
    while_paused = await round_of(store)
    clock = resume(
        clock,
        store.now() - 70 * MINUTE,
        deadline=PLATFORM,
        ladder=LADDER,
        calendar=CALENDAR,
    )
    await store.keep(clock)

    assert (while_paused, await round_of(store)) == (0, 1)
    assert await store.told() == [(f"{clock.id}/0", "warn")]


async def test_a_resumed_clock_tells_the_rest_of_its_plan(store: Store) -> None:
    start_at = store.now() - timedelta(hours=3)
    clock, _ = fire(a_clock(PLATFORM, at=start_at), start_at + 61 * MINUTE)
    clock = pause(clock, start_at + 90 * MINUTE, reason="x", deadline=PLATFORM, calendar=CALENDAR)
    clock = resume(
        clock, start_at + 100 * MINUTE, deadline=PLATFORM, ladder=LADDER, calendar=CALENDAR
    )
    await store.keep(clock)

    await round_of(store)

    assert await store.told() == [
        (f"{clock.id}/1", "breach"),
        (f"{clock.id}/2", "escalate"),
    ]


async def test_a_new_clock_of_a_kind_takes_the_place_of_the_one_that_ended(store: Store) -> None:
    first = a_clock(PLATFORM, at=store.now())
    await store.keep(first)
    second = a_clock(PLATFORM, number=2, at=store.now())

    await store.keep(second, stop(first, store.now(), "sent back"))

    assert [clock.is_open for clock in await store.of_subject(first.subject)] == [False, True]


async def test_a_clock_that_fired_meanwhile_is_not_written_over(store: Store) -> None:
    stale = overdue(store)
    await store.keep(stale)
    await round_of(store)

    with pytest.raises(TemporarilyUnavailableError, match="read it again"):
        await store.keep(stop(stale, store.now(), "cleared"))

    (clock,) = await store.of_subject("c-1")
    assert (clock.is_open, clock.fired) == (True, 1)


async def test_nothing_kept_is_nothing_changed(store: Store) -> None:
    await store.keep()

    assert await round_of(store) == 0


async def test_a_round_decides_the_same_from_what_it_laid_down(store: Store) -> None:
    await store.keep(*(overdue(store, f"c-{number}") for number in range(3)))
    await round_of(store)

    ((facts, decision),) = await store.records()

    assert round_again(facts) == decision
    assert len(orjson.loads(decision)["told"]) == 3
