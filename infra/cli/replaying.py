"""`offsite replay`: decides and judges again from recorded facts, and says where it differs."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.policy import Policy
from handlers.policies.pack import pack_from
from handlers.replay import Replayed, replay, replay_act
from infra import opening
from infra.cli.asking import with_engine
from infra.cli.telling import OUT, Exit, errors_told, tell_json
from infra.deployment import find
from infra.settings import Settings
from infra.store.act_records import ActRecord
from infra.store.packs import Packs
from infra.store.reading import Reading
from infra.store.records import Record
from schemas.errors import RefusedError
from schemas.ids import Address, Sha256
from schemas.instants import parse_instant

Since = Annotated[str, typer.Option(help="Received or recorded at or after, RFC 3339 with zone.")]
Until = Annotated[str, typer.Option(help="Received or recorded before, RFC 3339 with zone.")]
Pack = Annotated[
    str | None, typer.Option(help="Another policy pack; by default the one each was decided under.")
]


def replay_command(
    since: Since,
    until: Until,
    policy: Pack = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line a decision.")] = False,
) -> None:
    """Decide and judge again, without model or network. Exit code 1 where anything differs."""
    settings = Settings()
    with errors_told():
        span = (parse_instant(since, "--since"), parse_instant(until, "--until"))
        other = None if policy is None else opening.policy(settings, policy)
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
    kept = _KeptPacks(engine)
    async with Reading(engine).snapshot() as seen:
        async for record in seen.records.between(span[0], span[1]):
            again = await _decided(record, other, kept)
            tally[_told(again, as_json=as_json)] += 1
        async for act in seen.acts.between(span[0], span[1]):
            again = await _judged(act, other, kept)
            tally[_told(again, as_json=as_json)] += 1
    return tally


async def _decided(record: Record, other: Policy | None, kept: "_KeptPacks") -> Replayed | None:
    if record.facts is None or record.decision is None:
        return None
    return replay(
        record.address,
        facts=record.facts,
        recorded=record.decision,
        policy=other or await kept.pack(record.policy, record.address),
    )


async def _judged(act: ActRecord, other: Policy | None, kept: "_KeptPacks") -> Replayed | None:
    """The pack of when it happened is the same as then, also where another decides."""
    if act.facts is None or act.answer is None:
        return None
    then = orjson.loads(act.facts)["facts"]["then"]
    return replay_act(
        act.address,
        facts=act.facts,
        recorded=act.answer,
        now=other or await kept.pack(act.policy, act.address),
        then=None if then is None else await kept.pack(then, act.address),
    )


class _KeptPacks:
    """Reads each pack once."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._packs: Final = Packs(engine)
        self._known: Final[dict[Sha256, Policy]] = {}

    async def pack(self, digest: Sha256, address: Address) -> Policy:
        if digest not in self._known:
            kept = await self._packs.files(digest)
            if kept is None:
                raise RefusedError(
                    f"{address}: expected the policy pack {digest} in the store, got none"
                )
            self._known[digest] = pack_from(kept.files, kept.name)
        return self._known[digest]


def _told(again: Replayed | None, *, as_json: bool) -> str:
    if again is None:
        return "erased"
    _tell(again, as_json=as_json)
    return "identical" if again.difference is None else "different"


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
