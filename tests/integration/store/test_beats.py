"""Beats and samples on a real PostgreSQL: overwritten, read back, forgotten."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.store.beats import FORGOTTEN_AFTER, Heard, PostgresBeats, read_beats
from infra.store.engine import make_engine
from infra.store.lag_samples import KEPT_FOR, Kept, LagSamples, read_leaders, read_samples
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Partition
from streams.beats import Beat
from streams.verdicts import Sample
from tests.support.healths import a_door, a_relay, a_worker

pytestmark = pytest.mark.database

LOG = Partition("t", 3)


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database, application="test")
    yield engine
    await engine.dispose()


@pytest.fixture
async def beats(database: str, engine: AsyncEngine) -> AsyncIterator[PostgresBeats]:
    own = make_engine(database, application="test-beats", connections=1)
    yield PostgresBeats(own, owner="here-1", watched=engine)
    await own.dispose()


async def all_heard(engine: AsyncEngine) -> list[Heard]:
    async with engine.connect() as connection:
        return list(await read_beats(connection))


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(a_worker(last_commit_at=datetime(2026, 11, 20, tzinfo=UTC)), id="worker"),
        pytest.param(a_worker(last_commit_at=None, assigned=()), id="idle worker"),
        pytest.param(a_door(refused={"503": 2}, refused_last_minute={"503": 1}), id="door"),
        pytest.param(a_relay(), id="relay"),
    ],
)
async def test_a_beat_is_read_back_as_it_was_said(
    beats: PostgresBeats, engine: AsyncEngine, said: Beat
) -> None:
    await beats.beat(said)

    (heard,) = await all_heard(engine)

    assert (heard.owner, heard.said, heard.pool_size) == ("here-1", said, 5)
    assert heard.started_at <= heard.beat_at


async def test_each_beat_overwrites_the_last_and_a_farewell_takes_it_away(
    beats: PostgresBeats, engine: AsyncEngine
) -> None:
    await beats.beat(a_worker(settled=1))
    await beats.beat(a_worker(settled=2))
    (heard,) = await all_heard(engine)
    await beats.leave()

    assert heard.said == a_worker(settled=2)
    assert heard.beat_at > heard.started_at
    assert await all_heard(engine) == []


async def test_a_pool_without_a_free_connection_is_counted_beat_by_beat(
    database: str, engine: AsyncEngine
) -> None:
    busy = make_engine(database, application="test-busy", connections=1)
    own = make_engine(database, application="test-beats", connections=1)
    beats = PostgresBeats(own, owner="here-1", watched=busy)

    async with busy.connect():
        await beats.beat(a_relay())
        await beats.beat(a_relay())
        (full,) = await all_heard(engine)
    await beats.beat(a_relay())
    (free,) = await all_heard(engine)
    await busy.dispose()
    await own.dispose()

    assert (full.pool_taken, full.full_beats) == (1, 2)
    assert (free.pool_taken, free.full_beats) == (0, 0)


async def test_who_is_long_gone_is_forgotten_at_somebody_elses_beat(
    beats: PostgresBeats, engine: AsyncEngine, database: str
) -> None:
    long_ago = datetime.now(UTC) - FORGOTTEN_AFTER - timedelta(seconds=1)
    await beats.beat(a_worker())
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE beats SET beat_at = %s, owner = 'gone-1'", (long_ago,))

    unheard = await all_heard(engine)
    await beats.beat(a_worker())

    with psycopg.connect(database) as connection:
        left = connection.execute("SELECT owner FROM beats").fetchall()
    assert unheard == []
    assert left == [("here-1",)]


@pytest.mark.parametrize("ask", [PostgresBeats.leave, lambda beats: beats.beat(a_relay())])
async def test_where_the_database_is_away_a_beat_says_so(
    ask: Callable[[PostgresBeats], Awaitable[None]],
) -> None:
    away = make_engine("postgresql://nobody@127.0.0.1:1/none", application="test")
    beats = PostgresBeats(away, owner="here-1", watched=away)
    with pytest.raises(TemporarilyUnavailableError):
        await beats.beat(a_relay())

    with pytest.raises(TemporarilyUnavailableError):
        await ask(beats)


async def test_samples_are_kept_a_while_and_tell_who_led(engine: AsyncEngine) -> None:
    now = datetime.now(UTC)
    samples = LagSamples(engine)
    ages = [KEPT_FOR + timedelta(seconds=5), timedelta(minutes=2), timedelta(seconds=5)]
    kept = [a_kept(now - age, leader=leader) for age, leader in zip(ages, (1, 2, 3), strict=True)]

    await samples.keep(kept)
    await samples.keep(kept[2:])  # the same again
    async with engine.connect() as connection:
        recent = await read_samples(connection, since=timedelta(minutes=1))
        leaders = await read_leaders(connection)

    assert list(recent) == kept[2:]
    assert list(leaders) == kept[1:]


def a_kept(at: datetime, *, leader: int) -> Kept:
    return Kept(
        log=LOG,
        topic="events.safety",
        sample=Sample(at=at, end=9, decided=4, oldest_at=at - timedelta(seconds=3)),
        leader=leader,
        replicas=frozenset({1, 2, 3}),
    )
