"""A database and a broker with a journal beside them, and the commands that read them."""

import asyncio
import gc
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import Result
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from handlers.enforce import enforce
from handlers.ports import Batch, Shard, Void
from infra import opening
from infra.accounts import add_up_all
from infra.cli.main import app
from infra.deployment import Deployment, find
from infra.settings import Settings
from infra.store.packs import Packs
from infra.store.work import PostgresWork
from schemas.events import Event
from schemas.ids import Address
from schemas.lane import Lane
from schemas.matter import MatterKey
from schemas.wire.writing import write_event
from streams.connection import Connection
from streams.conservation import Sum
from streams.decoding import received
from streams.in_force import OnePack
from streams.intake import Accepted, Door, Sender, structured
from streams.journal import Journal
from streams.logs import Logs
from streams.producing import Producer
from streams.provisioning import make_topics
from streams.topics import EVENTS, topic_of, wanted_topics
from tests.support.builders import (
    SOURCE,
    STALL,
    CountingSalts,
    a_place,
    an_event,
    an_observation,
)

Answer = TypeVar("Answer")
FIRE_LANE = MatterKey("GB/T 47678.5-2026", "matter", "09012")
EVER = ("--since", "1990-01-01T00:00:00Z", "--until", "2990-01-01T00:00:00Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A deployment of real parts without processes: each step is taken when a test says so."""

    settings: Settings
    producer: Producer
    journal: Journal

    @property
    def deployment(self) -> Deployment:
        return find(self.settings)

    def accept(self, *events: Event) -> Sequence[Accepted]:
        """What the front door does."""
        door = Door(
            publish=self.producer.apublish,
            journal=self.journal,
            policy=OnePack(opening.policy(self.settings)),
        )
        sender = Sender(source=SOURCE, lane=Lane.GENERAL)

        async def take() -> Sequence[Accepted]:
            return [await door.take(structured(write_event(each)), sender) for each in events]

        return asyncio.run(take())

    def decide(self, accepted: Sequence[Accepted]) -> None:
        """What the workers do. What other tests left in these logs is void here."""
        self._decide(accepted, is_first=True)

    def decide_next(self, accepted: Sequence[Accepted]) -> None:
        """The same, where the messages follow those that were decided."""
        self._decide(accepted, is_first=False)

    def _decide(self, accepted: Sequence[Accepted], *, is_first: bool) -> None:
        receipts = sorted((each.receipt for each in accepted), key=lambda each: each.address)
        with Logs(self.deployment.connection) as logs:
            batches = [
                _batch(logs, topic, [receipt.address for receipt in group], is_first=is_first)
                for (topic, _), group in groupby(
                    receipts, key=lambda each: (each.topic, each.address.log)
                )
            ]

        async def settle(engine: AsyncEngine) -> None:
            policy = opening.policy(self.settings)
            await Packs(engine).keep(policy, opening.policy_files(self.settings)[0])
            work = PostgresWork(engine, topic_of=topic_of)
            for batch in batches:
                await enforce(batch, work=work, policy=policy, salts=CountingSalts())

        self.with_engine(settle)

    def sums(self) -> Sequence[Sum]:
        return self.with_engine(lambda engine: add_up_all(self.deployment, engine))

    def sum_of(self, address: Address) -> Sum:
        """Of the log that an address lies in."""
        (found,) = (each for each in self.sums() if each.shard.log == address.log)
        return found

    def with_engine(self, work: Callable[[AsyncEngine], Awaitable[Answer]]) -> Answer:
        async def within() -> Answer:
            engine = opening.engine(self.deployment, application="test", connections=1)
            try:
                return await work(engine)
            finally:
                await engine.dispose()

        return asyncio.run(within())


def _batch(logs: Logs, topic: str, addresses: Sequence[Address], *, is_first: bool) -> Batch:
    log, first, end = addresses[0].log, addresses[0].offset, addresses[-1].offset + 1
    stretch = logs.read(topic, log, first=first, end=end)
    lane = next(lane for lane, name in EVENTS.items() if name == topic)
    return Batch(
        shard=Shard(log=log, topic=topic, lane=lane),
        received=[received(message) for message in stretch.messages],
        voids=[Void(first=0, end=first, reason="other tests")] if first and is_first else [],
    )


@pytest.fixture(scope="module")
def producer(kafka_bootstrap: str) -> Iterator[Producer]:
    connection = Connection(bootstrap=kafka_bootstrap)
    make_topics(connection, wanted_topics(partitions=4, replication=1))
    producer = Producer(connection, linger_ms=0)
    yield producer
    producer.close()


@pytest.fixture
def house(
    kafka_bootstrap: str,
    database: str,
    producer: Producer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """The commands mean it too."""
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path))
    monkeypatch.setenv("OFFSITE_KAFKA", kafka_bootstrap)
    monkeypatch.setenv("OFFSITE_DATABASE", database)
    journal = Journal(tmp_path / "journal", name="door", started_at=datetime.now(UTC))
    yield House(settings=Settings(), producer=producer, journal=journal)
    journal.close()


@pytest.fixture
def closed_port() -> int:
    """Nobody listens there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def without_kafka(
    house: House,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> Iterator[str]:
    """The driver leaves its sockets lying; its log would keep them alive until a later test."""
    address = f"127.0.0.1:{closed_port}"
    monkeypatch.setenv("OFFSITE_KAFKA", address)
    with caplog.at_level(logging.CRITICAL, logger="kafka"):
        yield address
    gc.collect()


def offsite(*words: str, code: int = 0) -> Result:
    """A command as a person gives it."""
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, (done.output, done.exc_info)
    return done


def lines(*words: str, code: int = 0) -> list[dict[str, Any]]:
    """What a command tells programs."""
    return [json.loads(line) for line in offsite(*words, "--json", code=code).stdout.splitlines()]


def told_by_health() -> dict[str, Any]:
    """The report, whatever is wrong: other tests left messages that nobody here decides."""
    done = CliRunner().invoke(app, ["health", "--json"])
    assert done.exit_code in {0, 1}, (done.output, done.exc_info)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def seen(id: str, *, place: str = "jiefang-1", matter: MatterKey = STALL) -> Event:  # noqa: A002
    return an_event(an_observation(place=a_place(place), matter=matter), id=id)
