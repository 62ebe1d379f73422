"""How probes find their partition on the way in, and how they are read as they come back."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.partitioner.default import murmur2

from schemas.errors import InvalidValueError, TemporarilyUnavailableError
from schemas.lane import Lane
from schemas.probe import Probe
from schemas.wire.checking import checked
from schemas.wire.envelope import open_envelope
from schemas.wire.outgoing import ProbeReturnedV1
from streams.absence import translated
from streams.connection import MEET_WITHIN_MS, Connection
from streams.topics import EVENTS, PROBES

_POLL_MS: Final = 250
_LOOK_AROUND_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A probe that went the whole way. `arrived` is by this process's monotonic clock."""

    lane: Lane
    number: int
    decided_at: datetime
    arrived: float


def partition_of(key: str, partitions: int) -> int:
    """Where a key leads, by the rule of Kafka's own producers."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % partitions


def next_number(probe: Probe, *, partition: int, partitions: int) -> Probe:
    """The first such probe, from its number on, that travels to the partition."""
    number = probe.number
    while True:
        found = Probe(lane=probe.lane, number=number, sent_at=probe.sent_at)
        if partition_of(found.key, partitions) == partition % partitions:
            return found
        number += 1


class Returns:
    """Reads the topic of probes, from its end at first, without a group. Blocks; one thread.

    Where Kafka was away meanwhile it goes on from where it stood, so that nothing is missed.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection
        self._driver: Any = None
        self._positions: dict[Any, int] = {}
        self._looked_around_at = float("-inf")
        self._partitions: dict[Lane, int] = {}

    @property
    def partitions(self) -> Mapping[Lane, int]:
        """How many each lane's topic has, as far as is known."""
        return self._partitions

    def read(self) -> Sequence[Returned]:
        """What came since the last call; waits a quarter of a second for something.

        Raises:
            TemporarilyUnavailableError: Kafka is away, or the topic isn't there.
        """
        try:
            with translated("reading probes", self._connection):
                consumer = self._consumer()
                records = consumer.poll(timeout_ms=_POLL_MS)
                for place in self._positions:
                    self._positions[place] = consumer.position(place)
        except TemporarilyUnavailableError:
            self.close()
            raise
        arrived = time.monotonic()
        found = [_returned(record.value, arrived) for group in records.values() for record in group]
        return [one for one in found if one is not None]

    def close(self) -> None:
        """Leave the brokers; where we stood is remembered. May be repeated."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def _consumer(self) -> Any:
        if self._driver is None:
            self._driver = self._connected()
        if time.monotonic() >= self._looked_around_at + _LOOK_AROUND_S:
            self._look_around(self._driver)
            self._looked_around_at = time.monotonic()
        return self._driver

    def _connected(self) -> Any:
        consumer = KafkaConsumer(
            **self._connection.driver_settings(),
            bootstrap_timeout_ms=MEET_WITHIN_MS,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="latest",
            allow_auto_create_topics=False,
        )
        try:
            numbers = consumer.partitions_for_topic(PROBES)
            if not numbers:
                raise TemporarilyUnavailableError(f"expected a topic {PROBES}, got none")
            places = [TopicPartition(PROBES, number) for number in sorted(numbers)]
            consumer.assign(places)
            ends = consumer.end_offsets(places)
            for place in places:
                consumer.seek(place, min(self._positions.get(place, ends[place]), ends[place]))
                self._positions[place] = consumer.position(place)
        except BaseException:
            consumer.close()
            raise
        return consumer

    def _look_around(self, consumer: Any) -> None:
        for lane, topic in EVENTS.items():
            if numbers := consumer.partitions_for_topic(topic):
                self._partitions[lane] = len(numbers)


def _returned(value: bytes | None, arrived: float) -> Returned | None:
    """What isn't a probe's letter is nothing to us."""
    try:
        envelope = open_envelope(value or b"", {})
        data = checked(ProbeReturnedV1, envelope.data, root="data")
    except InvalidValueError:
        return None
    return Returned(lane=data.lane, number=data.number, decided_at=envelope.time, arrived=arrived)
