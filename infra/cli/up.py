"""`offsite up`: a whole deployment on one machine, until Ctrl-C."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from infra.cli.conserving import add_up_now
from infra.cli.telling import OUT, errors_told
from infra.deployment import Deployment
from infra.embedded.supervisor import ChildStatus
from infra.running import Running, running
from infra.settings import Settings

_DRAIN_WITHIN_S: Final = 20.0

DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Folder of this deployment [OFFSITE_DATA].")
]


def up(
    data: DataFolder = None,
    seconds: Annotated[
        float | None, typer.Option(help="End after so long; at Ctrl-C by default.")
    ] = None,
) -> None:
    """Start broker, database, door, workers and relay in one folder, and watch over them."""
    settings = Settings() if data is None else Settings(data=data)
    began = time.monotonic()
    with (
        errors_told(),
        stopping_at_signals() as stop,
        running(settings, tell=say, on_event=tell_status, stop=stop) as house,
    ):
        if not stop.is_set():
            say(f"Up in {time.monotonic() - began:.1f} s. {_where(house.deployment)}")
        if seconds is not None:
            threading.Timer(seconds, stop.set).start()
        house.run_until(stop)
        drain(house)
    say("Ended; nothing runs any more.")


def drain(house: Running) -> None:
    """On a broker that forgets, what waits must be decided before the end."""
    if house.deployment.is_trial:
        sums = add_up_now(house.deployment, settle_within_s=_DRAIN_WITHIN_S)
        left = sum(one.waiting for one in sums)
        say(f"TRIAL: drained, {left} messages left undecided.")


@contextmanager
def stopping_at_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set; a second Ctrl-C is no surprise to anybody."""
    stop = threading.Event()
    old = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def say(sentence: str) -> None:
    """A line for the person in front of it."""
    OUT.print(sentence, markup=False, highlight=False)


def tell_status(status: ChildStatus) -> None:
    """A line for each change of a process."""
    died = "" if status.exit_code is None else f", exit code {status.exit_code}"
    why = f" ({status.why})" if status.why else ""
    say(f"  {status.name}: {status.state}{why}{died}")


def _where(deployment: Deployment) -> str:
    return (
        f"Front door {deployment.api} (reference: {deployment.api}/docs), "
        f"logs in {deployment.logs}. Ctrl-C ends it."
    )
