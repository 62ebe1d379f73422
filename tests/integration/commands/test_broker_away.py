"""A broker of three is killed: operations see which, what it led, and which cases that touches."""

import asyncio
import gc
import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from infra.cli.main import app
from infra.settings import Settings
from streams.connection import Connection
from streams.journal import Journal
from streams.producing import Producer
from streams.provisioning import make_topics
from streams.topics import wanted_topics
from tests.integration.commands.conftest import FIRE_LANE, House, seen
from tests.integration.commands.test_health import engine_of, sampled, top_once, trouble
from tests.support import services

cluster_of_three = pytest.importorskip("tests.support.cluster")

pytestmark = [pytest.mark.broker, pytest.mark.database]

WITHIN_S = 60


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The driver leaves its sockets lying; its log would keep them alive until a later test."""
    with caplog.at_level(logging.CRITICAL, logger="kafka"):
        yield
    gc.collect()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Any]:
    if reason := services.why_no_kafka():
        pytest.skip(reason)
    with cluster_of_three.running_cluster(tmp_path / "cluster") as cluster:
        yield cluster


@pytest.fixture
def house(
    cluster: Any, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path))
    monkeypatch.setenv("OFFSITE_KAFKA", cluster.bootstrap)
    monkeypatch.setenv("OFFSITE_DATABASE", database)
    connection = Connection(bootstrap=cluster.bootstrap)
    make_topics(connection, wanted_topics(partitions=3, replication=3))
    producer = Producer(connection, linger_ms=0)
    journal = Journal(tmp_path / "journal", name="door", started_at=datetime.now(UTC))
    yield House(settings=Settings(), producer=producer, journal=journal)
    producer.close()
    journal.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_killed_broker_is_seen_with_the_cases_in_what_it_led(house: House, cluster: Any) -> None:
    accepted = house.accept(*(seen(f"c-{n}", place=f"p-{n}", matter=FIRE_LANE) for n in range(3)))
    house.decide(accepted)
    asyncio.run(sampled(house, engine_of(house)))
    receipt = accepted[0].receipt
    leader = cluster.leader_of(receipt.topic, receipt.address.partition)

    cluster.kill(leader)
    ends_at = time.monotonic() + WITHIN_S
    while leader not in missing(report := told()):
        assert time.monotonic() < ends_at, report
        time.sleep(1)
    picture = top_once()

    away = trouble(report, "broker-away")
    here = f"{receipt.topic}/{receipt.address.partition}"
    assert away["key"] == f"broker-away:{leader}"
    assert f"broker {leader} is away; it led" in away["sentence"]
    assert here in away["sentence"]
    assert "zero-tolerance case" in away["touches"]
    assert here in away["touches"]
    assert f"brokers 2/3 alive, away: {leader}" in picture
    assert f"broker {leader} is away; it led" in picture
    assert f"→ {away['touches'].split(' case')[0]} case" in picture


def told() -> dict[str, Any]:
    """The report, also while the cluster still asks itself who is there."""
    report: dict[str, Any] = json.loads(CliRunner().invoke(app, ["health", "--json"]).stdout)
    return report


def missing(report: dict[str, Any]) -> list[int]:
    return [one["broker"] for one in report["brokers"]["away"]]
