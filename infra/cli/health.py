"""`offsite health` and `offsite conserve`: is the stream well, and does the sum come out?"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.accounts import HealthReport, add_up_all, health_json, report_health
from infra.cli.asking import with_engine
from infra.cli.cases import local
from infra.cli.telling import OUT, Exit, errors_told, tell_fields, tell_json, tell_table
from infra.deployment import Deployment, find
from infra.settings import Settings
from streams.conservation import Sum

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
_LOSSES_SHOWN: Final = 20


def health(as_json: AsJson = False) -> None:
    """Lag per partition, age of each camera's last word, outcomes, parked, outbox."""
    with errors_told():
        deployment = find(Settings())
        report = with_engine(deployment, lambda engine: report_health(deployment, engine))
    if as_json:
        tell_json(health_json(report))
        return
    _tell_health(report)


def _tell_health(report: HealthReport) -> None:
    numbers = report.numbers
    if report.is_trial:
        OUT.print("TRIAL: the broker forgets at every stop; no delivery claim is made")
    oldest = numbers.oldest_unsent_at
    tell_fields(
        "Stream",
        {
            "broker": report.broker,
            "outcomes in the last minute": f"{numbers.outcomes_last_minute} "
            f"({numbers.outcomes_last_minute / 60:.1f}/s)",
            "parked": numbers.parked,
            "outbox backlog": numbers.backlog
            if oldest is None
            else f"{numbers.backlog}, oldest {_age(report.taken_at, oldest)}",
        },
    )
    tell_table(
        "Partitions",
        ("topic", "partition", "end", "decided", "lag"),
        [(p.topic, p.partition, p.end, p.decided, p.lag) for p in report.partitions],
    )
    tell_table(
        "Cameras",
        ("camera", "last event (its clock)", "last heard", "age", "messages"),
        [
            (
                camera.camera,
                local(camera.last_event_at),
                local(camera.last_received_at),
                _age(report.taken_at, camera.last_received_at),
                camera.messages,
            )
            for camera in report.cameras
        ],
    )


def _age(now: datetime, then: datetime) -> str:
    return f"{max(0.0, (now - then).total_seconds()):.0f} s"


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
