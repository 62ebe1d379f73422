"""Looks at the cluster: which brokers live, who leads what, where each partition ends, who lags.

Blocking, and for one thread at a time: callers on an event loop go through a thread. One part
that is away costs its own numbers only: what nobody could tell is absent, never guessed.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final

from kafka import TopicPartition
from kafka.errors import KafkaError

from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Partition
from schemas.lane import Lane
from streams.absence import translated
from streams.clients import Clients
from streams.connection import Connection
from streams.logs import topic_identity
from streams.topics import DEAD_LETTERS, DISPOSITIONS, EVENTS, PAGES

OUR_GROUPS: Final[Mapping[str, str]] = {EVENTS[lane]: f"offsite-{lane}" for lane in Lane}
"""The group that decides each topic."""

_ANSWER_MS: Final = 2500
_PERSIST_S: Final = 2.0
"""A broker that has just died is still asked; another one answers at the next try."""
_PAUSE_S: Final = 0.1
_END_MS: Final = 2000
_OLDEST_WITHIN_S: Final = 2.0
_GROUPS_EVERY_S: Final = 10.0
_A_MESSAGE_BYTES: Final = 64 * 1024
"""Only a time is wanted; a broker sends one message in any case, however long it is."""
_LEAVING: Final = (*DISPOSITIONS.values(), PAGES, DEAD_LETTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionSeen:
    """A partition as the cluster tells it. No `end`: its leader gave no answer."""

    topic: str
    log: Partition
    leader: int | None
    replicas: frozenset[int]
    in_sync: frozenset[int]
    end: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLag:
    """How far somebody else's group, of dispatchers say, is behind in one of our topics."""

    group: str
    topic: str
    partition: int
    end: int
    committed: int

    @property
    def lag(self) -> int:
        """Messages that it has not committed."""
        return max(0, self.end - self.committed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSeen:
    """The cluster at one look. `away`: brokers that ought to be there and give no answer."""

    alive: frozenset[int]
    away: frozenset[int]
    partitions: Sequence[PartitionSeen]
    groups: Sequence[GroupLag] = ()


class ClusterEye:
    """Connects at first use, and anew after a fault; may be closed twice."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._clients = Clients(
            connection,
            answer_ms=_ANSWER_MS,
            request_timeout_ms=_ANSWER_MS,
            max_partition_fetch_bytes=_A_MESSAGE_BYTES,
        )
        self._groups: Sequence[GroupLag] = ()
        self._groups_due_at = 0.0
        self._lock = Lock()

    def close(self) -> None:
        """Leave the brokers."""
        with self._lock:
            self._clients.leave()

    def look(self) -> ClusterSeen:
        """Ask for everything but messages.

        Raises:
            TemporarilyUnavailableError: no broker answers, or our topics aren't there.
        """
        with self._lock:
            try:
                with translated("looking at the cluster", self._connection):
                    return self._look()
            except TemporarilyUnavailableError:
                self._clients.leave()
                raise

    def oldest(self, asked: Mapping[tuple[str, int], int]) -> Mapping[tuple[str, int], datetime]:
        """The broker's time of the message at each offset, as far as leaders answer in time."""
        if not asked:
            return {}
        with self._lock, suppress(KafkaError):
            return self._oldest(asked)
        return {}

    def _look(self) -> ClusterSeen:
        admin = self._clients.admin
        topics = _partitions_of(
            _persistently(lambda: admin.describe_topics([*EVENTS.values(), *_LEAVING]))
        )
        incoming = [each for each in topics if each.topic in OUR_GROUPS]
        missing = set(OUR_GROUPS) - {each.topic for each in incoming}
        if missing:
            raise TemporarilyUnavailableError(f"expected topics, got none named {sorted(missing)}")
        alive, registered = _brokers(_persistently(admin.describe_cluster))
        ends, silent = self._ends(incoming)
        expected = registered.union(*(each.replicas for each in topics))
        return ClusterSeen(
            alive=alive - silent,
            away=(expected - alive) | silent,
            partitions=[
                replace(each, end=ends.get(TopicPartition(each.topic, each.log.number)))
                for each in incoming
            ],
            groups=self._others(admin, topics),
        )

    def _ends(
        self, partitions: Sequence[PartitionSeen]
    ) -> tuple[Mapping[TopicPartition, int], frozenset[int]]:
        """Each leader is asked by itself: one that is silent takes no other's answer away."""
        led: dict[int, list[TopicPartition]] = defaultdict(list)
        for each in partitions:
            if each.leader is not None:
                led[each.leader].append(TopicPartition(each.topic, each.log.number))
        ends: dict[TopicPartition, int] = {}
        silent: set[int] = set()
        for leader, places in led.items():
            try:
                ends |= self._clients.reader.end_offsets(places, timeout_ms=_END_MS)
            except KafkaError:
                silent.add(leader)
        if led and silent == set(led):
            raise TemporarilyUnavailableError(
                f"expected an answer of Kafka at {self._connection.bootstrap}, got none in time"
            )
        return ends, frozenset(silent)

    def _oldest(self, asked: Mapping[tuple[str, int], int]) -> Mapping[tuple[str, int], datetime]:
        reader = self._clients.reader
        places = {TopicPartition(*place): offset for place, offset in asked.items()}
        reader.assign(list(places))
        for place, offset in places.items():
            reader.seek(place, offset)
        found: dict[tuple[str, int], datetime] = {}
        until = time.monotonic() + _OLDEST_WITHIN_S
        while len(found) < len(places) and time.monotonic() < until:
            for place, records in reader.poll(timeout_ms=200, max_records=1).items():
                for record in records:
                    at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
                    found.setdefault((place.topic, place.partition), at)
                reader.pause(place)
        reader.assign([])
        return found

    def _others(self, admin: Any, topics: Sequence[PartitionSeen]) -> Sequence[GroupLag]:
        """Of dispatchers and whoever else reads what leaves. Asked for seldom."""
        if time.monotonic() < self._groups_due_at:
            return self._groups
        self._groups_due_at = time.monotonic() + _GROUPS_EVERY_S
        try:
            names = [group["group_id"] for group in admin.list_groups()]
            foreign = {name: None for name in names if name not in OUR_GROUPS.values()}
            committed = admin.list_group_offsets(foreign) if foreign else {}
            self._groups = self._lagging(committed, topics)
        except KafkaError:
            self._groups = ()
        return self._groups

    def _lagging(
        self, committed: Mapping[str, Mapping[Any, Any]], topics: Sequence[PartitionSeen]
    ) -> Sequence[GroupLag]:
        ours = {
            TopicPartition(each.topic, each.log.number)
            for each in topics
            if each.topic in _LEAVING and each.leader is not None
        }
        wanted = {place for offsets in committed.values() for place in offsets} & ours
        ends = self._clients.reader.end_offsets(list(wanted), timeout_ms=_END_MS) if wanted else {}
        return [
            GroupLag(
                group=group,
                topic=place.topic,
                partition=place.partition,
                end=ends[place],
                committed=max(0, offsets[place].offset),
            )
            for group, offsets in sorted(committed.items())
            for place in sorted(offsets)
            if place in ends
        ]


def _partitions_of(answer: Iterable[Mapping[str, Any]]) -> Sequence[PartitionSeen]:
    return [
        PartitionSeen(
            topic=topic["name"],
            log=Partition(
                topic_identity(topic["name"], topic.get("topic_id")), one["partition_index"]
            ),
            leader=one["leader_id"] if one["leader_id"] >= 0 else None,
            replicas=frozenset(one["replica_nodes"]),
            in_sync=frozenset(one["isr_nodes"]),
            end=None,
        )
        for topic in answer
        if topic["error_code"] == 0
        for one in sorted(topic["partitions"], key=lambda one: one["partition_index"])
    ]


def _persistently(ask: Callable[[], Any]) -> Any:
    until = time.monotonic() + _PERSIST_S
    while True:
        try:
            return ask()
        except KafkaError:
            if time.monotonic() >= until:
                raise
        time.sleep(_PAUSE_S)


def _brokers(answer: Mapping[str, Any]) -> tuple[frozenset[int], frozenset[int]]:
    """Those that live, and those that are registered: a fenced one is missed (KIP-1073)."""
    known = answer["brokers"]
    alive = (each["broker_id"] for each in known if not each.get("is_fenced", False))
    return frozenset(alive), frozenset(each["broker_id"] for each in known)
