"""`offsite outcome`: what became of one pushed event."""

import asyncio
import time
from typing import Annotated, Any

import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.cli.asking import with_engine
from infra.cli.telling import OUT, AsJson, errors_told, tell_fields, tell_json
from infra.deployment import find
from infra.settings import Settings
from infra.store.reading import Reading
from infra.store.records import Record
from schemas.errors import RefusedError
from schemas.ids import EventId

_LOOK_EVERY_S = 0.1


def outcome(
    source: Annotated[str, typer.Option(help="The event's source.")],
    event_id: Annotated[str, typer.Option("--id", help="The event's id.")],
    wait: Annotated[float, typer.Option(help="Wait so many seconds for it.")] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Say what became of an event: outcome, case, rules with their clauses."""
    settings = Settings()
    event = EventId(source, event_id)
    with errors_told():
        record = with_engine(find(settings), lambda engine: _found(engine, event, within_s=wait))
        if record is None:
            raise RefusedError(
                f"expected an event that was decided, got {source} {event_id}: none within {wait} s"
            )
    said = _said(record)
    if as_json:
        tell_json(said)
        return
    tell_fields(
        f"{source} {event_id}: {record.outcome}",
        {"case": said["case"] or "-", "queue": said["queue"] or "-", "at": said["address"]},
    )
    for reason in said["reasons"]:
        OUT.print(f"  {reason['rule']}: {reason['clause']}", markup=False, highlight=False)


async def _found(engine: AsyncEngine, event: EventId, *, within_s: float) -> Record | None:
    ends_at = time.monotonic() + within_s
    while True:
        async with Reading(engine).snapshot() as seen:
            record = await seen.records.of_event(event)
        if record is not None or time.monotonic() >= ends_at:
            return record
        await asyncio.sleep(_LOOK_EVERY_S)


def _said(record: Record) -> dict[str, Any]:
    decision = {} if record.decision is None else orjson.loads(record.decision)
    case = decision.get("case") or {}
    return {
        "address": str(record.address),
        "outcome": record.outcome.value,
        "reasons": decision.get("reasons", []),
        "case": case.get("id"),
        "route": case.get("route"),
        "queue": case.get("queue"),
        "policy": record.policy,
        "erased_because": record.erased_because,
    }
