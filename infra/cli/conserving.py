"""`offsite conserve`: does the sum come out, now, each second, or signed for a day?"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.live import Live
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.accounts import add_up_all, add_up_settled
from infra.cli.asking import with_engine
from infra.cli.statements import check_statement, give_statement
from infra.cli.telling import OUT, Exit, errors_told, tell_json, tell_table
from infra.deployment import Deployment, find
from infra.settings import Settings
from schemas.errors import InvalidValueError
from streams.conservation import Sum

_LOSSES_SHOWN: Final = 20
_LOOK_EVERY_S: Final = 1.0
_rest: Final = asyncio.sleep
_COLUMNS: Final = (
    *("topic", "partition", "range", "expected"),
    *("outcomes", "waiting", "voids", "difference"),
)


def conserve(  # noqa: PLR0917 - one option each
    settle: Annotated[
        bool, typer.Option("--settle", help="Wait until nothing waits any more.")
    ] = False,
    within: Annotated[float, typer.Option(help="Seconds that --settle waits at most.")] = 60.0,
    watch: Annotated[bool, typer.Option("--watch", help="Anew each second, until Ctrl-C.")] = False,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="That day's signed statement, made once."),
    ] = None,
    so_far: Annotated[
        bool, typer.Option("--so-far", help="With --day: of a day that isn't over; not kept.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="With --day: the file to write.")] = None,
    verify: Annotated[
        Path | None, typer.Option(help="Check the file of a statement; needs nothing that runs.")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(help="With --verify: the statement before it.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="With --verify: the public key that it must be of (PEM).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Add up: expected − outcomes − waiting, and what the doors' journals say was lost."""
    with errors_told():
        _refuse_crossed(day=day, so_far=so_far, out=out, verify=verify)
        if verify is not None:
            check_statement(verify, previous=previous, public=key, as_json=as_json)
            return
        if day is not None:
            give_statement(day.date(), so_far=so_far, out=out)
            return
        deployment = find(Settings())
        if watch:
            _watch(deployment)
            return
        sums = add_up_now(deployment, settle_within_s=within if settle else 0.0)
    if as_json:
        tell_json(conserve_json(sums))
    else:
        _tell_sums(sums, is_trial=deployment.is_trial)
    waits = settle and any(one.waiting for one in sums)
    if waits or not all(one.is_fine for one in sums):
        raise typer.Exit(Exit.CHECK_FAILED)


def _refuse_crossed(
    *, day: datetime | None, so_far: bool, out: Path | None, verify: Path | None
) -> None:
    if day is None and (so_far or out is not None):
        raise InvalidValueError(field="--so-far and --out", expected="--day with them", got="none")
    if day is not None and verify is not None:
        raise InvalidValueError(field="--day", expected="it or --verify", got="both")


def add_up_now(deployment: Deployment, *, settle_within_s: float) -> Sequence[Sum]:
    """The sums of now, or, for a while, of when nothing waits any more."""
    return with_engine(
        deployment,
        lambda engine: add_up_settled(deployment, engine, within_s=settle_within_s),
    )


def _watch(deployment: Deployment) -> None:
    async def look(engine: AsyncEngine) -> None:
        with Live(console=OUT, auto_refresh=False, transient=False) as live:
            while True:
                live.update(_table(await add_up_all(deployment, engine)), refresh=True)
                await _rest(_LOOK_EVERY_S)

    try:
        with_engine(deployment, look)
    except KeyboardInterrupt:
        return


def _table(sums: Sequence[Sum]) -> Table:
    table = Table(caption=conservation_line(sums), caption_justify="left")
    for column in _COLUMNS:
        table.add_column(column)
    for row in _rows(sums):
        table.add_row(*(str(cell) for cell in row))
    return table


def _rows(sums: Sequence[Sum]) -> Sequence[Sequence[object]]:
    return [
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
    ]


def _tell_sums(sums: Sequence[Sum], *, is_trial: bool) -> None:
    if is_trial:
        OUT.print("TRIAL: the broker forgets at every stop; no delivery claim is made")
    tell_table("Conservation", _COLUMNS, _rows(sums))
    for one in sums:
        if one.condition is not None:
            name = f"{one.shard.topic}/{one.shard.log.number} ({one.shard.log.topic_id})"
            OUT.print(f"NOTICED {name}: {one.condition}", style="yellow", markup=False)
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
                "condition": one.condition,
                "losses": [{"address": str(loss.address), "why": loss.why} for loss in one.losses],
            }
            for one in sums
        ],
    }
