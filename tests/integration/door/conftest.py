"""The front door as it is put together for the street: real Kafka and database, no socket."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from pydantic import SecretStr
from sqlalchemy import make_url

from infra import composition, opening
from infra.cli.keys import add
from infra.deployment import Deployment, find
from infra.settings import Settings
from infra.store.sources import Sources
from schemas.ids import Address
from schemas.lane import Lane
from schemas.wire.envelope import STRUCTURED
from streams.connection import Connection
from streams.journal import Entry, Journal, read_journals
from streams.producing import Producer
from streams.provisioning import make_topics
from streams.topics import wanted_topics
from tests.support.builders import SOURCE

PROBLEM: Final = "application/problem+json"
_NUMBERS: Final = count(1)
SPEAKS_FOR: Final = {Lane.GENERAL: SOURCE, Lane.SAFETY: "/fire/brigade"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What lies in Kafka, just as the driver gives it."""

    key: bytes
    value: bytes
    headers: Mapping[str, bytes]


class Broker:
    """A Kafka with our topics, a producer to share, and eyes to look at one address."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self.producer = Producer(Connection(bootstrap=bootstrap), linger_ms=0)
        self._consumer: Any = KafkaConsumer(bootstrap_servers=[bootstrap], group_id=None)

    def at(self, receipt: Mapping[str, Any]) -> Record:
        place = TopicPartition(receipt["topic"], receipt["partition"])
        self._consumer.assign([place])
        self._consumer.seek(place, receipt["offset"])
        record = self._consumer.poll(timeout_ms=10_000, max_records=1)[place][0]
        assert record.offset == receipt["offset"]
        assert len(dict(record.headers)) == len(record.headers)
        return Record(key=record.key, value=record.value, headers=dict(record.headers))

    def close(self) -> None:
        self.producer.close()
        self._consumer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """An open door."""

    client: httpx.AsyncClient
    deployment: Deployment

    async def push(
        self,
        body: bytes,
        *,
        key: str | None,
        content_type: str | None = STRUCTURED,
        headers: Mapping[str, str | bytes] | None = None,
    ) -> httpx.Response:
        shown = {} if key is None else {"Authorization": f"Bearer {key}"}
        form = {} if content_type is None else {"Content-Type": content_type}
        return await self.client.post(
            "/v1/events", content=body, headers={**shown, **form, **(headers or {})}
        )

    def journal(self) -> list[Entry]:
        """What the door noted, in order."""
        return list(read_journals(self.deployment.journals))


def address_in(receipt: Mapping[str, Any]) -> Address:
    return Address(receipt["topic_id"], receipt["partition"], receipt["offset"])


def problem_in(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of an answer that is none of success."""
    assert answer.headers["content-type"] == PROBLEM
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"].startswith("urn:offsite:problem:")
    assert problem["title"]
    assert problem["detail"]
    return problem


@asynccontextmanager
async def opened(settings: Settings, producer: Producer) -> AsyncIterator[Front]:
    """Open a door with these settings; its end is as orderly as a process's."""
    deployment = find(settings)
    journal = Journal(deployment.journals, name="door", started_at=datetime.now(UTC))
    app = composition.api(settings, deployment, producer=producer, journal=journal)
    transport = httpx.ASGITransport(app=app)
    try:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://door") as client,
        ):
            yield Front(client=client, deployment=deployment)
    finally:
        journal.close()


@asynccontextmanager
async def sources_of(settings: Settings) -> AsyncIterator[Sources]:
    """The register of keys, from outside of the door."""
    store = opening.engine(find(settings), application="test", connections=1)
    try:
        yield Sources(store)
    finally:
        await store.dispose()


async def made_keys(settings: Settings) -> Mapping[Lane, str]:
    """A key for each lane's source, made before a door opens: it asks for new ones at leisure."""
    async with sources_of(settings) as sources:
        return {lane: await add(sources, source, lane) for lane, source in SPEAKS_FOR.items()}


@pytest.fixture(scope="session")
def broker(kafka_bootstrap: str) -> Iterator[Broker]:
    make_topics(Connection(bootstrap=kafka_bootstrap), wanted_topics(partitions=4, replication=1))
    broker = Broker(kafka_bootstrap)
    yield broker
    broker.close()


@pytest.fixture
def settings(broker: Broker, database: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, kafka=broker.bootstrap, database=SecretStr(database))


@pytest.fixture
async def keys(settings: Settings) -> Mapping[Lane, str]:
    return await made_keys(settings)


@pytest.fixture
def key(keys: Mapping[Lane, str]) -> str:
    """Speaks for `SOURCE`, whose unknown matters go to the general lane."""
    return keys[Lane.GENERAL]


@pytest.fixture
async def front(
    settings: Settings,
    keys: Mapping[Lane, str],  # before the door opens
    broker: Broker,
) -> AsyncIterator[Front]:
    async with opened(settings, broker.producer) as front:
        yield front


@pytest.fixture(scope="module")
def shared_settings(
    broker: Broker,
    postgres_dsn: str,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Settings]:
    """Of a deployment for all tests of a module that leave no trace in it."""
    name = f"offsite_door_{next(_NUMBERS)}"
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_database}"')
        dsn = make_url(postgres_dsn).set(database=name).render_as_string(hide_password=False)
        yield Settings(
            data=tmp_path_factory.mktemp("door"), kafka=broker.bootstrap, database=SecretStr(dsn)
        )
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
