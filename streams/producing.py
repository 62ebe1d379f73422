"""The one way into Kafka for doors, camera workers and the relay: idempotent, `acks=all`.

Returns only after the broker acknowledged. A message whose acknowledgement did not come in time
may lie in Kafka all the same: its sender sends it again, and its effects happen once.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Address
from streams.absence import away
from streams.connection import MEET_WITHIN_MS, NOTICE_WITHIN_MS, Connection
from streams.logs import topic_identity
from streams.topics import LARGEST_MESSAGE_BYTES

DELIVERY_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A record to publish. `headers` are Kafka's."""

    topic: str
    key: str
    value: bytes
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Where the broker put it."""

    topic: str
    address: Address


class Producer:
    """Publishes. Connects at first use; share one a process, from any thread."""

    def __init__(self, connection: Connection, *, linger_ms: int = 2) -> None:
        self._connection = connection
        self._linger_ms = linger_ms
        self._driver: Any = None
        self._lock = Lock()
        self._swap = Lock()
        self._failed_at = float("-inf")
        self._met: set[str] = set()
        self._meetings: dict[str, asyncio.Future[None]] = {}

    def publish(self, record: Outgoing) -> Receipt:
        """Block until acknowledged.

        Raises:
            TemporarilyUnavailableError: no acknowledgement in time; it may be there or not.
        """
        driver = self._connected(time.monotonic())
        try:
            sent = self._send(driver, record)
        except KafkaError as error:
            raise self._away(error) from error
        try:
            answer = sent.get(timeout=DELIVERY_TIMEOUT_S + 1)
        except KafkaError as error:
            self._retire_if_stuck(driver, error)
            raise self._away(error) from error
        return self._receipt(driver, answer)

    async def apublish(self, record: Outgoing) -> Receipt:
        """The same without blocking the event loop."""
        if record.topic not in self._met:
            await asyncio.shield(self._meeting(record.topic))
        driver = self._driver or await asyncio.to_thread(self._connected, time.monotonic())
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Any] = loop.create_future()

        def settle(value: Any, *, failed: bool) -> None:
            if answered.done():
                return
            if failed:
                self._retire_if_stuck(driver, value)
                answered.set_exception(self._away(value))
            else:
                answered.set_result(value)

        try:
            sent = self._send(driver, record)
        except KafkaError as error:
            raise self._away(error) from error
        sent.add_callback(lambda v: loop.call_soon_threadsafe(lambda: settle(v, failed=False)))
        sent.add_errback(lambda e: loop.call_soon_threadsafe(lambda: settle(e, failed=True)))
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT_S + 1):
                return self._receipt(driver, await answered)
        except TimeoutError as error:
            self._retire_if_stuck(driver, error)
            raise self._away(error) from error

    def close(self) -> None:
        """Leave the brokers; may be repeated."""
        with self._lock:
            if self._driver is not None:
                _end(self._driver, within_s=2)
                self._driver = None
            self._met.clear()

    def _retire_if_stuck(self, driver: Any, error: BaseException) -> None:
        """A driver whose record timed out may never send again: the next record gets a new one.

        Seen when two of three brokers were killed and came back: its batches expired, and it then
        sent nothing for ever. A new driver has another producer id, so a record of unknown fate
        may come twice, as it may whenever a sender has to send again.
        """
        if not isinstance(error, KafkaTimeoutError | TimeoutError):
            return
        with self._swap:  # not the other lock, which is held for seconds while we connect
            if self._driver is not driver:
                return  # another one's record timed out before
            self._driver = None
            self._met.clear()
        Thread(target=_end, args=(driver,), kwargs={"within_s": 0}, daemon=True).start()

    def _send(self, driver: Any, record: Outgoing) -> Any:
        return driver.send(
            record.topic,
            value=record.value,
            key=record.key.encode(),
            headers=list(record.headers),
        )

    def _meeting(self, topic: str) -> "asyncio.Future[None]":
        """The driver looks for a topic that it never met, and would hold the event loop meanwhile.

        All wait for the same look, and so go on in the order in which they came.
        """
        if topic not in self._meetings:
            look = asyncio.to_thread(self._look_for, topic, time.monotonic())
            meeting = self._meetings[topic] = asyncio.ensure_future(look)
            meeting.add_done_callback(lambda done: self._end_meeting(topic, done))
        return self._meetings[topic]

    def _end_meeting(self, topic: str, done: "asyncio.Future[None]") -> None:
        del self._meetings[topic]
        if not done.cancelled() and done.exception() is None:
            self._met.add(topic)

    def _look_for(self, topic: str, asked_at: float) -> None:
        driver = self._connected(asked_at)
        try:
            driver.partitions_for(topic)
        except KafkaError as error:
            raise self._away(error) from error

    def _connected(self, asked_at: float) -> Any:
        """Those who waited while another one tried in vain don't try again one by one."""
        with self._lock:
            driver = self._driver
            if driver is None:
                if self._failed_at > asked_at:
                    raise self._away("no connection just now")
                try:
                    driver = self._connect()
                except KafkaError as error:
                    self._failed_at = time.monotonic()
                    raise TemporarilyUnavailableError(away(self._connection, error)) from error
                with self._swap:
                    self._driver = driver
            return driver

    def _connect(self) -> Any:
        return KafkaProducer(
            **self._connection.driver_settings(),
            acks="all",
            enable_idempotence=True,
            linger_ms=self._linger_ms,
            max_request_size=LARGEST_MESSAGE_BYTES,
            delivery_timeout_ms=int(DELIVERY_TIMEOUT_S * 1000),
            request_timeout_ms=int(DELIVERY_TIMEOUT_S * 500),
            max_block_ms=MEET_WITHIN_MS,
            bootstrap_timeout_ms=MEET_WITHIN_MS,
            allow_auto_create_topics=False,
            reconnect_backoff_max_ms=1000,
            metadata_max_age_ms=NOTICE_WITHIN_MS,
        )

    def _receipt(self, driver: Any, answer: Any) -> Receipt:
        topic_id = driver._metadata.topic_id(answer.topic)  # noqa: SLF001 - no public way
        identity = topic_identity(answer.topic, topic_id)
        return Receipt(
            topic=answer.topic, address=Address(identity, answer.partition, answer.offset)
        )

    def _away(self, error: BaseException | str) -> TemporarilyUnavailableError:
        return TemporarilyUnavailableError(
            f"expected an acknowledgement from Kafka at {self._connection.bootstrap}, got {error!r}"
        )


def _end(driver: Any, *, within_s: float) -> None:
    """Nobody was promised what isn't acknowledged yet, and absent brokers can't keep us."""
    try:
        driver.close(timeout=within_s)
    except KafkaError:  # it gave up at its flush and would leave its thread behind
        driver._sender.force_close()  # noqa: SLF001 - no public way
