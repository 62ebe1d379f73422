"""What a look at a real cluster tells: leaders, ends, ages, and groups that lag."""

import asyncio
import gc
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from schemas.errors import TemporarilyUnavailableError
from schemas.lane import Lane
from schemas.workfile import Queue
from streams.connection import Connection
from streams.lag import ClusterEye
from streams.producing import Outgoing, Producer, Receipt
from streams.provisioning import make_topics
from streams.topics import DISPOSITIONS, EVENTS, wanted_topics

pytestmark = pytest.mark.broker

GENERAL, SOFT = EVENTS[Lane.GENERAL], DISPOSITIONS[Queue.SOFT]


@pytest.fixture
def connection(kafka_bootstrap: str) -> Connection:
    connection = Connection(bootstrap=kafka_bootstrap)
    make_topics(connection, wanted_topics(partitions=4, replication=1))
    return connection


@pytest.fixture
def eye(connection: Connection) -> Iterator[ClusterEye]:
    eye = ClusterEye(connection)
    yield eye
    eye.close()


def publish(connection: Connection, topic: str, *values: bytes) -> list[Receipt]:
    producer = Producer(connection, linger_ms=0)

    async def send() -> list[Receipt]:
        sent = [producer.apublish(Outgoing(topic=topic, key="k", value=each)) for each in values]
        return list(await asyncio.gather(*sent))

    try:
        return asyncio.run(send())
    finally:
        producer.close()


def test_each_partition_is_told_with_its_leader_and_its_end(
    connection: Connection, eye: ClusterEye
) -> None:
    (receipt,) = publish(connection, GENERAL, b"x")

    seen = eye.look()

    assert (seen.alive, seen.away) == (frozenset({1}), frozenset())
    assert len(seen.partitions) == 8
    (mine,) = (one for one in seen.partitions if one.log == receipt.address.log)
    assert (mine.topic, mine.leader, mine.end) == (GENERAL, 1, receipt.address.offset + 1)
    assert mine.replicas == mine.in_sync == frozenset({1})


def test_the_age_of_what_waits_is_the_brokers_time_of_that_message(
    connection: Connection, eye: ClusterEye
) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    first, second = publish(connection, GENERAL, b"a" * 200_000, b"b" * 200_000)
    place = (GENERAL, first.address.partition)

    told = eye.oldest({place: first.address.offset})
    again = eye.oldest({place: second.address.offset})

    assert before <= told[place] <= again[place] <= datetime.now(UTC)
    assert eye.oldest({place: second.address.offset + 1}) == {}  # nothing lies there yet
    assert eye.oldest({}) == {}


def test_a_group_of_dispatchers_is_told_with_what_it_has_not_read(
    connection: Connection, eye: ClusterEye
) -> None:
    *_, last = publish(connection, SOFT, b"1", b"2", b"3")
    place = TopicPartition(SOFT, last.address.partition)
    consumer = KafkaConsumer(
        bootstrap_servers=connection.bootstrap, group_id="dispatch-eye", enable_auto_commit=False
    )
    consumer.assign([place])
    consumer.commit({place: OffsetAndMetadata(last.address.offset - 1, "", -1)})
    consumer.close(autocommit=False)

    groups = [one for one in eye.look().groups if one.group == "dispatch-eye"]

    assert [(one.topic, one.partition, one.lag) for one in groups] == [
        (SOFT, place.partition, 2),
    ]


# The driver leaves its sockets lying; its log would keep them alive until a later test.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_eye_that_sees_nobody_says_so(caplog: pytest.LogCaptureFixture) -> None:
    eye = ClusterEye(Connection(bootstrap="127.0.0.1:1"))

    with (
        caplog.at_level(logging.CRITICAL, logger="kafka"),
        pytest.raises(TemporarilyUnavailableError, match="expected Kafka at"),
    ):
        eye.look()

    eye.close()
    eye.close()
    gc.collect()
