"""`offsite top`: the house as it goes, second by second, in a terminal."""

import asyncio
import sys
import time
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.live import Live

from infra.cli.telling import errors_told
from infra.cli.top_frame import frame
from infra.cli.watching_health import looking
from infra.deployment import Deployment, find
from infra.settings import Settings

_EVERY_S: Final = 1.0
_PIPE_COLUMNS: Final = 100


def top(
    once: Annotated[bool, typer.Option("--once", help="Print one frame and end.")] = False,
    seconds: Annotated[
        float | None, typer.Option(help="End after so long; at Ctrl-C by default.")
    ] = None,
) -> None:
    """Watch lanes, brokers, doors, cameras, and which cases wait because of what is wrong.

    What Kafka or the database can't tell while it is away is shown as last seen, with a `?`.
    """
    settings = Settings()
    with errors_told():
        asyncio.run(_show(settings, find(settings), once=once, seconds=seconds))


async def _show(
    settings: Settings, deployment: Deployment, *, once: bool, seconds: float | None
) -> None:
    console = Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS)
    async with looking(settings, deployment) as gathers:
        if once:
            console.print(frame(await gathers.look()))
            return
        until = None if seconds is None else time.monotonic() + seconds
        with Live(console=console, screen=console.is_terminal, auto_refresh=False) as live:
            while until is None or time.monotonic() < until:
                live.update(frame(await gathers.look()), refresh=True)
                await asyncio.sleep(_EVERY_S)
