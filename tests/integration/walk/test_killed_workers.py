"""A worker that is killed, at whatever moment, loses nothing and does nothing twice."""

import os
import signal
import time

from tests.integration.walk.conftest import House
from tests.integration.walk.test_main_job import a_report

PLACES = 300
EACH = 8
KILLS = 3


def test_a_worker_killed_in_mid_batch_loses_nothing_and_doubles_nothing(house: House) -> None:
    key = house.key("/city/platform")
    before = house.settled()
    reports = [
        a_report(f"killed-{number}", place=f"killed-place-{number % PLACES}")
        for number in range(PLACES * EACH)
    ]
    killed: set[int] = set()

    for part in range(KILLS):
        house.push(key, reports[part * 800 : (part + 1) * 800])
        time.sleep(0.15 * (part + 1))
        (pid,) = wait_for_worker(house, killed)
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)
    after = house.settled()

    assert len(killed) == KILLS
    assert after["difference"] == after["waiting"] == after["losses"] == 0
    assert after["outcomes"] - before["outcomes"] == len(reports)
    cases = [
        case
        for case in house.queue("soft")
        if (case["place"] or {}).get("id", "").startswith("killed-place-")
    ]
    assert len(cases) == PLACES
    assert {case["sightings"] for case in cases} == {EACH}
    assert {case["version"] for case in cases} == {EACH}


def test_a_relay_that_was_killed_is_brought_back_and_the_outbox_empties(house: House) -> None:
    key = house.key("/city/platform")
    (pid,) = house.processes("run", "relay")

    os.kill(pid, signal.SIGKILL)
    house.push(key, [a_report(f"relay-{number}") for number in range(50)])
    house.settled()

    ends_at = time.monotonic() + 40
    while house.lines("health")[0]["outbox"]["backlog"] and time.monotonic() < ends_at:
        time.sleep(0.5)
    assert house.lines("health")[0]["outbox"]["backlog"] == 0
    assert house.processes("run", "relay") != [pid]


def wait_for_worker(house: House, killed: set[int]) -> list[int]:
    """The lane's worker, once the supervisor has brought it back."""
    ends_at = time.monotonic() + 30
    while time.monotonic() < ends_at:
        found = [pid for pid in house.processes("worker", "--lane", "general") if pid not in killed]
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(house.log.read_text())
