"""`offsite run …`: one process of a deployment in the foreground. `offsite up` starts these."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Annotated

import faust
import mode.loop
import structlog
import typer

from infra import composition, keeping, lookout, relaying
from infra.cli.telling import Exit, exit_of
from infra.deployment import find
from infra.logbook import speak_json
from infra.redacting import redactor_of
from infra.settings import Settings
from infra.stopped_lanes import LaneStoppedError, require_not_stopped
from schemas.errors import OffsiteError
from schemas.lane import Lane
from streams.app import build_app

app = typer.Typer(help="Run one part in the foreground.", no_args_is_help=True)


@app.command()
def worker(lane: Annotated[Lane, typer.Option(help="Which lane to decide.")]) -> None:
    """Decide a lane's messages: one process set a lane, as many processes as it has partitions.

    Exit code 4: a flood of dead letters stopped the lane. Don't start it again by yourself:
    `offsite dead resume` lets it go on.
    """
    settings = _speaking()
    with _giving_up_logged():
        lane_worker = composition.lane_worker(settings, find(settings), lane)
        collect_seldom()
        mode.loop.use("uvloop")
        if lane is not Lane.SAFETY:
            os.nice(settings.general_nice)
        try:
            faust.Worker(
                build_app(lane_worker),
                loglevel="WARN",
                quiet=True,
                stdout=StringIO(),  # its spinner would turn between lines of JSON
                redirect_stdouts=False,
                override_logging=False,
            ).execute_from_commandline()
        finally:  # Faust ends by SystemExit, whatever ended it
            require_not_stopped(settings.data, lane)


def collect_seldom() -> None:
    """A batch is thousands of small values that die together: look for cycles among them seldom."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@app.command()
def relay() -> None:
    """Carry the outbox to the dispatchers' topics."""
    settings = _speaking()
    with _giving_up_logged():
        asyncio.run(_relay(settings))


async def _relay(settings: Settings) -> None:
    stop = _stop_at_signals()
    async with relaying.relay(find(settings), owner=_self(), settings=settings) as carrier:
        await carrier.run(stop)


@app.command()
def clocks() -> None:
    """Fire the clocks that are due: warnings, breaches, and who is told of them."""
    settings = _speaking()
    with _giving_up_logged():
        collect_seldom()
        asyncio.run(_clocks(settings))


async def _clocks(settings: Settings) -> None:
    stop = _stop_at_signals()
    async with keeping.keeper(settings, find(settings), said=_self()) as keeper:
        await keeper.run(stop)


@app.command(name="lookout")
def look_out() -> None:
    """Send probes round, watch what is wrong, and raise alarms."""
    settings = _speaking()
    with _giving_up_logged():
        asyncio.run(_look_out(settings))


async def _look_out(settings: Settings) -> None:
    stop = _stop_at_signals()
    async with lookout.lookout(settings, find(settings)) as watch:
        await watch.run(stop)


def _self() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


@app.command()
def api() -> None:
    """Serve the front door."""
    settings = _speaking()
    with _giving_up_logged():
        composition.serve_api(settings, find(settings))


@contextmanager
def _giving_up_logged() -> Iterator[None]:
    """A process says why it ends as it says all else: an event in its log."""
    try:
        yield
    except OffsiteError as error:
        structlog.get_logger().error("process_gave_up", error=str(error))
        stopped = isinstance(error, LaneStoppedError)
        raise typer.Exit(Exit.LANE_STOPPED if stopped else exit_of(error)) from error


def _stop_at_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


def _speaking() -> Settings:
    """The settings, once the log is set up that keeps their secrets."""
    settings = Settings()
    speak_json(redactor_of(settings))
    return settings
