"""Probes go the whole way through a running house, and a stall that nobody else sees is told."""

import json
import os
import signal
import stat
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import pytest

from tests.integration.walk.conftest import House, a_house
from tests.support import services

WITHIN_S: Final = 60
SINCE: Final = ("--since", "2000-01-01T00:00:00Z", "--until", "2100-01-01T00:00:00Z")
PACE: Final = {
    "OFFSITE_PROBE_EVERY_S": "1",
    "OFFSITE_PROBE_WITHIN_S": "3",
    "OFFSITE_PARTITIONS": "2",
}


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if reason := services.why_no_kafka() or services.why_no_postgres():
        pytest.skip(reason)
    with a_house(tmp_path_factory.mktemp("probed"), settings=PACE) as started:
        yield started


def wait_until(is_so: Callable[[], bool], house: House) -> None:
    ends_at = time.monotonic() + WITHIN_S
    while not is_so():
        log = house.data / "log" / "lookout.log"
        assert time.monotonic() < ends_at, log.read_text()[-3000:]
        time.sleep(0.2)


def shown(house: House, process: str) -> str:
    where = json.loads((house.data / "running.json").read_text())["metrics"][process]
    try:
        with urllib.request.urlopen(where, timeout=10) as answer:
            text: str = answer.read().decode()
            return text
    except urllib.error.URLError:  # it is about to start
        return ""


def value(text: str, name: str) -> float:
    found = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(found[0]) if found else 0.0


def delivered(house: House, lane: str) -> float:
    name = f'offsite_probe_seconds_count{{lane="{lane}",stage="delivered"}}'
    return value(shown(house, "lookout"), name)


def test_probes_reach_every_partition_and_the_sum_comes_out_with_them(probed: House) -> None:
    wait_until(lambda: min(delivered(probed, lane) for lane in ("safety", "general")) >= 2, probed)

    total = probed.settled()

    decided = {(one["topic"], one["partition"]) for one in total["ranges"] if one["outcomes"]}
    assert decided == {(f"events.{lane}", n) for lane in ("safety", "general") for n in (0, 1)}
    assert (total["difference"], total["losses"]) == (0, 0)
    assert probed.queue() == []
    assert " 0 different" in probed.run("replay", *SINCE)
    settled = 'offsite_worker_settled_total{lane="safety",outcome="probe"}'
    assert value(shown(probed, "worker-safety-1"), settled) >= 2
    assert value(shown(probed, "relay"), 'offsite_relay_carried_total{topic="probes"}') >= 4
    assert stat.S_IMODE((probed.data / "keys" / "probe").stat().st_mode) == 0o600


def test_a_stopped_worker_is_an_alarm_soon_and_its_end_too(probed: House) -> None:
    wait_until(lambda: delivered(probed, "safety") >= 1, probed)
    (worker,) = probed.processes("worker", "safety")

    os.kill(worker, signal.SIGSTOP)
    try:
        wait_until(lambda: bool(alarms(probed)), probed)
        (raised,) = alarms(probed)
    finally:
        os.kill(worker, signal.SIGCONT)
    wait_until(lambda: not [one for one in alarms(probed) if one["recovered_at"] is None], probed)

    assert raised["key"] == "probe-missed:safety"
    assert "no worker decided it" in raised["sentence"]
    assert at(raised["raised_at"]) - at(raised["since"]) <= 3 + 15
    assert probed.settled()["difference"] == 0


def alarms(house: House) -> list[dict[str, Any]]:
    return house.lines("alarms", "ls")


def at(text: str) -> float:

    return datetime.fromisoformat(text).timestamp()
