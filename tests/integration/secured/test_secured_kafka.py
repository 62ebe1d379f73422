"""Every part reaches a Kafka that wants TLS and a password, and says plainly when it is refused."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import make_url

from schemas.errors import TemporarilyUnavailableError
from schemas.lane import Lane
from schemas.wire.writing import write_event
from streams.absence import away, why_refused
from streams.connection import Connection
from streams.logs import Logs
from streams.producing import Outgoing, Producer
from streams.provisioning import deviations
from streams.security import Security
from streams.topics import EVENTS, wanted_topics
from tests.integration.secured.conftest import PASSWORDS, as_user, settings_of
from tests.support.authority import Authority
from tests.support.builders import a_place, a_report, an_event
from tests.support.parts import a_part, wait_until
from tests.support.secured import OWNER, SecuredKafka

pytestmark = [pytest.mark.broker, pytest.mark.database]

TOPIC = EVENTS[Lane.GENERAL]


def publish(connection: Connection, name: str) -> None:
    producer = Producer(connection)
    event = an_event(a_report(place=a_place(name)), id=name)
    record = Outgoing(topic=TOPIC, key=name, value=write_event(event))
    asyncio.run(producer.apublish(record))
    producer.close()


def outcomes(database: str) -> int:
    url = make_url(database).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        row = connection.execute("SELECT count(*) FROM outcomes").fetchone()
    assert row is not None
    return int(row[0])


def length(connection: Connection, topic: str) -> int:
    consumer = KafkaConsumer(**connection.driver_settings())
    places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
    found = sum(consumer.end_offsets(places).values())
    consumer.close()
    return int(found)


def test_worker_and_relay_carry_an_event_from_end_to_end(
    secured_kafka: SecuredKafka, database: str, tmp_path: Path
) -> None:
    connection = as_user(secured_kafka, OWNER)
    publish(connection, "whole-way")
    env = settings_of(connection, tmp_path, database)
    log = tmp_path / "log"
    before = length(connection, "disposition.soft")

    with (
        a_part("worker", "--lane", "general", env=env, log=log),
        a_part("relay", env=env, log=log),
    ):
        wait_until(lambda: outcomes(database) >= 1, log=log)
        wait_until(lambda: length(connection, "disposition.soft") > before, log=log)

    assert PASSWORDS[OWNER] not in log.read_text()


def test_topics_are_read_and_checked_over_it(secured_kafka: SecuredKafka) -> None:
    connection = as_user(secured_kafka, OWNER)

    with Logs(connection) as logs:
        assert set(logs.topic_ids([TOPIC])) == {TOPIC}
    assert deviations(connection, wanted_topics(partitions=2, replication=1)) == []


def test_a_certificate_names_us_as_well_as_a_password(secured_kafka: SecuredKafka) -> None:
    certificate, key = secured_kafka.authority.vouch_for("auditor")
    security = Security(ca=secured_kafka.authority.ca, certificate=certificate, key=key)

    with (
        Logs(Connection(bootstrap=secured_kafka.by_certificate, security=security)) as logs,
        pytest.raises(TemporarilyUnavailableError, match="may not be seen by us"),
    ):
        logs.topic_ids([TOPIC])  # let in, and known as somebody who has no right yet


def test_a_wrong_password_is_one_sentence_without_it(
    secured_kafka: SecuredKafka, database: str, tmp_path: Path
) -> None:
    connection = as_user(secured_kafka, "worker", password="wr0ng-secret")

    said = refused(settings_of(connection, tmp_path, database))

    assert "a refusal of user 'worker': the name or the password is wrong" in said
    assert "wr0ng-secret" not in said


def test_an_unknown_authority_is_one_sentence(
    secured_kafka: SecuredKafka, database: str, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other", name="another authority")
    login = as_user(secured_kafka, "worker").security.login
    security = Security(ca=other.ca, login=login)
    connection = Connection(bootstrap=secured_kafka.by_password, security=security)

    said = refused(settings_of(connection, tmp_path, database))

    assert f"got a certificate that {other.ca} doesn't vouch for" in said
    assert PASSWORDS["worker"] not in said


def refused(env: Mapping[str, str]) -> str:
    """What a worker says that can't come in: one line of ours, no traceback."""
    command = [sys.executable, "-m", "infra.cli.main", "run", "worker", "--lane", "general"]
    done = subprocess.run(
        command, env={"PATH": "/usr/bin:/bin", **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    ours = [line for line in done.stdout.splitlines() if '"process_gave_up"' in line]
    assert len(ours) == 1
    assert "Traceback" not in done.stderr
    return done.stderr + done.stdout


def test_a_refusal_is_told_from_absence(secured_kafka: SecuredKafka) -> None:
    wrong = as_user(secured_kafka, "door", password="wrong")
    nobody = Connection(bootstrap="127.0.0.1:9", security=wrong.security)

    assert "a refusal of user 'door'" in away(wrong, "nothing")
    assert away(nobody, "nothing") == "expected Kafka at 127.0.0.1:9, got 'nothing'"
    assert why_refused(as_user(secured_kafka, "door")) is None
