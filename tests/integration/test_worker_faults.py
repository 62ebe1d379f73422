"""The two ways in which Faust loses events, on the real one: the head row finds them again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata
from pydantic import SecretStr
from sqlalchemy import make_url

from infra import opening
from infra.accounts import add_up_all
from infra.deployment import Deployment
from schemas.lane import Lane
from schemas.wire.writing import write_event
from streams.connection import Connection
from streams.conservation import Sum
from streams.producing import Outgoing, Producer
from streams.provisioning import make_topics
from streams.topics import EVENTS, wanted_topics
from tests.support.builders import a_place, a_report, an_event

GROUP = "offsite-general"
TOPIC = EVENTS[Lane.GENERAL]
WITHIN_S = 60


@pytest.fixture
def deployment(kafka_bootstrap: str, database: str, tmp_path: Path) -> Deployment:
    make_topics(Connection(bootstrap=kafka_bootstrap), wanted_topics(partitions=4, replication=1))
    return Deployment(
        data=tmp_path,
        kafka=kafka_bootstrap,
        database=SecretStr(database),
        api="http://127.0.0.1:1",
        broker="test",
        is_trial=False,
    )


@contextmanager
def a_worker(deployment: Deployment) -> Iterator[subprocess.Popen[bytes]]:
    env: Mapping[str, str] = {
        **os.environ,
        "OFFSITE_KAFKA": deployment.kafka,
        "OFFSITE_DATABASE": deployment.database.get_secret_value(),
        "OFFSITE_DATA": str(deployment.data),
    }
    command = [sys.executable, "-m", "infra.cli.main", "run", "worker", "--lane", "general"]
    with (deployment.data / "worker.log").open("ab") as log:
        worker = subprocess.Popen(command, env=dict(env), stdout=log, stderr=log)
    try:
        yield worker
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(20)
        finally:
            worker.kill()
            worker.wait()


def publish(deployment: Deployment, name: str, count: int) -> None:
    """So many reports of different places, spread over the partitions."""
    producer = Producer(deployment.connection)

    async def all_of_them() -> None:
        reports = (
            an_event(a_report(place=a_place(f"{name}-{n}")), id=f"{name}-{n}") for n in range(count)
        )
        await asyncio.gather(
            *(
                producer.apublish(Outgoing(topic=TOPIC, key=f"{name}-{n}", value=write_event(one)))
                for n, one in enumerate(reports)
            )
        )

    asyncio.run(all_of_them())
    producer.close()


def sums(deployment: Deployment) -> Sequence[Sum]:
    async def added_up() -> Sequence[Sum]:
        engine = opening.engine(deployment, application="test", connections=1)
        try:
            return await add_up_all(deployment, engine)
        finally:
            await engine.dispose()

    return [one for one in asyncio.run(added_up()) if one.shard.topic == TOPIC]


def settled(deployment: Deployment) -> Sequence[Sum]:
    ends_at = time.monotonic() + WITHIN_S
    while True:
        found = sums(deployment)
        if not any(one.waiting for one in found):
            return found
        assert time.monotonic() < ends_at, (deployment.data / "worker.log").read_text()[-3000:]
        time.sleep(0.3)


def move_group(deployment: Deployment, *, to_end: bool) -> None:
    """Commit somebody else's word for the group; it must have no member."""
    consumer = KafkaConsumer(
        bootstrap_servers=deployment.kafka, group_id=GROUP, enable_auto_commit=False
    )
    partitions = [TopicPartition(TOPIC, number) for number in range(4)]
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions)
    offsets = {
        partition: OffsetAndMetadata(end if to_end else 0, "", -1)
        for partition, end in ends.items()
    }
    consumer.commit(offsets)
    consumer.close(autocommit=False)


def outcomes_of(deployment: Deployment, name: str) -> int:
    """How many cases stand at these places; each must be there once."""
    url = make_url(deployment.database.get_secret_value()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT place_key), max(version) FROM work_files "
            "WHERE place_key LIKE %s",
            (f"place:{name}-%",),
        ).fetchone()
    assert row is not None
    assert row[0] == row[1]
    assert row[2] in {None, 1}
    return int(row[0])


def test_a_group_that_was_moved_to_the_end_skips_nothing(deployment: Deployment) -> None:
    publish(deployment, "forward", 400)
    move_group(deployment, to_end=True)

    with a_worker(deployment):
        found = settled(deployment)

    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert outcomes_of(deployment, "forward") == 400


def test_a_group_that_was_moved_back_repeats_nothing(deployment: Deployment) -> None:
    publish(deployment, "back", 200)
    with a_worker(deployment):
        settled(deployment)
    move_group(deployment, to_end=False)

    publish(deployment, "back-again", 50)
    with a_worker(deployment):
        found = settled(deployment)

    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert outcomes_of(deployment, "back") == 250


def test_a_first_batch_that_fails_is_tried_again_until_it_is_recorded(
    deployment: Deployment,
) -> None:
    """The database is there and busy: the worker waits, and parks nothing."""
    publish(deployment, "fails", 300)
    url = make_url(deployment.database.get_secret_value()).set(drivername="postgresql")

    with psycopg.connect(url.render_as_string(hide_password=False)) as busy:
        busy.execute("LOCK TABLE outcomes IN ACCESS EXCLUSIVE MODE")
        with a_worker(deployment) as worker:
            wait_for(deployment, "neighbour_away")
            worker.send_signal(signal.SIGKILL)  # in its first batch, before any commit
            worker.wait()
        with a_worker(deployment):
            time.sleep(1)
            busy.rollback()
            found = settled(deployment)

    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert outcomes_of(deployment, "fails") == 300


def wait_for(deployment: Deployment, event: str) -> None:
    ends_at = time.monotonic() + WITHIN_S
    while event not in (said := (deployment.data / "worker.log").read_text()):
        assert time.monotonic() < ends_at, said[-3000:]
        time.sleep(0.2)
