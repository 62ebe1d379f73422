"""What operations see on real Kafka and PostgreSQL: workers that stop, neighbours that go."""

import asyncio
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from click.testing import Result
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner

from infra import opening
from infra.cli.main import app
from infra.health.gathering import gathering
from infra.health.report import HealthReport, PartitionHealth
from infra.health.sampling import Sampler
from infra.opening import cameras_folder
from infra.store.lag_samples import LagSamples
from schemas.lane import Lane
from schemas.wire.writing import write_event
from streams.intake import Accepted
from streams.producing import Outgoing
from streams.topics import EVENTS
from streams.verdicts import Verdict
from tests.integration.commands.conftest import FIRE_LANE, House, seen, told_by_health
from tests.support.builders import a_place, a_report, an_event

pytestmark = [pytest.mark.broker, pytest.mark.database]

WITHIN_S: Final = 60
SAFETY: Final = EVENTS[Lane.SAFETY]


def engine_of(house: House) -> AsyncEngine:
    """For the loop that it is used on."""
    return opening.engine(house.deployment, application="test", connections=2)


@contextmanager
def a_worker(
    folder: Path, lane: Lane, settings: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A lane's worker as `offsite up` starts it."""
    command = [sys.executable, "-m", "infra.cli.main", "run", "worker", "--lane", lane.value]
    with (folder / "worker.log").open("ab") as log:
        worker = subprocess.Popen(
            command, env={**os.environ, **(settings or {})}, stdout=log, stderr=log
        )
    try:
        yield worker
    finally:
        worker.send_signal(signal.SIGCONT)
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(20)
        finally:
            worker.kill()
            worker.wait()


def wait_for(told: Callable[[Mapping[str, Any]], object], *, folder: Path) -> Mapping[str, Any]:
    ends_at = time.monotonic() + WITHIN_S
    while not told(report := told_by_health()):
        log = folder / "worker.log"
        said = log.read_text()[-2000:] if log.exists() else ""
        assert time.monotonic() < ends_at, (report["partitions"], report["troubles"], said)
        time.sleep(0.5)
    return report


def partitions(report: Mapping[str, Any], topic: str) -> Sequence[Mapping[str, Any]]:
    return [one for one in report["partitions"] if one["topic"] == topic]


def verdict_of(report: Mapping[str, Any], accepted: Accepted) -> str:
    address = accepted.receipt.address
    (one,) = (
        each
        for each in partitions(report, accepted.receipt.topic)
        if each["partition"] == address.partition
    )
    return str(one["verdict"])


def trouble(report: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    """The first of a kind, or the one of a key: other tests leave partitions of their own."""
    found = [one for one in report["troubles"] if what in {one["kind"], one["key"]}]
    assert found, report["troubles"]
    return found[0]  # type: ignore[no-any-return]


def top_once() -> str:
    done: Result = CliRunner().invoke(app, ["top", "--once"])
    assert done.exit_code == 0, (done.output, done.exc_info)
    return " ".join(done.stdout.replace("│", " ").split())


def all_decided(report: Mapping[str, Any]) -> bool:
    return all(one["lag"] == 0 for one in partitions(report, SAFETY))


def test_a_worker_that_is_stopped_or_killed_is_missed_with_the_cases_behind_it(
    house: House, tmp_path: Path
) -> None:
    three = [seen(f"stopped-{n}", place=f"lane-{n}", matter=FIRE_LANE) for n in range(3)]
    with a_worker(tmp_path, Lane.SAFETY) as worker:
        house.accept(*three)
        held = wait_for(all_decided, folder=tmp_path)
        worker.send_signal(signal.SIGSTOP)
        accepted = house.accept(seen("stopped-again", place="lane-0", matter=FIRE_LANE))[0]
        stopped = wait_for(lambda told: verdict_of(told, accepted) == "stopped", folder=tmp_path)
        picture = top_once()
        exit_code = CliRunner().invoke(app, ["health"]).exit_code
        worker.send_signal(signal.SIGCONT)
        again = wait_for(all_decided, folder=tmp_path)
        worker.kill()
        worker.wait()
        house.accept(seen("killed", place="lane-0", matter=FIRE_LANE))
        killed = wait_for(lambda told: verdict_of(told, accepted) == "stopped", folder=tmp_path)

    owner = partitions(held, SAFETY)[0]["owner"]
    assert owner.endswith(f"-{worker.pid}")
    assert partitions(held, SAFETY)[0]["rebalances"] >= 1
    number = accepted.receipt.address.partition
    (behind,) = (one["cases"] for one in partitions(stopped, SAFETY) if one["partition"] == number)
    cases = behind["zero_tolerance"]
    assert cases >= 1
    waits = "case waits" if cases == 1 else "cases wait"
    touches = trouble(stopped, f"partition-stopped:{SAFETY}/{number}")["touches"]
    assert touches == f"{cases} zero-tolerance {waits} behind partition {number} of {SAFETY}"
    assert touches in picture
    assert "stands still and no worker holds it: 1 event" in picture
    assert exit_code == 1
    assert verdict_of(again, accepted) == "ok"
    assert trouble(killed, f"worker-silent:{owner}")["severity"] == "critical"


def test_a_worker_that_lives_but_gets_nothing_done_is_stalled(house: House, tmp_path: Path) -> None:
    url = make_url(house.deployment.database.get_secret_value()).set(drivername="postgresql")
    with (
        psycopg.connect(url.render_as_string(hide_password=False)) as busy,
        a_worker(tmp_path, Lane.SAFETY),
    ):
        wait_for(all_decided, folder=tmp_path)
        busy.execute("LOCK TABLE outcomes IN SHARE MODE")  # who reads may, who writes waits
        (accepted,) = house.accept(seen("stalled", matter=FIRE_LANE))
        stalled = wait_for(lambda told: verdict_of(told, accepted) == "stalled", folder=tmp_path)
        busy.rollback()
        wait_for(all_decided, folder=tmp_path)

    place = f"{SAFETY}/{accepted.receipt.address.partition}"
    assert "stands still although" in trouble(stalled, f"partition-stalled:{place}")["sentence"]
    assert [one["is_alive"] for one in stalled["processes"]] == [True]


async def test_a_flood_is_caught_up_with_and_then_all_is_well(house: House, tmp_path: Path) -> None:
    one_by_one = {"OFFSITE_BATCH_EVENTS": "1"}  # slow, so that there is something to be seen
    await asyncio.to_thread(flood, house, 6000)
    verdicts: list[Verdict] = []
    engine = engine_of(house)

    with a_worker(tmp_path, Lane.GENERAL, one_by_one):
        async with gathering(
            house.deployment, engine, cameras=cameras_folder(house.settings)
        ) as gathers:
            ends_at = time.monotonic() + 3 * WITHIN_S
            while waits(report := await gathers.look()):
                assert time.monotonic() < ends_at, verdicts
                verdicts.append(worst(report))
                await asyncio.sleep(1)
            verdicts.append(worst(report))
    await engine.dispose()

    assert Verdict.CATCHING_UP in verdicts
    assert verdicts[-1] is Verdict.OK


def flood(house: House, events: int) -> None:
    async def all_of_them() -> None:
        await asyncio.gather(
            *(
                house.producer.apublish(
                    Outgoing(
                        topic=EVENTS[Lane.GENERAL],
                        key="one partition",
                        value=write_event(
                            an_event(a_report(place=a_place(f"flood-{n}")), id=f"flood-{n}")
                        ),
                    )
                )
                for n in range(events)
            )
        )

    asyncio.run(all_of_them())


def general(report: HealthReport) -> Sequence[PartitionHealth]:
    return [one for one in report.partitions if one.topic == EVENTS[Lane.GENERAL]]


def waits(report: HealthReport) -> int:
    return sum(one.lag for one in general(report))


def worst(report: HealthReport) -> Verdict:
    return max((one.verdict for one in general(report)), key=list(Verdict).index)


# The driver leaves its sockets lying when nobody answers.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_where_no_broker_answers_what_was_last_seen_is_shown_with_its_cases(
    house: House,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    decided = house.accept(seen("before", place="x", matter=FIRE_LANE))
    house.decide(decided)
    asyncio.run(sampled(house, engine_of(house)))
    monkeypatch.setenv("OFFSITE_KAFKA", f"127.0.0.1:{closed_port}")

    with caplog.at_level(logging.CRITICAL, logger="kafka"):
        done = CliRunner().invoke(app, ["health", "--json"])
        picture = top_once()
        gc.collect()

    assert done.exit_code == 3
    assert f"expected Kafka at 127.0.0.1:{closed_port}" in done.stderr
    told = json.loads(done.stdout)
    away = trouble(told, "broker-away")
    assert away["touches"] == "1 zero-tolerance case waits in all partitions"
    assert "no broker answers" in picture
    assert away["touches"] in picture
    place = decided[0].receipt.address
    (last,) = (one for one in partitions(told, SAFETY) if one["partition"] == place.partition)
    assert (last["end"], last["is_seen"], last["leader"]) == (place.offset + 1, False, 1)


async def sampled(house: House, engine: AsyncEngine) -> None:
    """What the lookout leaves behind within its first second."""
    stop = asyncio.Event()
    cameras = cameras_folder(house.settings)
    async with gathering(house.deployment, engine, cameras=cameras) as gathers:
        looking = asyncio.create_task(Sampler(gathers, samples=LagSamples(engine)).run(stop))
        await asyncio.sleep(0.5)
        stop.set()
        await looking
    await engine.dispose()


def test_where_the_database_is_away_the_cluster_is_still_shown(
    house: House, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFSITE_DATABASE", f"postgresql://a:hidden@127.0.0.1:{closed_port}/none")

    done = CliRunner().invoke(app, ["health", "--json"])
    picture = top_once()

    assert done.exit_code == 3
    told = json.loads(done.stdout)
    assert trouble(told, "database-away")["sentence"].startswith("the database is away")
    assert [one["leader"] for one in told["partitions"]] == [1] * 8
    assert {one["is_seen"] for one in told["partitions"]} == {False}
    assert (told["outbox"], told["parked"], told["cameras"]) == (None, None, [])
    assert "database away" in picture
    assert "brokers 1/1 alive" in picture
    assert "hidden" not in done.output + picture


def test_top_ends_after_the_seconds_that_were_asked_for(house: House) -> None:
    done = CliRunner().invoke(app, ["top", "--seconds", "0.1"])

    assert (done.exit_code, "events.safety/0" in done.stdout) == (0, True)
