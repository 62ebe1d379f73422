"""Processes of a deployment, as `offsite run` starts them, each with a log that tests read."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

WITHIN_S: Final = 60
"""For a machine that is busy; nothing is measured by it."""


@contextmanager
def a_part(*words: str, env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`offsite run <words>`, ended with the block."""
    command = [sys.executable, "-m", "infra.cli.main", "run", *words]
    with log.open("ab") as out:
        part = subprocess.Popen(command, env={**os.environ, **env}, stdout=out, stderr=out)
    try:
        yield part
    finally:
        part.send_signal(signal.SIGTERM)
        try:
            part.wait(20)
        finally:
            part.kill()
            part.wait()


def wait_until(is_so: Callable[[], bool], *, log: Path) -> None:
    """Fails with the end of the log."""
    ends_at = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < ends_at, log.read_text()[-3000:]
        time.sleep(0.2)
