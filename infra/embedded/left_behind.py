"""Finds and ends the PostgreSQL that a killed supervisor left on a data folder."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from schemas.errors import RefusedError

_PATIENCE_S: Final = 10.0
_SIGNALS: Final = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
"""Fast shutdown, immediate shutdown, and the end."""


def end_left_behind(folder: Path) -> None:
    """Afterwards nobody works on the folder, and its `postmaster.pid` says nothing untrue.

    The caller must know that no other supervisor uses the folder: this asks no lock.
    """
    for number in _SIGNALS:
        if not _signal_all(folder, number):
            break
        _wait_until_gone(folder)
    if left := _servers_of(folder):
        message = f"PostgreSQL still works on {folder} and can't be ended: processes {left}"
        raise RefusedError(message)
    # Only now: the file is also how a new server would notice old ones at work.
    (folder / "postmaster.pid").unlink(missing_ok=True)


def _servers_of(folder: Path) -> list[int]:
    """A server and all its helpers stand in its data folder; nobody else does by that name."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            stands_here = (entry / "cwd").readlink() == folder
            if stands_here and (entry / "exe").readlink().name.startswith("postgres"):
                found.append(int(entry.name))
    return found


def _signal_all(folder: Path, number: signal.Signals) -> bool:
    """The first server alone knows what to do with a gentle signal."""
    servers = _servers_of(folder)
    first = _first_of(folder)
    targets = [first] if first in servers and number is not signal.SIGKILL else servers
    for pid in targets:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    return bool(servers)


def _first_of(folder: Path) -> int:
    try:
        return int((folder / "postmaster.pid").read_text("utf-8").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return 0


def _wait_until_gone(folder: Path) -> None:
    limit = time.monotonic() + _PATIENCE_S
    while _servers_of(folder) and time.monotonic() < limit:
        time.sleep(0.05)
