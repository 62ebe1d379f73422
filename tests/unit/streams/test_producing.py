"""A producer that meets its brokers holds nobody up who has nothing to do with it."""

import asyncio
from collections.abc import Callable, Iterator
from threading import Event as Flag
from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError

from schemas.errors import TemporarilyUnavailableError
from streams.connection import Connection
from streams.producing import Outgoing, Producer

WITHIN_S = 5


class Driver:
    """Stands for kafka-python's: it looks for a topic until it is let go, and then finds none."""

    def __init__(self) -> None:
        self.asked = Flag()
        self.let_go = Flag()
        self.looks = 0
        self.sent: list[bytes] = []
        self.fault: Exception | None = KafkaTimeoutError("no metadata in time")

    def partitions_for(self, topic: str) -> set[int]:
        self.looks += 1
        self.asked.set()
        assert self.let_go.wait(WITHIN_S)
        if self.fault is not None:
            raise self.fault
        return {0}

    def send(self, topic: str, *, value: bytes, **rest: Any) -> None:
        self.sent.append(value)
        raise KafkaTimeoutError("away again")

    def close(self, timeout: float) -> None:
        pass


@pytest.fixture
def driver() -> Driver:
    return Driver()


@pytest.fixture
def producer(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Producer]:
    producer = Producer(Connection(bootstrap="nowhere:9092"))
    monkeypatch.setattr(producer, "_connect", lambda: driver)
    yield producer
    producer.close()


def a_record(value: bytes = b"x") -> Outgoing:
    return Outgoing(topic="events.safety", key="k", value=value)


async def given_up(publishing: Callable[[], Any]) -> str:
    try:
        await publishing()
    except TemporarilyUnavailableError as error:
        return str(error)
    raise AssertionError("it was acknowledged")


async def test_looking_for_a_topic_leaves_the_event_loop_free(
    producer: Producer, driver: Driver
) -> None:
    publishing = asyncio.create_task(producer.apublish(a_record()))

    assert await asyncio.to_thread(driver.asked.wait, WITHIN_S)
    assert not publishing.done()
    driver.let_go.set()

    with pytest.raises(TemporarilyUnavailableError, match="no metadata in time"):
        await publishing


async def test_those_who_come_together_wait_for_one_look(
    producer: Producer, driver: Driver
) -> None:
    driver.let_go.set()

    told = await asyncio.gather(*(given_up(lambda: producer.apublish(a_record())) for _ in "abcd"))

    assert len(set(told)) == driver.looks == 1


async def test_the_next_one_looks_again(producer: Producer, driver: Driver) -> None:
    driver.let_go.set()
    await given_up(lambda: producer.apublish(a_record()))

    await given_up(lambda: producer.apublish(a_record()))

    assert driver.looks == 2


async def test_those_who_waited_go_on_in_the_order_in_which_they_came(
    producer: Producer, driver: Driver
) -> None:
    driver.fault = None
    values = [b"%d" % number for number in range(100)]
    waiting = [asyncio.create_task(given_up(_publishing(producer, value))) for value in values]
    assert await asyncio.to_thread(driver.asked.wait, WITHIN_S)

    driver.let_go.set()
    await asyncio.gather(*waiting)

    assert driver.sent == values
    assert driver.looks == 1


def _publishing(producer: Producer, value: bytes) -> Callable[[], Any]:
    return lambda: producer.apublish(a_record(value))


async def test_one_who_goes_away_takes_no_other_along(producer: Producer, driver: Driver) -> None:
    impatient, patient = (asyncio.create_task(producer.apublish(a_record())) for _ in "ab")
    assert await asyncio.to_thread(driver.asked.wait, WITHIN_S)
    impatient.cancel()
    driver.let_go.set()

    with pytest.raises(TemporarilyUnavailableError):
        await patient

    assert impatient.cancelled()
