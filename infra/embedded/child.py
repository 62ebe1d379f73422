"""One child process: how it is started, how it is ended, and that it outlives nobody."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from schemas.errors import RefusedError

_PR_SET_PDEATHSIG: Final = 1
_LINES_SHOWN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """What to start and how to know that it is well.

    `prepare` runs before every start, `ready` is asked until it says yes. Both run in the
    supervisor's thread: `ready` must answer within a second or two, and says no by False.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to our own environment."""
    cwd: Path | None = None
    user: str | None = None
    """Somebody with fewer rights; needs root."""
    prepare: Callable[[], None] | None = None
    ready: Callable[[], bool] | None = None
    held: Callable[[], str | None] | None = None
    """Why it may not be started just now, if so: asked before every start, and after a death."""
    ready_within: timedelta = timedelta(seconds=60)
    stop_signal: signal.Signals = signal.SIGTERM
    grace: timedelta = timedelta(seconds=10)
    orphan_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends the child when we were killed and could not."""


def launch(spec: ChildSpec) -> subprocess.Popen[bytes]:
    """Start it in a session of its own. It dies with the *thread* that called this."""
    spec.log.parent.mkdir(parents=True, exist_ok=True)
    entry = None if spec.user is None else pwd.getpwnam(spec.user)
    with spec.log.open("ab") as log:
        try:
            return subprocess.Popen(
                spec.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **spec.env},
                cwd=spec.cwd,
                start_new_session=True,
                user=None if entry is None else entry.pw_uid,
                group=None if entry is None else entry.pw_gid,
                extra_groups=None if entry is None else [],
                # After the change of user, which would make the kernel forget the wish.
                preexec_fn=_dying_with_us(spec.orphan_signal),  # noqa: PLW1509 - two syscalls
            )
        except OSError as error:
            message = f"{spec.name} can't be started: {error}; the command is {spec.argv[0]}"
            raise RefusedError(message) from error


def end(process: subprocess.Popen[bytes], spec: ChildSpec) -> None:
    """Ask, wait, then force. Leaves nothing of its group; safe to repeat."""
    if process.poll() is None:
        ask_to_stop(process, spec)
        with suppress(subprocess.TimeoutExpired):
            process.wait(spec.grace.total_seconds())
    kill_group(process)


def ask_to_stop(process: subprocess.Popen[bytes], spec: ChildSpec) -> None:
    """Does not wait."""
    with suppress(ProcessLookupError):
        process.send_signal(spec.stop_signal)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """The child, if it still lives, and all that it started and left in its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def last_lines(log: Path) -> str:
    """For the person who has to find out why."""
    try:
        text = log.read_text("utf-8", errors="replace")
    except OSError:
        return "(no log)"
    return "\n".join(text.splitlines()[-_LINES_SHOWN:])


def _dying_with_us(number: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent, wanted = os.getpid(), int(number)

    def wish() -> None:
        prctl(_PR_SET_PDEATHSIG, wanted, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return wish
