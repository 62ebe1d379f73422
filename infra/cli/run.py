"""`offsite run …`: one process of a deployment in the foreground. `offsite up` starts these."""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from os import getpid
from typing import Annotated

import faust
import mode.loop
import structlog
import typer

from infra import composition, keeping
from infra.cli.telling import ERR, Exit, errors_told
from infra.deployment import find
from infra.redacting import redact_all, redactor_of
from infra.settings import Settings
from infra.stopped_lanes import LaneStoppedError, require_not_stopped
from schemas.lane import Lane
from streams.app import build_app

app = typer.Typer(help="Run one part in the foreground.", no_args_is_help=True)


@app.command()
def worker(lane: Annotated[Lane, typer.Option(help="Which lane to decide.")]) -> None:
    """Decide a lane's messages: one process set a lane, as many processes as it has partitions.

    Exit code 4: a flood of dead letters stopped the lane. Don't start it again by yourself:
    `offsite dead resume` lets it go on.
    """
    _log_plainly()
    settings = Settings()
    with errors_told(), _standing_told():
        lane_worker = composition.lane_worker(settings, find(settings), lane)
        collect_seldom()
        mode.loop.use("uvloop")
        try:
            faust.Worker(
                build_app(lane_worker), loglevel="WARN", redirect_stdouts=False
            ).execute_from_commandline()
        finally:  # Faust ends by SystemExit, whatever ended it
            require_not_stopped(settings.data, lane)


@contextmanager
def _standing_told() -> Iterator[None]:
    try:
        yield
    except LaneStoppedError as error:
        ERR.print(f"offsite: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(Exit.LANE_STOPPED) from error


def collect_seldom() -> None:
    """A batch is thousands of small values that die together: look for cycles among them seldom."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@app.command()
def relay() -> None:
    """Carry the outbox to the dispatchers' topics."""
    _log_plainly()
    settings = Settings()
    with errors_told():
        asyncio.run(_relay(settings))


async def _relay(settings: Settings) -> None:
    stop = _stop_at_signals()
    async with composition.relay(find(settings), owner=_self()) as carrier:
        await carrier.run(stop)


@app.command()
def clocks() -> None:
    """Fire the clocks that are due: warnings, breaches, and who is told of them."""
    _log_plainly()
    settings = Settings()
    with errors_told():
        collect_seldom()
        asyncio.run(_clocks(settings))


async def _clocks(settings: Settings) -> None:
    stop = _stop_at_signals()
    async with keeping.keeper(settings, find(settings), said=_self()) as keeper:
        await keeper.run(stop)


def _self() -> str:
    return f"{socket.gethostname()}-{getpid()}"


@app.command()
def api() -> None:
    """Serve the front door."""
    _log_plainly()
    settings = Settings()
    with errors_told():
        composition.serve_api(settings, find(settings))


def _stop_at_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def _log_plainly() -> None:
    """Events with fields, one JSON object a line; the drivers only when something is wrong."""
    logging.basicConfig(level=logging.WARNING)
    redactor = redactor_of(Settings())
    redact_all(redactor)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redactor,
            structlog.processors.JSONRenderer(),
        ]
    )
