"""`offsite health`: is the stream well?"""

import asyncio
from typing import Annotated

import typer

from infra.cli.health_tables import tell_health
from infra.cli.telling import Exit, errors_told, tell_json
from infra.cli.watching_health import WATCH_EVERY_S, looking
from infra.deployment import Deployment, find
from infra.health.troubles import troubles_of
from infra.health.wording import health_json
from infra.settings import Settings
from schemas.errors import TemporarilyUnavailableError
from schemas.trouble import Severity

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def health(
    as_json: AsJson = False,
    watch: Annotated[bool, typer.Option("--watch", help="Anew every two seconds.")] = False,
) -> None:
    """Lag and verdict per partition, processes, cameras, brokers, and which cases are touched.

    Ends with 1 when something critical is wrong, with 3 when Kafka or the database is away.
    """
    settings = Settings()
    with errors_told():
        deployment = find(settings)
        asyncio.run(_look(settings, deployment, as_json=as_json, watch=watch))


async def _look(settings: Settings, deployment: Deployment, *, as_json: bool, watch: bool) -> None:
    async with looking(settings, deployment) as gathers:
        while True:
            report = await gathers.look()
            tell_json(health_json(report)) if as_json else tell_health(report)
            if not watch:
                break
            await asyncio.sleep(WATCH_EVERY_S)
    if report.faults:
        raise TemporarilyUnavailableError("; ".join(fault.said for fault in report.faults))
    if any(each.severity is Severity.CRITICAL for each in troubles_of(report)):
        raise typer.Exit(Exit.CHECK_FAILED)
