"""Makes a day's signed statement, once: asked again, it gives the same bytes."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.statement_checking import read_content
from handlers.statements import (
    BrokerHolds,
    Journals,
    LossStated,
    StatedRange,
    Statement,
    clipped,
    digest_of_statement,
    statement_bytes,
)
from infra.accounts import Gathered, LogSeen, gathered
from infra.deployment import Deployment
from infra.signing import SigningKey, open_signed
from infra.store.daily_statements import DailyStatements, KeptStatement, keep_statement
from infra.store.reading import Reading, Snapshot
from schemas.errors import RefusedError, TemporarilyUnavailableError
from schemas.ids import Partition, Sha256
from schemas.instants import CHINA
from streams.conservation import Loss, Told, losses_of

_DISTRIBUTION: Final = "offsite-enforcement"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What a statement goes on from: nothing, for the first."""

    number: int = -1
    digest: Sha256 | None = None
    cuts: Mapping[Partition, int]


async def state(
    deployment: Deployment, engine: AsyncEngine, *, key: SigningKey, day: date, so_far: bool
) -> bytes:
    """The file of a day's statement. With `so_far` nothing is kept, and no day is closed.

    Raises:
        RefusedError: the day isn't over, or a later one was closed already.
        TemporarilyUnavailableError: Kafka or the database is away, or another makes one just now.
    """
    async with Reading(engine).snapshot() as seen:
        kept = await seen.statements.of(day)
        if kept is not None:
            return kept.file
        await _require_its_turn(seen.statements, day, seen.taken_at, so_far=so_far)
    async with gathered(deployment, engine) as house:
        before = _before(await house.seen.statements.last())
        content = statement_bytes(await _statement(house, before, key, day, so_far=so_far))
        made_at = house.seen.taken_at
    file = key.sign(content)
    if so_far:
        return file
    made = KeptStatement(
        number=before.number + 1,
        day=day,
        made_at=made_at,
        digest=digest_of_statement(content),
        file=file,
    )
    await keep_statement(engine, made)
    return await _kept_file(engine, day)


async def _kept_file(engine: AsyncEngine, day: date) -> bytes:
    """Of two that made a statement at once, both give out the one that was kept."""
    async with Reading(engine).snapshot() as seen:
        kept = await seen.statements.of(day)
    if kept is None:
        raise TemporarilyUnavailableError(
            f"another day's statement was made while that of {day} was: ask again"
        )
    return kept.file


async def _require_its_turn(
    statements: DailyStatements, day: date, now: datetime, *, so_far: bool
) -> None:
    today = now.astimezone(CHINA).date()
    if day > today or (day == today and not so_far):
        raise RefusedError(
            f"{day} isn't over (it is {today} in China): ask on another day, or with --so-far"
        )
    last = await statements.last()
    if last is not None and last.day > day:
        raise RefusedError(
            f"expected a day after {last.day}, whose statement was made already, got {day}: "
            "what happened on a day that was left out is in the next statement"
        )


async def _statement(
    house: Gathered, before: _Before, key: SigningKey, day: date, *, so_far: bool
) -> Statement:
    losses = [
        loss for each in house.logs for loss in await losses_of(each.decided, each.found, each.told)
    ]
    return Statement(
        day=day,
        made_at=house.seen.taken_at,
        so_far=so_far,
        number=before.number + 1,
        previous=before.digest,
        software=version(_DISTRIBUTION),
        key=key.id,
        cluster=house.cluster,
        ranges=[await _range(house.seen, each, before) for each in house.logs],
        journals=_journals((each.decided.shard.log, each.told) for each in house.logs),
        lost=len(losses),
        losses=_stated(losses),
        ledgers=await house.seen.statements.ledgers(),
    )


async def _range(seen: Snapshot, each: LogSeen, before: _Before) -> StatedRange:
    decided, found = each.decided, each.found
    log = decided.shard.log
    first, cut = before.cuts.get(log, 0), decided.next
    voids = await decided.voids()
    counted = await seen.logs.count_by_outcome(log, first=first, end=cut)
    end = cut if found is None else max(cut, found.end)
    behind = sum(void.end - void.first for void in clipped(voids, first=cut, end=end))
    return StatedRange(
        topic=decided.shard.topic,
        log=log,
        first=first,
        cut=cut,
        voids=clipped(voids, first=first, end=cut),
        outcomes={outcome.value: count for outcome, count in counted.items()},
        waiting=end - cut - behind,
        broker=None if found is None else BrokerHolds(start=found.start, end=found.end),
    )


def _before(kept: KeptStatement | None) -> _Before:
    if kept is None:
        return _Before(cuts={})
    said = read_content(open_signed(kept.file).content)
    cuts = {Partition(log["topic_id"], log["partition"]): log["cut"] for log in said["logs"]}
    return _Before(number=kept.number, digest=kept.digest, cuts=cuts)


def _journals(told: Iterable[tuple[Partition, Told]]) -> Journals:
    """One line an entry, sorted: `topic id/partition/offset digest`."""
    lines = sorted(
        f"{log.topic_id}/{log.number}/{offset} {digest}\n"
        for log, entries in told
        for offset, digests in entries.items()
        for digest in digests
    )
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    return Journals(entries=len(lines), digest=Sha256(digest))


def _stated(losses: Sequence[Loss]) -> Sequence[LossStated]:
    return [LossStated(address=str(loss.address), why=loss.why) for loss in losses]
