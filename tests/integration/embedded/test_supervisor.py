"""Real processes: they come back, they end, and they outlive nobody."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from infra.embedded.child import ChildSpec
from infra.embedded.supervisor import ChildState, Supervisor
from schemas.errors import RefusedError

SLEEPER = (sys.executable, "-S", "-c", "import time; time.sleep(60)")
STUBBORN_CODE = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""
STUBBORN = (sys.executable, "-S", "-c", STUBBORN_CODE)
PARENT = """
import sys, threading
from pathlib import Path
from infra.embedded.child import ChildSpec
from infra.embedded.supervisor import Supervisor
specs = [
    ChildSpec(name=n, argv=(sys.executable, "-S", "-c", "import time; time.sleep(60)"),
              log=Path(sys.argv[1]) / n)
    for n in ("a", "b")
]
with Supervisor(specs) as supervisor:
    supervisor.start()
    print(*(s.pid for s in supervisor.statuses()), flush=True)
    supervisor.run_until(threading.Event())
"""


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _eventually(claim, within_s: float = 5.0) -> bool:
    limit = time.monotonic() + within_s
    while not claim():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def _tick_until(supervisor: Supervisor, claim) -> bool:
    def look() -> bool:
        supervisor.tick()
        return claim()

    return _eventually(look)


def test_a_killed_child_comes_back_and_is_counted(tmp_path):
    events = []
    spec = ChildSpec(name="worker", argv=SLEEPER, log=tmp_path / "log")
    with Supervisor([spec], on_event=events.append) as supervisor:
        supervisor.start()
        first = supervisor.statuses()[0]

        os.kill(first.pid, signal.SIGKILL)

        assert _tick_until(supervisor, lambda: supervisor.statuses()[0].restarts == 1)
        assert supervisor.statuses()[0].pid != first.pid
    assert [e.state for e in events[:4]] == ["starting", "up", "backing_off", "starting"]
    assert events[2].exit_code == -signal.SIGKILL


def test_children_start_in_order_and_stop_in_reverse(tmp_path):
    events = []
    specs = [ChildSpec(name=n, argv=SLEEPER, log=tmp_path / n) for n in ("one", "two")]

    with Supervisor(specs, on_event=events.append) as supervisor:
        supervisor.start()

    assert [(e.name, e.state) for e in events] == [
        ("one", "starting"),
        ("one", "up"),
        ("two", "starting"),
        ("two", "up"),
        ("two", "stopped"),
        ("one", "stopped"),
    ]


def test_the_stubborn_and_what_they_started_are_killed_after_the_grace(tmp_path):
    log = tmp_path / "log"
    spec = ChildSpec(name="w", argv=STUBBORN, log=log, grace=timedelta(seconds=0.2))
    with Supervisor([spec]) as supervisor:
        supervisor.start()
        assert _eventually(lambda: log.exists() and log.read_text().endswith("\n"))
        pids = [supervisor.statuses()[0].pid, int(log.read_text())]

    assert _eventually(lambda: not any(map(_is_alive, pids)))


def test_stop_works_while_a_child_is_starting(tmp_path):
    spec = ChildSpec(name="w", argv=SLEEPER, log=tmp_path / "log", ready=lambda: False)
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()

    with Supervisor([spec]) as supervisor:
        supervisor.run_until(stop)
        pid = supervisor.statuses()[0].pid

    assert supervisor.statuses()[0].state is ChildState.STOPPED
    assert not _is_alive(pid)


def test_stop_works_while_backing_off(tmp_path):
    spec = ChildSpec(name="w", argv=("/bin/false",), log=tmp_path / "log")
    with Supervisor([spec]) as supervisor:
        assert _tick_until(
            supervisor, lambda: supervisor.statuses()[0].state is ChildState.BACKING_OFF
        )

    assert supervisor.statuses()[0].state is ChildState.STOPPED


def test_a_child_that_never_comes_up_is_told_with_its_log(tmp_path):
    argv = (sys.executable, "-S", "-c", "raise SystemExit('no such camera')")
    spec = ChildSpec(name="camera", argv=argv, log=tmp_path / "camera.log")

    with Supervisor([spec]) as supervisor, pytest.raises(RefusedError) as told:
        supervisor.run_until(threading.Event())

    assert "camera.log" in str(told.value)
    assert "no such camera" in str(told.value)


def test_a_command_that_does_not_exist_is_told(tmp_path):
    spec = ChildSpec(name="w", argv=("/no/such/thing",), log=tmp_path / "log")

    with Supervisor([spec]) as supervisor, pytest.raises(RefusedError, match="/no/such/thing"):
        supervisor.start()


def test_a_killed_supervisor_leaves_no_child(tmp_path):
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, cwd=root, text=True
    ) as parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2

        parent.kill()

        assert _eventually(lambda: not any(map(_is_alive, pids)))


def test_a_child_that_is_held_after_its_death_stays_down_until_nothing_holds_it(tmp_path):
    hold = tmp_path / "hold"
    events = []
    held = ChildSpec(
        name="worker",
        argv=SLEEPER,
        log=tmp_path / "log",
        held=lambda: "dead-letter flood" if hold.exists() else None,
    )
    with Supervisor([held], on_event=events.append) as supervisor:
        supervisor.start()
        hold.touch()
        os.kill(supervisor.statuses()[0].pid, signal.SIGKILL)

        assert _tick_until(supervisor, lambda: supervisor.statuses()[0].state is ChildState.HELD)
        assert supervisor.is_up()
        assert not _tick_until_within(supervisor, lambda: supervisor.statuses()[0].restarts, 1.5)
        hold.unlink()
        assert _tick_until(supervisor, lambda: supervisor.statuses()[0].state is ChildState.UP)
    assert [e.state for e in events[:5]] == ["starting", "up", "held", "starting", "up"]
    assert (events[2].why, events[2].exit_code) == ("dead-letter flood", -signal.SIGKILL)


def test_a_child_that_is_held_from_the_start_holds_up_nobody(tmp_path):
    specs = [
        ChildSpec(name="held", argv=SLEEPER, log=tmp_path / "a", held=lambda: "a person must look"),
        ChildSpec(name="next", argv=SLEEPER, log=tmp_path / "b"),
    ]
    with Supervisor(specs) as supervisor:
        supervisor.start()

        assert [s.state for s in supervisor.statuses()] == [ChildState.HELD, ChildState.UP]


def _tick_until_within(supervisor: Supervisor, claim, within_s: float) -> bool:
    def look() -> bool:
        supervisor.tick()
        return claim()

    return _eventually(look, within_s)
