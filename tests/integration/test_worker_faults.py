"""The two ways in which Faust loses events, on the real one: the head row finds them again."""

import signal
import time
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from infra.deployment import Deployment
from schemas.lane import Lane
from schemas.wire.writing import write_event
from streams.topics import EVENTS
from tests.support import lane_processes
from tests.support.builders import a_place, a_report, an_event
from tests.support.lane_processes import a_deployment, a_worker, open_database, settled

GROUP = "offsite-general"
TOPIC = EVENTS[Lane.GENERAL]
WITHIN_S = 60


@pytest.fixture
def deployment(kafka_bootstrap: str, database: str, tmp_path: Path) -> Deployment:
    return a_deployment(kafka_bootstrap, database, tmp_path)


def publish(deployment: Deployment, name: str, count: int) -> None:
    """So many reports of different places, spread over the partitions."""
    reports = (
        an_event(a_report(place=a_place(f"{name}-{n}")), id=f"{name}-{n}") for n in range(count)
    )
    lane_processes.publish(
        deployment, [(f"{name}-{n}", write_event(one)) for n, one in enumerate(reports)]
    )


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
    ((cases, places, version),) = lane_processes.rows(
        deployment,
        "SELECT count(*), count(DISTINCT place_key), max(version) FROM work_files "
        "WHERE place_key LIKE %s",
        [f"place:{name}-%"],
    )
    assert cases == places
    assert version in {None, 1}
    return int(cases)


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
    with open_database(deployment) as busy:
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


def test_a_partition_that_is_held_up_holds_up_no_other(deployment: Deployment) -> None:
    publish(deployment, "before", 100)
    with a_worker(deployment):
        settled(deployment)
        with open_database(deployment) as zombie:
            zombie.execute("SELECT FROM heads WHERE partition = 0 FOR UPDATE")
            for burst in range(3):
                publish(deployment, f"beside-{burst}", 100)
                wait_until_only(0, deployment)
            zombie.rollback()
        found = settled(deployment)

    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert outcomes_of(deployment, "beside") == 300


def wait_until_only(partition: int, deployment: Deployment) -> None:
    """Return once this partition has messages that wait, and no other has any."""
    ends_at = time.monotonic() + WITHIN_S
    while {s.shard.log.number for s in lane_processes.sums(deployment) if s.waiting} != {partition}:
        assert time.monotonic() < ends_at, lane_processes.log_of(deployment)
        time.sleep(0.2)


def wait_for(deployment: Deployment, event: str) -> None:
    ends_at = time.monotonic() + WITHIN_S
    while event not in (said := (deployment.data / "worker.log").read_text()):
        assert time.monotonic() < ends_at, said[-3000:]
        time.sleep(0.2)
