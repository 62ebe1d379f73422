"""A broker that was wiped, cut short or made anew never looks like zero loss."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from infra import opening
from infra.brokers import BrokersSeen, look_at_brokers, troubles_of_brokers
from infra.deployment import Deployment
from infra.store.daily_statements import meet_cluster
from schemas.lane import Lane
from schemas.wire.envelope import bytes_digest
from schemas.wire.writing import write_event
from streams.connection import Connection
from streams.conservation import MEMORY_LOST, Sum
from streams.journal import Entry, Journal
from streams.logs import Logs
from streams.producing import Outgoing, Producer
from streams.provisioning import make_topics
from streams.topics import EVENTS, wanted_topics
from tests.support import services
from tests.support.builders import a_place, a_report, an_event
from tests.support.parts import a_part, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

Answer = TypeVar("Answer")
TOPIC = EVENTS[Lane.GENERAL]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A deployment whose broker is nobody else's, so that a test may do to it what it likes."""

    deployment: Deployment
    kafka: Path

    @property
    def env(self) -> dict[str, str]:
        return {
            "OFFSITE_DATA": str(self.deployment.data),
            "OFFSITE_KAFKA": self.deployment.kafka,
            "OFFSITE_DATABASE": self.deployment.database.get_secret_value(),
        }

    @property
    def log(self) -> Path:
        return self.deployment.data / "worker.log"

    def prepare(self) -> None:
        """What `offsite up` does at each start."""
        make_topics(self.deployment.connection, wanted_topics(partitions=1, replication=1))
        with Logs(self.deployment.connection) as logs:
            cluster = logs.cluster_id()
        self.ask(lambda engine: meet_cluster(engine, cluster))

    def accept(self, *names: str) -> None:
        """What a door does: published, acknowledged, in the journal."""
        journal = Journal(self.deployment.journals, name="door", started_at=datetime.now(UTC))
        producer = Producer(self.deployment.connection)
        for name in names:
            value = write_event(an_event(a_report(place=a_place(name)), id=name))
            receipt = producer.publish(Outgoing(topic=TOPIC, key=name, value=value))
            journal.note_now(Entry(address=receipt.address, digest=bytes_digest(value, {})))
        producer.close()
        journal.close()

    def decide(self) -> None:
        """Let a worker run until nothing waits."""
        with a_part("worker", "--lane", "general", env=self.env, log=self.log):
            wait_until(lambda: all(one.waiting == 0 for one in self.sums()), log=self.log)

    def look(self) -> BrokersSeen:
        return self.ask(lambda engine: look_at_brokers(self.deployment, engine))

    def sums(self) -> Sequence[Sum]:
        return self.look().sums

    def troubles(self) -> set[str]:
        return {each.kind for each in troubles_of_brokers(self.look())}

    def ask(self, question: Callable[[AsyncEngine], Awaitable[Answer]]) -> Answer:
        async def within() -> Answer:
            engine = opening.engine(self.deployment, application="test", connections=1)
            try:
                return await question(engine)
            finally:
                await engine.dispose()

        return asyncio.run(within())


@pytest.fixture(scope="module")
def kafka_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if reason := services.why_no_kafka():
        pytest.skip(reason)
    return tmp_path_factory.mktemp("forgetful")


@pytest.fixture
def ground(kafka_folder: Path, database: str, tmp_path: Path) -> Iterator[Callable[[str], Ground]]:
    def stand(bootstrap: str) -> Ground:
        deployment = Deployment(
            data=tmp_path,
            kafka=bootstrap,
            database=SecretStr(database),
            api="http://127.0.0.1:1",
            broker="test",
            is_trial=False,
        )
        ground = Ground(deployment=deployment, kafka=kafka_folder / "kafka")
        ground.prepare()
        return ground

    yield stand
    shutil.rmtree(kafka_folder / "kafka", ignore_errors=True)


Standing = Callable[[str], Ground]


def whys(ground: Ground) -> set[str]:
    return {loss.why for one in ground.sums() for loss in one.losses}


def test_a_topic_made_anew_has_lost_what_was_acknowledged(
    kafka_folder: Path, ground: Standing
) -> None:
    with services.running_kafka(kafka_folder) as bootstrap:
        here = ground(bootstrap)
        here.accept("a", "b", "c")
        delete_topic(here.deployment.connection)
        here.prepare()

        seen = here.look()

        assert whys(here) == {MEMORY_LOST}
        assert sum(len(one.losses) for one in seen.sums) == 3
        assert here.troubles() == {"broker-replaced", "acknowledged-lost"}
        here.accept("d")
        here.decide()
        assert sum(one.outcomes for one in here.sums()) == 1


def delete_topic(connection: Connection) -> None:
    admin = KafkaAdminClient(**connection.driver_settings())
    admin.delete_topics([TOPIC])
    ends_at = time.monotonic() + 30
    while TOPIC in admin.list_topics():
        assert time.monotonic() < ends_at
        time.sleep(0.1)
    admin.close()


def test_records_removed_before_they_were_decided_are_lost(
    kafka_folder: Path, ground: Standing
) -> None:
    with services.running_kafka(kafka_folder) as bootstrap:
        here = ground(bootstrap)
        here.accept("a", "b")
        here.decide()
        here.accept("c", "d", "e")
        admin = KafkaAdminClient(**here.deployment.connection.driver_settings())
        admin.delete_records({TopicPartition(TOPIC, 0): 4})
        admin.close()

        (found,) = (one for one in here.sums() if one.shard.topic == TOPIC)

        assert (found.removed, len(found.losses), found.is_fine) == (2, 2, False)
        assert found.condition == (
            "the broker begins at 4, decided to 2: it removed 2 before they were decided"
        )
        assert whys(here) == {"removed by the broker before it was decided"}
        assert here.troubles() == {"broker-truncated", "acknowledged-lost"}


def test_a_wiped_broker_has_another_name_and_lost_what_was_acknowledged(
    kafka_folder: Path, ground: Standing
) -> None:
    with services.running_kafka(kafka_folder) as bootstrap:
        here = ground(bootstrap)
        here.accept("a", "b")
        here.decide()
        here.accept("c")
    shutil.rmtree(here.kafka)
    with services.running_kafka(kafka_folder):
        here.prepare()

        seen = here.look()

        assert whys(here) == {MEMORY_LOST}
        assert [each.cluster for each in seen.met][1:] == [seen.cluster]
        keys = {each.key for each in troubles_of_brokers(seen)}
        assert {"broker-replaced:cluster", "acknowledged-lost"} <= keys


def test_an_older_copy_of_the_brokers_folder_stops_the_lane(
    kafka_folder: Path, ground: Standing, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    with services.running_kafka(kafka_folder) as bootstrap:
        here = ground(bootstrap)
        here.accept("a", "b")
        here.decide()
    shutil.copytree(here.kafka, copy)
    with services.running_kafka(kafka_folder):
        here.accept("c", "d", "e")
        here.decide()
    shutil.rmtree(here.kafka)
    shutil.copytree(copy, here.kafka)
    with services.running_kafka(kafka_folder):
        (found,) = (one for one in here.sums() if one.shard.topic == TOPIC)

        assert found.condition == "the broker ends at 2, decided to 5: it forgot 3"
        assert not found.is_fine
        assert here.troubles() == {"broker-truncated"}  # all of it was decided: nothing is lost
        with a_part("worker", "--lane", "general", env=here.env, log=here.log) as worker:
            wait_until(lambda: worker.poll() is not None, log=here.log)
        assert "it forgot 3 messages" in here.log.read_text()
        # Offsets given out again pass neither for repeats, nor unseen.
        here.accept("f", "g", "h", "i")
        with a_part("worker", "--lane", "general", env=here.env, log=here.log) as worker:
            wait_until(lambda: worker.poll() is not None, log=here.log)
        assert "another message than the one that was decided lies at offset 2" in (
            here.log.read_text()
        )
        assert whys(here) == {"another message lies at its address"}
