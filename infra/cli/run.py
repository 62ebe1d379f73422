"""`offsite run …`: one process of a deployment in the foreground. `offsite up` starts these."""

import asyncio
import gc
import logging
import os
import signal
import socket
from typing import Annotated

import faust
import structlog
import typer

from infra import composition, keeping
from infra.cli.telling import errors_told
from infra.deployment import find
from infra.settings import Settings
from schemas.lane import Lane
from streams.app import build_app

app = typer.Typer(help="Run one part in the foreground.", no_args_is_help=True)


@app.command()
def worker(lane: Annotated[Lane, typer.Option(help="Which lane to decide.")]) -> None:
    """Decide a lane's messages: one process set a lane, as many processes as it has partitions."""
    _log_plainly()
    settings = Settings()
    with errors_told():
        lane_worker = composition.lane_worker(settings, find(settings), lane)
    collect_seldom()
    if lane is not Lane.SAFETY:
        os.nice(settings.general_nice)
    faust.Worker(
        build_app(lane_worker), loglevel="WARN", redirect_stdouts=False
    ).execute_from_commandline()


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
    return f"{socket.gethostname()}-{os.getpid()}"


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
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )
