"""Real worker processes of a lane, that tests start, stop and kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from infra.deployment import Deployment
from schemas.lane import Lane


class WorkerProcess:
    """One of them, with its own log."""

    def __init__(self, deployment: Deployment, lane: Lane, name: str) -> None:
        self.log: Path = deployment.data / f"{name}.log"
        env: Mapping[str, str] = {
            **os.environ,
            "OFFSITE_KAFKA": deployment.kafka,
            "OFFSITE_DATABASE": deployment.database.get_secret_value(),
            "OFFSITE_DATA": str(deployment.data),
        }
        command = [sys.executable, "-m", "infra.cli.main", "run", "worker", "--lane", lane]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=dict(env), stdout=log, stderr=log)

    def said(self) -> str:
        return self.log.read_text()

    def leave(self, within_s: float = 20) -> int:
        """SIGTERM; answer the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)

    def kill(self) -> None:
        """SIGKILL. May be repeated."""
        self.process.kill()
        self.process.wait()

    def wait_to_say(self, event: str, within_s: float = 60) -> None:
        until = time.monotonic() + within_s
        while event not in self.said():
            assert self.process.poll() is None or event in self.said(), self.said()[-3000:]
            assert time.monotonic() < until, self.said()[-3000:]
            time.sleep(0.05)


@contextmanager
def lane_workers(
    deployment: Deployment, *names: str, lane: Lane = Lane.GENERAL
) -> Iterator[list[WorkerProcess]]:
    """Killed at the end, whoever is left."""
    with ExitStack() as stack:
        workers = []
        for name in names:
            worker = WorkerProcess(deployment, lane, name)
            stack.callback(worker.kill)
            workers.append(worker)
        yield workers
