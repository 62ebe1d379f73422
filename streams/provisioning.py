"""Makes our topics, grows them, and says where those there differ from what they ought to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError

from schemas.errors import InvalidValueError
from streams.absence import translated
from streams.connection import MEET_WITHIN_MS, Connection
from streams.topics import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A setting that is not as it ought to be."""

    topic: str
    setting: str
    expected: str
    got: str


def make_topics(connection: Connection, wanted: Sequence[Topic]) -> None:
    """Make what is missing; leave alone what is there. May be repeated.

    Raises:
        TemporarilyUnavailableError: Kafka is away.
    """
    with translated("making topics", connection):
        admin = KafkaAdminClient(**connection.driver_settings())
        try:
            there = set(admin.list_topics())
            for topic in wanted:
                if topic.name not in there:
                    _make(admin, topic)
        finally:
            admin.close()


def _make(admin: Any, topic: Topic) -> None:
    try:
        admin.create_topics(
            {
                topic.name: {
                    "num_partitions": topic.partitions,
                    "replication_factor": topic.replication,
                    "configs": dict(topic.settings),
                }
            },
            wait_for_metadata=True,
        )
    except TopicAlreadyExistsError:  # another process was quicker
        return


def grow(connection: Connection, topic: str, *, to: int) -> int:
    """Add partitions; answer how many there were. The caller must know that nothing waits.

    A key may map to another partition from now on: what came before lies where it lay.

    Raises:
        InvalidValueError: a topic can't shrink.
        TemporarilyUnavailableError: Kafka is away, or the topic isn't there.
    """
    with translated("adding partitions", connection):
        admin = KafkaAdminClient(**connection.driver_settings())
        try:
            there = len(admin.describe_topics([topic])[0]["partitions"])
            if to < there:
                raise InvalidValueError(
                    expected=f"at least {there} partitions, as there are", got=str(to), field="to"
                )
            if to > there:
                admin.create_partitions({topic: to})
            return there
        finally:
            admin.close()


def deviations(connection: Connection, wanted: Sequence[Topic]) -> Sequence[Deviation]:
    """Hold what is there against what ought to be.

    Raises:
        TemporarilyUnavailableError: Kafka is away.
    """
    with translated("reading topic settings", connection):
        admin = KafkaAdminClient(
            **connection.driver_settings(), bootstrap_timeout_ms=MEET_WITHIN_MS
        )
        try:
            there = {topic["name"]: topic for topic in admin.describe_topics()}
            found: list[Deviation] = []
            for topic in wanted:
                if topic.name not in there:
                    found.append(
                        Deviation(topic=topic.name, setting="topic", expected="there", got="none")
                    )
                    continue
                found += _deviating(topic, _settings(admin, topic.name))
            return found
        finally:
            admin.close()


def _settings(admin: Any, name: str) -> Mapping[str, str]:
    answer = admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all"
    )
    settings: dict[str, str] = {}
    for resources in answer.values():
        for entries in resources.values():
            settings.update({key: str(entry["value"]) for key, entry in entries.items()})
    return settings


def _deviating(topic: Topic, got: Mapping[str, str]) -> list[Deviation]:
    return [
        Deviation(
            topic=topic.name, setting=setting, expected=expected, got=got.get(setting, "nothing")
        )
        for setting, expected in topic.settings.items()
        if got.get(setting) != expected
    ]
