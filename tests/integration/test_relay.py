"""What was decided reaches the dispatchers' topics: each case in order, never out of sight."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from psycopg.rows import class_row
from pydantic import SecretStr

from handlers.decisions.facts import Undecodable
from handlers.enforce import enforce
from handlers.ports import Received
from infra import opening, relaying
from infra.deployment import Deployment, find
from infra.settings import Settings
from infra.store.outbox import ROUND_LETTERS, Outbox
from infra.store.work import PostgresWork
from schemas.events import Event
from schemas.wire.envelope import STRUCTURED
from schemas.wire.published import OUTGOING
from schemas.workfile import Queue
from streams.connection import Connection
from streams.provisioning import make_topics
from streams.relay import Posted
from streams.topics import DISPOSITIONS, topic_of, wanted_topics
from tests.support.builders import (
    BLOCKED_EXIT,
    CountingSalts,
    a_batch,
    a_place,
    a_policy,
    a_report,
    an_event,
    an_observation,
)

pytestmark = [pytest.mark.broker, pytest.mark.database]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A letter in the outbox, and where it lies in Kafka."""

    id: int
    topic: str
    key: str
    letter_id: str
    value: bytes
    sent_partition: int | None
    sent_offset: int | None


class Reader:
    """Looks at single addresses of the dispatchers' topics."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer: Any = KafkaConsumer(bootstrap_servers=[bootstrap], group_id=None)

    def at(self, topic: str, partition: int, offset: int) -> Any:
        place = TopicPartition(topic, partition)
        self._consumer.assign([place])
        self._consumer.seek(place, offset)
        return self._consumer.poll(timeout_ms=10_000, max_records=1)[place][0]

    def of(self, row: Row) -> Any:
        assert row.sent_partition is not None
        assert row.sent_offset is not None
        return self.at(row.topic, row.sent_partition, row.sent_offset)

    def close(self) -> None:
        self._consumer.close()


@pytest.fixture(scope="module")
def reader(kafka_bootstrap: str) -> Iterator[Reader]:
    make_topics(Connection(bootstrap=kafka_bootstrap), wanted_topics(partitions=4, replication=1))
    reader = Reader(kafka_bootstrap)
    yield reader
    reader.close()


@pytest.fixture
def deployment(kafka_bootstrap: str, database: str, tmp_path: Path) -> Deployment:
    return find(Settings(data=tmp_path, kafka=kafka_bootstrap, database=SecretStr(database)))


@pytest.fixture
async def work(deployment: Deployment) -> AsyncIterator[PostgresWork]:
    engine = opening.engine(deployment, application="test")
    yield PostgresWork(engine, topic_of=topic_of)
    await engine.dispose()


async def settle(
    work: PostgresWork, *contents: Event | Undecodable | Received, first: int = 0
) -> None:
    batch = a_batch(contents, first=first)
    await enforce(batch, work=work, policy=a_policy(), salts=CountingSalts())


def seen(place: str, id: str, **observed: Any) -> Event:  # noqa: A002 - the field's name
    return an_event(an_observation(place=a_place(place), **observed), id=id)


def outbox(deployment: Deployment) -> list[Row]:
    columns = "id, topic, key, letter_id, value, sent_partition, sent_offset"
    with psycopg.connect(
        deployment.database.get_secret_value(), row_factory=class_row(Row)
    ) as connection:
        return connection.execute(f"SELECT {columns} FROM outbox ORDER BY id").fetchall()


def end_of_leases(deployment: Deployment) -> None:
    """As if the dead relay's ten seconds were over."""
    with psycopg.connect(deployment.database.get_secret_value()) as connection:
        connection.execute("UPDATE relay_leases SET until = clock_timestamp() - interval '1 s'")


async def until_sent(deployment: Deployment) -> None:
    for _ in range(500):
        if all(row.sent_offset is not None for row in outbox(deployment)):
            return
        await asyncio.sleep(0.02)


async def carry_all(deployment: Deployment, *, owner: str = "one") -> None:
    async with relaying.relay(deployment, owner=owner) as carrier:
        while await carrier.carry_once():
            pass


async def test_a_relay_carries_until_the_outbox_is_empty(
    deployment: Deployment, work: PostgresWork, reader: Reader
) -> None:
    stop = asyncio.Event()
    async with relaying.relay(deployment, owner="one") as carrier:
        running = asyncio.create_task(carrier.run(stop))
        for number in range(10):
            await settle(work, seen(f"place-{number % 3}", f"e-{number}"), first=number)
        await until_sent(deployment)
        stop.set()
        await running

    rows = outbox(deployment)
    assert len(rows) == 10
    assert [reader.of(row).value for row in rows] == [row.value for row in rows]


async def test_letters_of_one_case_lie_in_order_in_one_partition(
    deployment: Deployment, work: PostgresWork, reader: Reader
) -> None:
    places = ["a", "b", "a", "c", "a", "b", "a", "c", "d", "a"]
    await settle(work, *(seen(place, f"e-{n}") for n, place in enumerate(places)))

    await carry_all(deployment)

    rows = outbox(deployment)
    cases = [
        list(of_case)
        for _, of_case in groupby(sorted(rows, key=lambda row: (row.key, row.id)), _key)
    ]
    assert sorted(len(of_case) for of_case in cases) == [1, 2, 2, 5]
    for of_case in cases:
        places_in_log = [row.sent_offset for row in of_case]
        letters = [orjson.loads(reader.of(row).value)["id"] for row in of_case]
        assert len({row.sent_partition for row in of_case}) == 1
        assert places_in_log == sorted(places_in_log)
        assert letters == [f"{of_case[0].key}/{n + 1}" for n in range(len(of_case))]


def _key(row: Row) -> str:
    return row.key


async def test_a_danger_leaves_at_once_however_many_soft_letters_wait(
    deployment: Deployment, work: PostgresWork
) -> None:
    await settle(work, *(seen(f"p-{n}", f"e-{n}") for n in range(ROUND_LETTERS + 50)))
    danger = seen("p-danger", "e-danger", matter=BLOCKED_EXIT)
    await settle(work, danger, first=ROUND_LETTERS + 50)

    async with relaying.relay(deployment, owner="one") as carrier:
        carried = await carrier.carry_once()

    rows = outbox(deployment)
    left = {row.topic for row in rows if row.sent_offset is None}
    assert carried == 1 + ROUND_LETTERS
    assert rows[-1].topic == DISPOSITIONS[Queue.ZERO_TOLERANCE]
    assert rows[-1].sent_offset is not None
    assert left == {DISPOSITIONS[Queue.SOFT]}


async def test_each_letter_goes_to_its_own_topic(
    deployment: Deployment, work: PostgresWork, reader: Reader
) -> None:
    await settle(
        work,
        seen("a", "soft"),
        seen("a", "danger", matter=BLOCKED_EXIT),
        an_event(a_report(matter=None), id="to-be-sorted"),
        Undecodable(reason="no JSON"),
    )

    await carry_all(deployment)

    rows = outbox(deployment)
    assert [row.topic for row in rows] == [
        "disposition.soft",
        "disposition.zero-tolerance",
        "disposition.soft",
        "dead-letters",
    ]
    assert [reader.of(row).key.decode() for row in rows] == [row.key for row in rows]


async def test_every_letter_is_a_message_that_our_schemas_know(
    deployment: Deployment, work: PostgresWork, reader: Reader
) -> None:
    await settle(
        work, seen("a", "1"), seen("a", "2"), seen("b", "3"), Undecodable(reason="no JSON")
    )

    await carry_all(deployment)

    letters = [reader.of(row) for row in outbox(deployment)]
    contents = [orjson.loads(letter.value) for letter in letters]
    assert [content["type"] for content in contents] == [
        "offsite.disposition.v1",
        "offsite.case-changed.v1",
        "offsite.disposition.v1",
        "offsite.dead-letter.v1",
    ]
    for content in contents:
        assert (content["specversion"], content["source"]) == ("1.0", "/offsite/cases")
        OUTGOING[content["type"]].model_validate(content["data"])
    assert all(letter.headers == [("content-type", STRUCTURED.encode())] for letter in letters)
    assert len({content["id"] for content in contents}) == len(contents)


async def test_what_was_sent_is_never_sent_again(
    deployment: Deployment, work: PostgresWork
) -> None:
    await settle(work, seen("a", "1"))
    await carry_all(deployment)
    before = outbox(deployment)

    await carry_all(deployment)

    assert outbox(deployment) == before


class KilledError(Exception):
    """Stands for the end of a process."""


async def test_a_relay_killed_before_it_marked_sends_again_under_the_same_letter_id(
    deployment: Deployment, work: PostgresWork, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settle(work, seen("a", "1"), seen("a", "2"))
    posted: list[Posted] = []

    async def killed(_: Outbox, sent: Sequence[Posted]) -> None:
        posted.extend(sent)
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "mark_sent", killed)
        with pytest.raises(KilledError):
            await carry_all(deployment, owner="dead")
    end_of_leases(deployment)

    await carry_all(deployment, owner="next")

    rows = outbox(deployment)
    first = [
        reader.at(row.topic, at.partition, at.offset) for row, at in zip(rows, posted, strict=True)
    ]
    again = [reader.of(row) for row in rows]
    assert [record.value for record in first] == [record.value for record in again]
    assert [orjson.loads(record.value)["id"] for record in again] == [row.letter_id for row in rows]
    assert max(record.offset for record in first) < min(record.offset for record in again)


async def test_nobody_carries_for_a_relay_whose_lease_still_runs(
    deployment: Deployment, work: PostgresWork
) -> None:
    await settle(work, seen("a", "1"))
    async with relaying.relay(deployment, owner="asleep") as sleeper:
        assert await sleeper.carry_once() == 1
        await settle(work, seen("a", "2"), first=1)

        async with relaying.relay(deployment, owner="other") as other:
            carried = await other.carry_once()

    assert carried == 0


async def test_a_relay_that_ends_gives_its_shards_to_the_next_at_once(
    deployment: Deployment, work: PostgresWork
) -> None:
    stop = asyncio.Event()
    async with relaying.relay(deployment, owner="ending") as ending:
        running = asyncio.create_task(ending.run(stop))
        await asyncio.sleep(0.05)
        stop.set()
        await running
    await settle(work, seen("a", "1"))

    async with relaying.relay(deployment, owner="next") as following:
        carried = await following.carry_once()

    assert carried == 1
