"""Clocks on a real PostgreSQL: killed keepers, what the database refuses, and the auditor."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import errors
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.clock_keeping import keep_round
from handlers.decisions.clocks import stop
from infra.keeping import KEEPER, Keeper
from infra.store.clock_tables import ONE_OPEN_CLOCK, clock_firings, clock_rounds, clocks, heartbeats
from infra.store.clock_watch import ClockWatch, Finding, Trouble
from infra.store.clocks import PostgresClocks, keep, of_subject
from infra.store.engine import database_url, make_engine
from schemas.clock import Clock
from schemas.values import replace
from streams.topics import topic_of
from tests.support.builders import CountingSalts
from tests.support.clocks import a_bare_clock
from tests.support.fake_clocks import FakeClocks

pytestmark = pytest.mark.database

HOUSE: Final = Path(__file__).parents[3]
MINUTE: Final = timedelta(minutes=1)
OURS: Final = {table.name for table in (clocks, clock_firings, clock_rounds, heartbeats)}


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database, application="test")
    yield engine
    await engine.dispose()


@pytest.fixture
def store(engine: AsyncEngine) -> PostgresClocks:
    return PostgresClocks(engine, topic_of=topic_of)


def overdue(subject: str = "c-1", by: timedelta = MINUTE) -> Clock:
    return a_bare_clock(subject, due_at=datetime.now(UTC) - by)


async def put(dsn: str, *kept: Clock) -> None:
    async with await psycopg.AsyncConnection.connect(dsn) as driver:
        await keep(driver, kept)


async def fire_all(store: PostgresClocks) -> int:
    return await keep_round(clocks=store, titles={}, salts=CountingSalts())


def rows(dsn: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


async def audit(engine: AsyncEngine) -> Sequence[Finding]:
    async with engine.connect() as connection:
        return await ClockWatch(connection).audit(KEEPER, grace=timedelta(seconds=30))


async def troubles(engine: AsyncEngine) -> list[tuple[str, str]]:
    return [(each.trouble.value, each.where) for each in await audit(engine)]


@contextmanager
def keeper(dsn: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Started, and past the line that it says when it is ready."""
    command = [sys.executable, "-m", "tests.support.keeper_process", dsn, *words]
    process = subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def wait_until(is_so: Callable[[], bool], within_s: float = 20.0) -> None:
    until = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < until, "not so within the time"
        time.sleep(0.02)


def test_the_migration_makes_the_tables_that_the_code_knows(database: str) -> None:
    engine = create_engine(database_url(database))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = [
            each
            for each in compare_metadata(context, clocks.metadata)
            if any(f"'{name}'" in repr(each) for name in OURS)
        ]
    engine.dispose()

    assert differences == []


async def test_the_database_refuses_a_second_open_clock_of_a_kind(database: str) -> None:
    await put(database, overdue())

    with pytest.raises(errors.UniqueViolation) as caught:
        await put(database, replace(overdue(), number=2))

    assert caught.value.diag.constraint_name == ONE_OPEN_CLOCK


async def test_the_database_refuses_a_firing_that_was_told(
    database: str, store: PostgresClocks
) -> None:
    await put(database, overdue())
    await fire_all(store)
    rows(database, "UPDATE clocks SET fired = 0, next_at = now() - interval '1 minute'")

    with pytest.raises(errors.UniqueViolation):
        await fire_all(store)

    assert len(rows(database, "SELECT 1 FROM clock_firings")) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("state = 'asleep'", id="a state that nobody knows"),
        pytest.param("fired = 2", id="more told than planned"),
        pytest.param("next_at = NULL", id="a clock that runs and would never fire"),
        pytest.param("state = 'stopped', ended_at = now()", id="an ended one that would fire"),
        pytest.param("left_min = 3", id="something left of a clock that runs"),
    ],
)
async def test_the_database_refuses_a_clock_that_contradicts_itself(
    database: str, change: str
) -> None:
    await put(database, overdue())

    with pytest.raises(errors.CheckViolation):
        rows(database, f"UPDATE clocks SET {change}")


async def test_a_keeper_killed_between_claim_and_commit_has_told_nothing(
    database: str, store: PostgresClocks
) -> None:
    await put(database, *(overdue(f"c-{number}") for number in range(3)))
    with keeper(database, "10", "claim"):
        passed_over = await fire_all(store)
    before = rows(database, "SELECT 1 FROM clock_firings")

    wait_until(lambda: _unlocked(database) == 3)
    later = await fire_all(store)

    assert (passed_over, before, later) == (0, [], 3)
    assert rows(database, "SELECT subject FROM clock_firings ORDER BY 1") == [
        ("c-0",),
        ("c-1",),
        ("c-2",),
    ]


def _unlocked(dsn: str) -> int:
    return len(rows(dsn, "SELECT 1 FROM clocks FOR UPDATE SKIP LOCKED"))


async def test_of_two_keepers_one_is_killed_and_still_everything_is_told_once(
    database: str,
) -> None:
    await put(database, *(overdue(f"c-{number:04}") for number in range(1500)))

    def told() -> int:
        return int(rows(database, "SELECT count(*) FROM clock_firings")[0][0])

    with keeper(database, "20") as one, keeper(database, "20") as other:
        wait_until(lambda: told() > 100)
        one.kill()
        wait_until(lambda: told() == 1500)
        other.terminate()
        ended = other.wait(timeout=10)

    assert ended == 0
    assert rows(database, "SELECT count(*), count(DISTINCT letter_id) FROM outbox") == [
        (1500, 1500)
    ]
    assert rows(database, "SELECT sum(firings) FROM clock_rounds") == [(1500,)]
    engine = make_engine(database, application="test")
    assert await troubles(engine) == []
    await engine.dispose()


async def test_a_keeper_beats_while_nothing_is_due(
    database: str, store: PostgresClocks, engine: AsyncEngine
) -> None:
    halt = asyncio.Event()
    loop = Keeper(clocks=store, titles={}, salts=CountingSalts(), said="host-1")
    running = asyncio.create_task(loop.run(halt))
    await asyncio.sleep(0.3)
    halt.set()
    await running

    ((name, said),) = rows(database, "SELECT name, said FROM heartbeats")
    assert (name, said) == (KEEPER, "host-1")
    assert await troubles(engine) == []


async def test_an_auditor_finds_what_should_have_fired_and_did_not(
    database: str, store: PostgresClocks, engine: AsyncEngine
) -> None:
    await store.beat(KEEPER, "host-1")
    await put(database, overdue("c-late"), overdue("c-just-now", timedelta(seconds=5)))
    await put(database, stop(overdue("c-ended"), datetime.now(UTC), "cleared"))

    found = await troubles(engine)

    assert found == [("unfired", "c-late/disposal/1")]


async def test_an_auditor_finds_it_where_the_keepers_own_column_is_wrong(
    database: str, store: PostgresClocks, engine: AsyncEngine
) -> None:
    await store.beat(KEEPER, "host-1")
    await put(database, overdue("c-late"))
    rows(database, "UPDATE clocks SET next_at = now() + interval '1 year'")

    assert await fire_all(store) == 0
    assert await troubles(engine) == [("unfired", "c-late/disposal/1")]


@pytest.mark.parametrize(
    ("beat", "silent"),
    [
        pytest.param(None, True, id="never"),
        pytest.param("31 seconds", True, id="longer ago than may be"),
        pytest.param("20 seconds", False, id="lately"),
    ],
)
async def test_an_auditor_finds_a_silent_keeper(
    database: str, store: PostgresClocks, engine: AsyncEngine, beat: str | None, silent: bool
) -> None:
    if beat is not None:
        await store.beat(KEEPER, "host-1")
        rows(database, f"UPDATE heartbeats SET at = now() - interval '{beat}'")

    assert (await troubles(engine) == [("no-heartbeat", KEEPER)]) is silent


@pytest.mark.parametrize(
    ("meddle", "trouble"),
    [
        pytest.param("UPDATE clock_rounds SET decision = 'x' WHERE number = 1",
                     Trouble.BROKEN_CHAIN, id="another decision"),
        pytest.param("UPDATE clock_rounds SET facts = 'x' WHERE number = 0",
                     Trouble.BROKEN_CHAIN, id="other facts"),
        pytest.param("UPDATE clock_rounds SET hash = salt WHERE number = 1",
                     Trouble.BROKEN_CHAIN, id="another hash"),
        pytest.param("DELETE FROM clock_rounds WHERE number = 0",
                     Trouble.BROKEN_CHAIN, id="a line is missing"),
        pytest.param("DELETE FROM clock_rounds WHERE number = 2",
                     Trouble.NO_LINE, id="the last line is missing"),
        pytest.param("DELETE FROM clock_firings WHERE subject = 'c-1'",
                     Trouble.NOT_ON_RECORD, id="a firing is missing"),
    ],
)  # fmt: skip
async def test_an_auditor_finds_a_record_that_was_meddled_with(
    database: str, store: PostgresClocks, engine: AsyncEngine, meddle: str, trouble: Trouble
) -> None:
    await store.beat(KEEPER, "host-1")
    for number in range(3):
        await put(database, overdue(f"c-{number}"))
        await fire_all(store)
    before = await troubles(engine)

    rows(database, meddle)

    assert before == []
    assert trouble.value in {name for name, _ in await troubles(engine)}


async def test_facts_that_were_erased_by_law_are_no_trouble(
    database: str, store: PostgresClocks, engine: AsyncEngine
) -> None:
    await store.beat(KEEPER, "host-1")
    await put(database, overdue())
    await fire_all(store)
    rows(
        database,
        "UPDATE clock_rounds SET facts = NULL, decision = NULL, salt = NULL,"
        " erased_at = now(), erased_because = 'retention'",
    )

    assert await troubles(engine) == []


async def test_clocks_are_listed_soonest_due_first(database: str, engine: AsyncEngine) -> None:
    now = datetime.now(UTC)
    soon = a_bare_clock("c-soon", due_at=now + MINUTE)
    later = a_bare_clock("c-later", due_at=now + timedelta(hours=3))
    ended = stop(a_bare_clock("c-ended", due_at=now + 2 * MINUTE), now, "cleared")
    await put(database, later, soon, ended)

    async with engine.connect() as connection:
        watch = ClockWatch(connection)
        open_ = await watch.standing(limit=10)
        within = await watch.standing(due_before=now + timedelta(hours=1), limit=10)
        every = await watch.standing(with_ended=True, limit=10)
        one = await watch.standing(subject=later.subject, limit=10)

    assert open_ == [soon, later]
    assert within == [soon]
    assert every == [soon, ended, later]
    assert one == [later]


async def test_an_acts_look_at_a_subject_holds_its_clocks_still(
    database: str, store: PostgresClocks
) -> None:
    clock = overdue()
    await put(database, clock)

    async with await psycopg.AsyncConnection.connect(database) as driver:
        assert await of_subject(driver, clock.subject) == (clock,)
        meanwhile = await fire_all(store)
        await keep(driver, [stop(clock, datetime.now(UTC), "cleared")])

    assert (meanwhile, await fire_all(store)) == (0, 0)


async def test_a_keeper_waits_for_a_store_that_is_away() -> None:
    away = FakeClocks(now=datetime.now(UTC), fail_at_commit=2)
    away.keep([overdue()])
    halt = asyncio.Event()
    running = asyncio.create_task(
        Keeper(clocks=away, titles={}, salts=CountingSalts(), said="host-1").run(halt)
    )
    await asyncio.sleep(0.1)
    before = list(away.told)
    await asyncio.sleep(1)
    halt.set()
    await running

    assert before == []
    assert list(away.told) == ["c-1/disposal/1/0"]
    assert away.beats[KEEPER][1] == "host-1"
