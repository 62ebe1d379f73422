"""The ledger of deletions on PostgreSQL: appended to, read, and recomputed."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.deletions import Deletion, DeletionLine, chained, deletion_hash
from handlers.ledger import GENESIS
from infra.store.evidence_tables import evidence_deletions
from infra.store.failures import told_by_remedy
from infra.store.rows import digest_bytes, digest_of
from infra.store.work import Driver, driver_of
from schemas.ids import Sha256

_TURN: Final = "SELECT pg_advisory_xact_lock(7061729)"
"""One writes at a time. Any number does, as long as it is always the same, and no other's."""
_LAST: Final = """
SELECT number, previous, content, hash FROM evidence_deletions ORDER BY number DESC LIMIT 1
"""
_KEEP: Final = """
INSERT INTO evidence_deletions (number, digest, deleted_at, content, previous, hash)
VALUES (%s, %s, %s, %s, %s, %s)
"""
_OF: Final = """
SELECT digest, max(deleted_at) FROM evidence_deletions
WHERE digest = ANY (%s::bytea[]) GROUP BY digest
"""
_AT_A_TIME: Final = 1_000


async def take_turn(driver: Driver) -> None:
    """Wait until nobody else writes; held until the transaction ends."""
    await driver.execute(_TURN)


async def write_down(driver: Driver, deletions: Sequence[Deletion]) -> None:
    """Append lines. The caller has the turn, and takes the bytes away after the commit."""
    row = await (await driver.execute(_LAST)).fetchone()
    last = None if row is None else _line_of(row)
    rows = [
        (
            line.number,
            digest_bytes(deletion.item),
            deletion.deleted_at,
            line.content,
            digest_bytes(line.previous),
            digest_bytes(line.hash),
        )
        for line, deletion in zip(chained(deletions, after=last), deletions, strict=True)
    ]
    if rows:
        async with driver.cursor() as cursor:
            await cursor.executemany(_KEEP, rows)


async def deleted_at(driver: Driver, items: Collection[Sha256]) -> Mapping[Sha256, datetime]:
    """When each was deleted last; never: no entry."""
    found = await driver.execute(_OF, ([digest_bytes(item) for item in items],))
    return {digest_of(digest): at for digest, at in await found.fetchall()}


class Deletions:
    """Reads the ledger as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def of(self, items: Collection[Sha256]) -> Mapping[Sha256, datetime]:
        """When each was deleted last; never: no entry."""
        with told_by_remedy():
            return await deleted_at(await driver_of(self._connection), items)

    async def lines(self) -> AsyncIterator[DeletionLine]:
        """All of them, in order; only some hundreds are in memory at a time."""
        columns = [evidence_deletions.c[name] for name in ("number", "previous", "content", "hash")]
        query = select(*columns).order_by(evidence_deletions.c.number)
        with told_by_remedy():
            rows = await self._connection.stream(query, execution_options={"yield_per": _AT_A_TIME})
            async for row in rows:
                yield _line_of(row)


def faults_of(line: DeletionLine, *, after: DeletionLine | None) -> Sequence[str]:
    """What is wrong with a line, seen from the one before it."""
    number, previous = (0, GENESIS) if after is None else (after.number + 1, after.hash)
    wrong = []
    if line.number != number:
        wrong.append(f"line {number} is missing before it")
    if line.previous != previous:
        wrong.append("does not hang on the line before it")
    if line.hash != deletion_hash(line.previous, line.content):
        wrong.append("its hash is not that of its content")
    if orjson.loads(line.content).get("number") != line.number:
        wrong.append("its content is that of another line")
    return wrong


def _line_of(row: Sequence[Any]) -> DeletionLine:
    number, previous, content, hash_ = row
    return DeletionLine(
        number=number,
        previous=digest_of(previous),
        content=bytes(content),
        hash=digest_of(hash_),
    )
