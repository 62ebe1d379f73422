"""`offsite health` and `offsite conserve`: is the stream well, and does the sum come out?"""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated, Final

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.accounts import add_up_all
from infra.cli.asking import with_engine
from infra.cli.health_tables import tell_health
from infra.cli.telling import OUT, Exit, errors_told, tell_json, tell_table
from infra.cli.watching_health import WATCH_EVERY_S, looking
from infra.deployment import Deployment, find
from infra.health.troubles import troubles_of
from infra.health.wording import health_json
from infra.settings import Settings
from schemas.errors import TemporarilyUnavailableError
from schemas.trouble import Severity
from streams.conservation import Sum

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
_LOSSES_SHOWN: Final = 20


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


def conserve(
    settle: Annotated[
        bool, typer.Option("--settle", help="Wait until nothing waits any more.")
    ] = False,
    within: Annotated[float, typer.Option(help="Seconds that --settle waits at most.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Add up: expected − outcomes − waiting, and what the doors' journals say was lost."""
    with errors_told():
        deployment = find(Settings())
        sums = add_up_now(deployment, settle_within_s=within if settle else 0.0)
    if as_json:
        tell_json(conserve_json(sums))
    else:
        _tell_sums(sums, is_trial=deployment.is_trial)
    waits = settle and any(one.waiting for one in sums)
    if waits or not all(one.is_fine for one in sums):
        raise typer.Exit(Exit.CHECK_FAILED)


def add_up_now(deployment: Deployment, *, settle_within_s: float) -> Sequence[Sum]:
    """The sums of now, or, for a while, of when nothing waits any more."""
    ends_at = time.monotonic() + settle_within_s

    async def settled(engine: AsyncEngine) -> Sequence[Sum]:
        while True:
            sums = await add_up_all(deployment, engine)
            if not any(one.waiting for one in sums) or time.monotonic() >= ends_at:
                return sums
            await asyncio.sleep(0.3)

    return with_engine(deployment, settled)


def _tell_sums(sums: Sequence[Sum], *, is_trial: bool) -> None:
    if is_trial:
        OUT.print("TRIAL: the broker forgets at every stop; no delivery claim is made")
    tell_table(
        "Conservation",
        ("topic", "partition", "range", "expected", "outcomes", "waiting", "voids", "difference"),
        [
            (
                one.shard.topic,
                one.shard.log.number,
                f"[{one.baseline}, {one.cut})",
                one.expected,
                one.outcomes,
                one.waiting,
                one.voided,
                one.difference,
            )
            for one in sums
            if one.expected or not one.is_fine
        ],
    )
    losses = [loss for one in sums for loss in one.losses]
    for loss in losses[:_LOSSES_SHOWN]:
        OUT.print(f"LOSS {loss.address}: {loss.why}", style="red", markup=False)
    OUT.print(conservation_line(sums), style="bold", highlight=False)


def conservation_line(sums: Sequence[Sum]) -> str:
    """The whole sum in one line."""
    total = totals(sums)
    return (
        f"accepted {total['accepted']} (journal)   expected {total['expected']} − "
        f"outcomes {total['outcomes']} − waiting {total['waiting']} = "
        f"{total['difference']}   lost {total['losses']}"
    )


def totals(sums: Sequence[Sum]) -> dict[str, int]:
    """All logs together. The differences are added without their signs, so none hides another."""
    return {
        "accepted": sum(one.accepted for one in sums),
        "expected": sum(one.expected for one in sums),
        "outcomes": sum(one.outcomes for one in sums),
        "waiting": sum(one.waiting for one in sums),
        "voids": sum(one.voided for one in sums),
        "difference": sum(abs(one.difference) for one in sums),
        "losses": sum(len(one.losses) for one in sums),
    }


def conserve_json(sums: Sequence[Sum]) -> dict[str, object]:
    """The sums for programs."""
    return {
        **totals(sums),
        "ranges": [
            {
                "topic": one.shard.topic,
                "topic_id": one.shard.log.topic_id,
                "partition": one.shard.log.number,
                "from": one.baseline,
                "to": one.cut,
                "expected": one.expected,
                "outcomes": one.outcomes,
                "waiting": one.waiting,
                "voids": one.voided,
                "difference": one.difference,
                "losses": [{"address": str(loss.address), "why": loss.why} for loss in one.losses],
            }
            for one in sums
        ],
    }
