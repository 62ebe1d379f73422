"""More partitions for a lane, under running workers, on a real Kafka."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.cli.main import app
from infra.deployment import Deployment
from schemas.errors import InvalidValueError
from schemas.lane import Lane
from streams.logs import Logs
from streams.producing import Producer
from streams.provisioning import grow
from streams.topics import EVENTS
from tests.integration.scale.test_leaving_and_joining import (
    _publish,
    cases_of,
    shares,
    wait_until,
)
from tests.support import leftovers
from tests.support.lane_processes import a_deployment, settled
from tests.support.lane_workers import lane_workers
from tests.support.services import running_kafka, why_no_kafka

TOPIC = EVENTS[Lane.GENERAL]
pytestmark = pytest.mark.filterwarnings(*leftovers.IGNORED)


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[str]:
    """Its topics grow, and the session's must not."""
    if reason := why_no_kafka():
        pytest.skip(reason)
    with running_kafka(tmp_path / "kafka") as bootstrap:
        yield bootstrap


@pytest.fixture
def deployment(own_kafka: str, database: str, tmp_path: Path) -> Deployment:
    return a_deployment(own_kafka, database, tmp_path, partitions=2)


def ends(deployment: Deployment) -> Sequence[int]:
    with Logs(deployment.connection) as logs:
        return [log.end for log in sorted(logs.ranges([TOPIC]), key=lambda log: log.log.number)]


def test_a_drained_lane_grows_under_its_workers_and_loses_nothing(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFSITE_KAFKA", deployment.kafka)
    monkeypatch.setenv("OFFSITE_DATABASE", deployment.database.get_secret_value())
    monkeypatch.setenv("OFFSITE_DATA", str(deployment.data))
    places = [f"grow-{number}" for number in range(60)]
    producer = Producer(deployment.connection)
    with lane_workers(deployment, "one", "two"):
        asyncio.run(_publish(producer, places))
        wait_until(lambda: shares(deployment) == [1, 1])

        told = CliRunner().invoke(app, ["topics", "grow", "--lane", "general", "--to", "4"])
        wait_until(lambda: shares(deployment) == [2, 2])
        wait_until(lambda: _uses_new_partitions(deployment, producer))
        found = settled(deployment)
    producer.close()

    assert told.exit_code == 0, told.output
    assert "2 → 4 partitions" in told.output
    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert all(one.outcomes > 0 for one in found)
    assert set(cases_of(deployment, "grow")) == {1}


def _uses_new_partitions(deployment: Deployment, producer: Producer) -> bool:
    """The producer that was there before, once it has looked again."""
    before = sum(ends(deployment))
    asyncio.run(_publish(producer, [f"grow-later-{before}-{n}" for n in range(20)]))
    return all(ends(deployment)[2:])


def test_a_lane_in_which_something_waits_does_not_grow(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFSITE_KAFKA", deployment.kafka)
    monkeypatch.setenv("OFFSITE_DATABASE", deployment.database.get_secret_value())
    monkeypatch.setenv("OFFSITE_DATA", str(deployment.data))
    producer = Producer(deployment.connection)
    asyncio.run(_publish(producer, ["waits-1"]))
    producer.close()

    told = CliRunner().invoke(
        app, ["topics", "grow", "--lane", "general", "--to", "4", "--within", "1"]
    )

    assert told.exit_code != 0
    assert "1 messages still wait" in told.output
    assert len(ends(deployment)) == 2


def test_a_lane_does_not_shrink(deployment: Deployment) -> None:
    with pytest.raises(InvalidValueError, match="at least 2 partitions"):
        grow(deployment.connection, TOPIC, to=1)

    assert len(ends(deployment)) == 2
