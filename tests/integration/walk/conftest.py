"""A whole deployment, started as a person starts it; tests talk to it from outside."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import services

OFFSITE = (sys.executable, "-m", "infra.cli.main")
UP_WITHIN_S = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What `offsite up` started."""

    data: Path
    env: Mapping[str, str]
    process: subprocess.Popen[str]
    log: Path

    def run(self, *words: str, code: int = 0) -> str:
        """One command; answers what it printed."""
        done = subprocess.run(
            [*OFFSITE, *words], env=dict(self.env), capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def lines(self, *words: str) -> list[dict[str, Any]]:
        """The JSON lines of one command."""
        return [json.loads(line) for line in self.run(*words, "--json").splitlines()]

    def settled(self) -> dict[str, Any]:
        """The sum when nothing waits any more; the command fails where it doesn't come out."""
        (total,) = self.lines("conserve", "--settle")
        return total

    def queue(self, queue: str | None = None) -> list[dict[str, Any]]:
        """The open cases."""
        return self.lines("queue", "ls", "--limit", "5000", *(("--queue", queue) if queue else ()))

    def key(self, source: str) -> str:
        """A fresh key."""
        return str(self.lines("key", "add", source)[0]["key"])

    def push(self, key: str, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Push a batch; every item must be taken."""
        running = json.loads((self.data / "running.json").read_text())
        request = urllib.request.Request(
            f"{running['api']}/v1/events",
            data=json.dumps(list(events)).encode(),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/cloudevents-batch+json",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.status == 202
            items: list[dict[str, Any]] = json.load(answer)["items"]
            return items

    def processes(self, *words: str) -> list[int]:
        """Ids of our own children whose command has these words."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _parent(entry) == self.process.pid:
                command = (entry / "cmdline").read_bytes().decode().split("\0")
                if set(words) <= set(command):
                    found.append(int(entry.name))
        return found


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if reason := services.why_no_kafka() or services.why_no_postgres():
        pytest.skip(reason)
    with a_house(tmp_path_factory.mktemp("house")) as started:
        yield started


@contextmanager
def a_house(
    folder: Path, *, ends_well: bool = True, settings: Mapping[str, str] | None = None
) -> Iterator[House]:
    """Start one in the folder; afterwards it has ended, well unless a test killed it."""
    data, log = folder / "data", folder / "up.log"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OFFSITE_")},
        "OFFSITE_DATA": str(data),
        "OFFSITE_PORT": "0",
        "OFFSITE_JAVA_HEAP_MIB": "512",
        "OFFSITE_PROBE_EVERY_S": "0",  # tests count what they sent themselves
        **(settings or {}),
    }
    with log.open("w") as out:
        process = subprocess.Popen([*OFFSITE, "up"], env=env, stdout=out, stderr=out, text=True)
    try:
        _wait_until_up(process, log)
        yield House(data=data, env=env, process=process, log=log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        finally:
            process.kill()
    if ends_well:
        assert process.returncode == 0, log.read_text()
        assert not (data / "running.json").exists()


def _wait_until_up(process: subprocess.Popen[str], log: Path) -> None:
    ends_at = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < ends_at:
        if "Up in" in log.read_text():
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.2)
    raise AssertionError(log.read_text())
