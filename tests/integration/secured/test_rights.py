"""Each principal of `docs/examples/kafka-acls.sh` can do its job, and nobody else's."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Partition
from schemas.lane import Lane
from schemas.wire.writing import write_event
from streams.connection import Connection
from streams.logs import Logs
from streams.producing import Outgoing, Producer
from streams.provisioning import deviations, make_topics
from streams.topics import EVENTS, wanted_topics
from tests.integration.secured.conftest import as_user, settings_of
from tests.integration.secured.test_secured_kafka import outcomes
from tests.support.builders import a_place, a_report, an_event
from tests.support.parts import a_part, wait_until
from tests.support.rights import give_rights, rights
from tests.support.secured import SecuredKafka

pytestmark = [pytest.mark.broker, pytest.mark.database]

IN, OUT = EVENTS[Lane.GENERAL], "disposition.soft"
JOBS: Mapping[str, set[tuple[str, str]]] = {
    "door": {("write", IN)},
    "camera": {("write", IN)},
    "worker": {("read", IN)},
    "relay": {("write", OUT)},
    "operations": set(),
    "lookout": {("read", IN)},
    "auditor": {("read", IN)},
    "dispatcher": {("read", OUT)},
}
ALL = [("write", IN), ("read", IN), ("write", OUT), ("read", OUT)]


@pytest.fixture(scope="module")
def kafka(secured_kafka: SecuredKafka) -> SecuredKafka:
    give_rights(secured_kafka.inside)
    for topic in (IN, OUT):
        write(secured_kafka.inside, topic)
    return secured_kafka


def write(connection: Connection, topic: str) -> None:
    producer = Producer(connection)
    try:
        value = write_event(an_event(a_report(place=a_place("right")), id="right"))
        producer.publish(Outgoing(topic=topic, key="right", value=value))
    finally:
        producer.close()


def read(connection: Connection, topic: str) -> None:
    """Some record of the topic; both partitions may be the one that has it."""
    with Logs(connection) as logs:
        topic_id = logs.topic_ids([topic])[topic]
        full = next(log for log in logs.ranges([topic]) if log.end > log.start)
        log = Partition(topic_id, full.log.number)
        assert logs.read(topic, log, first=full.start, end=full.start + 1).messages


def can(connection: Connection, action: str, topic: str) -> bool:
    try:
        (write if action == "write" else read)(connection, topic)
    except TemporarilyUnavailableError:
        return False
    return True


def test_the_script_names_everybody_and_every_topic() -> None:
    named = {each.name for each in rights() if each.kind == "topic"}

    assert {each.principal for each in rights()} == set(JOBS)
    assert {topic.name for topic in wanted_topics(partitions=1, replication=1)} <= named


@pytest.mark.parametrize("principal", JOBS)
def test_each_can_do_its_job_and_no_other(kafka: SecuredKafka, principal: str) -> None:
    connection = as_user(kafka, principal)

    done = {(action, topic) for action, topic in ALL if can(connection, action, topic)}

    assert done == JOBS[principal]


def test_a_worker_needs_no_more_than_its_rights(
    kafka: SecuredKafka, database: str, tmp_path: Path
) -> None:
    env = settings_of(as_user(kafka, "worker"), tmp_path, database)
    log = tmp_path / "log"

    with a_part("worker", "--lane", "general", env=env, log=log):
        wait_until(lambda: outcomes(database) >= 1, log=log)


def test_operations_make_and_check_topics(kafka: SecuredKafka) -> None:
    connection = as_user(kafka, "operations")
    wanted = wanted_topics(partitions=2, replication=1)
    more = replace(wanted[0], name="made-by-operations")

    make_topics(connection, [*wanted, more])

    assert deviations(connection, [*wanted, more]) == []


def test_who_is_nobody_makes_no_topics(kafka: SecuredKafka) -> None:
    wanted = wanted_topics(partitions=2, replication=1)

    with pytest.raises(TemporarilyUnavailableError, match="Authorization"):
        make_topics(as_user(kafka, "door"), [replace(wanted[0], name="made-by-the-door")])
