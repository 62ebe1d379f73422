"""Several workers of one lane on a real Kafka: they leave at once when asked, and share anew."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError
from sqlalchemy import make_url

from infra.deployment import Deployment
from schemas.lane import Lane
from schemas.wire.writing import write_event
from streams.producing import Outgoing, Producer
from streams.topics import EVENTS
from tests.support import leftovers
from tests.support.builders import a_place, a_report, an_event
from tests.support.lane_processes import a_deployment, rows, settled
from tests.support.lane_workers import lane_workers

GROUP = "offsite-general"
TOPIC = EVENTS[Lane.GENERAL]
SESSION_S = 6
WITHIN_S = 60
pytestmark = pytest.mark.filterwarnings(*leftovers.IGNORED)


@pytest.fixture
def deployment(kafka_bootstrap: str, database: str, tmp_path: Path) -> Deployment:
    return a_deployment(kafka_bootstrap, database, tmp_path)


def shares(deployment: Deployment) -> Sequence[int]:
    """How many partitions each member of the group has."""
    admin: Any = KafkaAdminClient(bootstrap_servers=deployment.kafka)
    try:
        group: Mapping[str, Any] = admin.describe_groups([GROUP])[GROUP]
    except KafkaError:  # the broker's very first group: its coordinator is still being made
        return []
    finally:
        admin.close()
    if group["group_state"] != "Stable":
        return []
    return sorted(
        sum(len(topic["partitions"]) for topic in _assigned(member)) for member in group["members"]
    )


def _assigned(member: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    assignment = member["member_assignment"]
    found: Sequence[Mapping[str, Any]] = assignment["assigned_partitions"] if assignment else ()
    return found


def wait_until(what: Callable[[], bool], within_s: float = WITHIN_S) -> float:
    """Answer how long it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < within_s
        time.sleep(0.05)
    return time.monotonic() - began


@contextmanager
def load(deployment: Deployment, name: str, rate: float = 150) -> Iterator[list[str]]:
    """Reports of different places, until the block ends; yields the places as they are sent."""
    stop, sent = threading.Event(), list[str]()
    producer = Producer(deployment.connection)

    def send() -> None:
        while not stop.wait(10 / rate):
            places = [f"{name}-{len(sent) + n}" for n in range(10)]
            asyncio.run(_publish(producer, places))
            sent.extend(places)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield sent
    finally:
        stop.set()
        thread.join()
        producer.close()


async def _publish(producer: Producer, places: Sequence[str]) -> None:
    events = [an_event(a_report(place=a_place(place)), id=place) for place in places]
    records = [
        Outgoing(topic=TOPIC, key=place, value=write_event(event))
        for place, event in zip(places, events, strict=True)
    ]
    await asyncio.gather(*(producer.apublish(record) for record in records))


def cases_of(deployment: Deployment, name: str) -> Sequence[int]:
    """The sightings of each case at the places of that name."""
    query = "SELECT sightings FROM work_files WHERE place_key LIKE %s"
    return [sightings for (sightings,) in rows(deployment, query, [f"place:{name}-%"])]


def test_a_worker_that_is_asked_to_stop_finishes_its_batch_and_leaves_at_once(
    deployment: Deployment,
) -> None:
    with lane_workers(deployment, "one", "two") as (one, two), load(deployment, "leave") as sent:
        wait_until(lambda: shares(deployment) == [2, 2])
        time.sleep(1)

        code = one.leave()
        took_over_s = wait_until(lambda: shares(deployment) == [4])

        assert code == 0
        assert took_over_s < SESSION_S / 2
        time.sleep(1)
        assert two.process.poll() is None
        said = one.said()
    with lane_workers(deployment, "two-again"):
        found = settled(deployment)

    assert '"event": "left"' in said
    assert "left_in_mid_batch" not in said
    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert cases_of(deployment, "leave") == [1] * len(sent)


def test_a_storm_of_joining_and_leaving_loses_nothing_and_doubles_nothing(
    deployment: Deployment,
) -> None:
    with load(deployment, "storm") as sent, lane_workers(deployment, "one", "two") as (one, two):
        wait_until(lambda: shares(deployment) == [2, 2])

        assert one.leave() == 0
        with lane_workers(deployment, "three") as (three,):
            wait_until(lambda: shares(deployment) == [2, 2])
            three.kill()
        with lane_workers(deployment, "four", "five") as (four, five):
            wait_until(lambda: len(shares(deployment)) == 3)
            assert [worker.leave() for worker in (four, two)] == [0, 0]
            wait_until(lambda: shares(deployment) == [4])
            _stop_sending_first(sent)
            assert five.process.poll() is None
    with lane_workers(deployment, "last"):
        found = settled(deployment)

    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert cases_of(deployment, "storm") == [1] * len(sent)


def _stop_sending_first(sent: Sequence[str]) -> None:
    """Some more are sent to who is left."""
    before = len(sent)
    wait_until(lambda: len(sent) > before + 20)


def test_a_worker_that_cannot_finish_its_batch_leaves_it_to_others(deployment: Deployment) -> None:
    url = make_url(deployment.database.get_secret_value()).set(drivername="postgresql")
    with (
        psycopg.connect(url.render_as_string(hide_password=False)) as busy,
        lane_workers(deployment, "one") as (one,),
        load(deployment, "stuck") as sent,
    ):
        wait_until(lambda: shares(deployment) == [4])
        busy.execute("LOCK TABLE outcomes IN ACCESS EXCLUSIVE MODE")
        wait_until(lambda: _is_waiting_for_a_lock(url.render_as_string(hide_password=False)))

        code = one.leave()

        assert code == 0
        busy.rollback()
        said = one.said()
    with lane_workers(deployment, "two"):
        found = settled(deployment)

    assert "left_in_mid_batch" in said
    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert cases_of(deployment, "stuck") == [1] * len(sent)


def _is_waiting_for_a_lock(dsn: str) -> bool:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND application_name LIKE 'offsite-worker-%'"
        ).fetchone()
    return row is not None and row[0] > 0
