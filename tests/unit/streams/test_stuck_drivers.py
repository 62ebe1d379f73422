"""Drivers that no longer find their brokers are left, and others take their place."""

from threading import Event as Flag
from typing import Any

import pytest
from kafka.errors import KafkaError, KafkaTimeoutError

from schemas.errors import TemporarilyUnavailableError
from streams.connection import Connection
from streams.logs import Logs
from streams.producing import Outgoing, Producer

NOWHERE = Connection(bootstrap="nowhere:9092")
RECORD = Outgoing(topic="events.safety", key="k", value=b"x")
WITHIN_S = 5


class Sent:
    def __init__(self, fault: KafkaError) -> None:
        self._fault = fault

    def get(self, timeout: float) -> None:
        raise self._fault


class Driver:
    """Takes records, and says of each what became of it."""

    def __init__(self, fault: KafkaError, *, is_stuck: bool = False) -> None:
        self._fault = fault
        self._is_stuck = is_stuck
        self.was_left = Flag()
        self._sender = self

    def send(self, topic: str, **_: Any) -> Sent:
        return Sent(self._fault)

    def close(self, timeout: float) -> None:
        if self._is_stuck:
            raise KafkaTimeoutError("gave up at its flush")
        self.was_left.set()

    def force_close(self) -> None:
        self.was_left.set()


def a_producer(monkeypatch: pytest.MonkeyPatch, *drivers: Driver) -> Producer:
    producer, waiting = Producer(NOWHERE), list(drivers)
    monkeypatch.setattr(producer, "_connect", lambda: waiting.pop(0))
    return producer


def test_a_driver_whose_record_timed_out_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = Driver(KafkaTimeoutError("expired"), is_stuck=True)
    fresh = Driver(KafkaError("another word"))
    producer = a_producer(monkeypatch, stuck, fresh)

    with pytest.raises(TemporarilyUnavailableError, match="expired"):
        producer.publish(RECORD)
    with pytest.raises(TemporarilyUnavailableError, match="another word"):
        producer.publish(RECORD)

    assert stuck.was_left.wait(WITHIN_S)
    assert not fresh.was_left.is_set()
    producer.close()


def test_a_driver_that_was_refused_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = Driver(KafkaError("not enough replicas"))
    producer = a_producer(monkeypatch, driver)

    for _ in range(3):
        with pytest.raises(TemporarilyUnavailableError, match="not enough replicas"):
            producer.publish(RECORD)

    assert not driver.was_left.is_set()
    producer.close()


def test_a_producer_can_be_closed_while_brokers_are_away(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = Driver(KafkaError("away"), is_stuck=True)
    producer = a_producer(monkeypatch, driver)
    with pytest.raises(TemporarilyUnavailableError):
        producer.publish(RECORD)

    producer.close()

    assert driver.was_left.is_set()


class Client:
    """Of a cluster in which a partition has no leader just now."""

    def __init__(self) -> None:
        self.was_closed = False

    def describe_topics(self, topics: list[str]) -> list[dict[str, Any]]:
        raise KeyError("leader")

    def close(self) -> None:
        self.was_closed = True


def test_a_reader_that_failed_is_left_and_says_so_in_our_words() -> None:
    logs, client = Logs(NOWHERE), Client()
    logs._clients._admin = client

    with pytest.raises(TemporarilyUnavailableError, match="leader"):
        logs.topic_ids(["events.safety"])

    assert client.was_closed
    assert logs._clients._admin is None
