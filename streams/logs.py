"""Reads topics without a group: their ids, their ends, and ranges of them again.

Blocking, and for one thread at a time: callers on an event loop go through a thread.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any, Final, Self

from kafka import TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from handlers.ports import Void
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Address, Partition
from streams.absence import translated
from streams.clients import Clients
from streams.connection import Connection
from streams.decoding import Message, message, with_lower_names
from streams.topics import LARGEST_MESSAGE_BYTES

_PATIENCE_MS: Final = 10_000
NOT_A_MESSAGE: Final = "no message: control record, or removed by the broker"
LOG_START: Final = "before the log start: removed by the broker"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRange:
    """What a partition holds: offsets [start, end)."""

    log: Partition
    topic: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Offsets read again: their messages, and the voids between them."""

    messages: Sequence[Message]
    voids: Sequence[Void]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record exactly as it lies there: for whoever publishes the same again."""

    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]]

    @property
    def message_headers(self) -> Mapping[str, bytes]:
        """As a reader sees them."""
        return with_lower_names(self.headers)


class Logs:
    """A reader of topics. Connects at first use; may be closed twice."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._clients = Clients(
            connection,
            answer_ms=_PATIENCE_MS,
            max_partition_fetch_bytes=2 * LARGEST_MESSAGE_BYTES,
        )
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the brokers."""
        with self._lock:
            self._clients.leave()

    @contextmanager
    def _asking(self, doing: str) -> Iterator[None]:
        """One at a time. Clients that failed are left.

        Where a partition has no leader just now, kafka-python raises a `KeyError` of its own.
        """
        with self._lock, translated(doing, self._connection):
            try:
                yield
            except KeyError as error:
                self._clients.leave()
                raise KafkaTimeoutError(f"no answer about {error}") from error
            except KafkaError:
                self._clients.leave()
                raise

    def ranges(self, topics: Sequence[str]) -> Sequence[LogRange]:
        """What each partition of these topics holds just now.

        A broker that gives no topic ids is read by the topic's name instead.

        Raises:
            TemporarilyUnavailableError: Kafka is away, or a topic isn't there.
        """
        with self._asking("reading ends"):
            found = self._describe(topics)
            places = [
                TopicPartition(name, number)
                for name, (_, numbers) in found.items()
                for number in numbers
            ]
            consumer = self._clients.reader
            starts = consumer.beginning_offsets(places)
            ends = consumer.end_offsets(places)
            return [
                LogRange(
                    log=Partition(found[place.topic][0], place.partition),
                    topic=place.topic,
                    start=starts[place],
                    end=ends[place],
                )
                for place in places
            ]

    def topic_ids(self, topics: Sequence[str]) -> Mapping[str, str]:
        """The identity of each topic (KIP-516), by name."""
        with self._asking("reading topic ids"):
            return {name: topic_id for name, (topic_id, _) in self._describe(topics).items()}

    def cluster_id(self) -> str:
        """The identity of the whole cluster; brokers that are made anew have another.

        Raises:
            TemporarilyUnavailableError: Kafka is away.
        """
        with self._asking("reading the cluster's id"):
            return str(self._clients.admin.describe_cluster()["cluster_id"])

    def read(self, topic: str, log: Partition, *, first: int, end: int) -> Stretch:
        """Read [first, end) again. Offsets that hold no message come back as voids.

        Raises:
            TemporarilyUnavailableError: the broker didn't give the whole range in time.
        """
        with self._asking(f"reading {topic} again"):
            consumer = self._clients.reader
            place = TopicPartition(topic, log.number)
            start = min(max(first, consumer.beginning_offsets([place])[place]), end)
            consumer.assign([place])
            consumer.seek(place, start)
            messages = self._collect(consumer, place, log, (start, end))
            consumer.assign([])
        voids = [Void(first=first, end=start, reason=LOG_START)] if start > first else []
        return Stretch(messages=messages, voids=voids + _holes(messages, start, end))

    def kept_at(self, topic: str, log: Partition, offset: int) -> Kept | None:
        """The one record at an address; none where the broker has no message there any more.

        Raises:
            TemporarilyUnavailableError: the broker didn't give it in time.
        """
        with self._asking(f"reading {topic} again"):
            consumer = self._clients.reader
            place = TopicPartition(topic, log.number)
            start = consumer.beginning_offsets([place])[place]
            if not start <= offset < consumer.end_offsets([place])[place]:
                return None
            consumer.assign([place])
            consumer.seek(place, offset)
            record = next(iter(self._records(consumer, place, (offset, offset + 1))), None)
            consumer.assign([])
        return None if record is None else _kept(record)

    def _collect(
        self, consumer: Any, place: TopicPartition, log: Partition, span: tuple[int, int]
    ) -> list[Message]:
        return [_message(record, log) for record in self._records(consumer, place, span)]

    def _records(self, consumer: Any, place: TopicPartition, span: tuple[int, int]) -> list[Any]:
        at, end = span
        found: list[Any] = []
        while at < end:
            records = consumer.poll(timeout_ms=_PATIENCE_MS).get(place, [])
            position = consumer.position(place)
            if not records and position <= at:
                raise TemporarilyUnavailableError(
                    f"{place.topic}/{place.partition}: expected offset {at}, got nothing in time"
                )
            found += [record for record in records if record.offset < end]
            at = position
        return found

    def _describe(self, topics: Sequence[str]) -> Mapping[str, tuple[str, list[int]]]:
        admin = self._clients.admin
        answer = {topic["name"]: topic for topic in admin.describe_topics(list(topics))}
        absent = [name for name in topics if answer.get(name, {}).get("error_code", 1) != 0]
        if absent:
            raise TemporarilyUnavailableError(
                f"expected topics {', '.join(topics)}; "
                f"not there, or may not be seen by us: {', '.join(absent)}"
            )
        return {
            name: (
                topic_identity(name, answer[name].get("topic_id")),
                sorted(p["partition_index"] for p in answer[name]["partitions"]),
            )
            for name in topics
        }


def topic_identity(name: str, topic_id: object) -> str:
    """The id as text; the name where the broker has no ids (all zeros or nothing)."""
    text = str(topic_id) if topic_id is not None else ""
    return text if text.strip("0-") else name


def _message(record: Any, log: Partition) -> Message:
    return message(
        Address(log.topic_id, log.number, record.offset),
        timestamp_ms=record.timestamp,
        value=record.value,
        headers=record.headers,
    )


def _kept(record: Any) -> Kept:
    return Kept(
        key=record.key,
        value=b"" if record.value is None else record.value,
        headers=[(name, content or b"") for name, content in record.headers],
    )


def _holes(messages: Sequence[Message], start: int, end: int) -> list[Void]:
    """The stretches between messages: a log that is never compacted has them only by design."""
    holes: list[Void] = []
    at = start
    for record in messages:
        if record.address.offset > at:
            holes.append(Void(first=at, end=record.address.offset, reason=NOT_A_MESSAGE))
        at = record.address.offset + 1
    if at < end:
        holes.append(Void(first=at, end=end, reason=NOT_A_MESSAGE))
    return holes
