"""`offsite replay`: decides again from the recorded facts, and says where it differs."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.policy import Policy
from handlers.policies.pack import pack_from
from handlers.replay import Replayed, replay
from infra import composition
from infra.cli.asking import with_engine
from infra.cli.telling import OUT, Exit, errors_told, tell_json
from infra.deployment import find
from infra.settings import Settings
from infra.store.packs import Packs
from infra.store.reading import Reading
from infra.store.records import Record
from schemas.errors import RefusedError
from schemas.ids import Sha256
from schemas.instants import parse_instant

Since = Annotated[str, typer.Option(help="Received at or after, RFC 3339 with zone.")]
Until = Annotated[str, typer.Option(help="Received before, RFC 3339 with zone.")]
Pack = Annotated[
    str | None, typer.Option(help="Another policy pack; by default the one each was decided under.")
]


def replay_command(
    since: Since,
    until: Until,
    policy: Pack = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line a decision.")] = False,
) -> None:
    """Decide again without model or network. Exit code 1 where anything differs."""
    settings = Settings()
    with errors_told():
        span = (parse_instant(since, "--since"), parse_instant(until, "--until"))
        other = None if policy is None else composition.policy(settings, policy)
        tally = with_engine(
            find(settings), lambda engine: _replay(engine, span, other, as_json=as_json)
        )
    if not as_json:
        OUT.print(
            f"{tally['identical']} identical, {tally['different']} different, "
            f"{tally['erased']} erased by law",
            highlight=False,
        )
    if tally["different"]:
        raise typer.Exit(Exit.CHECK_FAILED)


async def _replay(
    engine: AsyncEngine,
    span: Sequence[datetime],
    other: Policy | None,
    *,
    as_json: bool,
) -> Counter[str]:
    tally: Counter[str] = Counter()
    packs: dict[Sha256, Policy] = {}
    async with Reading(engine).snapshot() as seen:
        async for record in seen.records.between(span[0], span[1]):
            if record.facts is None or record.decision is None:
                tally["erased"] += 1
                continue
            if other is None and record.policy not in packs:
                packs[record.policy] = await _kept_pack(engine, record)
            again = replay(
                record.address,
                facts=record.facts,
                recorded=record.decision,
                policy=other or packs[record.policy],
            )
            tally["identical" if again.difference is None else "different"] += 1
            _tell(again, as_json=as_json)
    return tally


async def _kept_pack(engine: AsyncEngine, record: Record) -> Policy:
    kept = await Packs(engine).files(record.policy)
    if kept is None:
        raise RefusedError(
            f"{record.address}: expected the policy pack {record.policy} in the store, got none"
        )
    return pack_from(kept.files, kept.name)


def _tell(again: Replayed, *, as_json: bool) -> None:
    difference = again.difference
    if as_json:
        tell_json(
            {
                "address": str(again.address),
                "identical": difference is None,
                "decision": again.decision.decode(),
                "difference": None
                if difference is None
                else {
                    "field": difference.field,
                    "recorded": difference.recorded,
                    "replayed": difference.replayed,
                },
            }
        )
    elif difference is not None:
        OUT.print(
            f"{again.address}  {difference.field}: recorded {difference.recorded}, "
            f"replayed {difference.replayed}",
            markup=False,
            highlight=False,
        )
