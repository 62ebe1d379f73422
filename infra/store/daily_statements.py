"""Daily statements as they were signed: each day's once, and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, TextClause, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.statements import LedgerHead
from infra.store.failures import told_by_remedy
from infra.store.rows import digest_bytes, digest_of
from infra.store.statement_tables import clusters_met, daily_statements
from schemas.ids import Sha256

_OF_EVENTS: Final = text("SELECT topic_id, partition, lines, chain FROM heads WHERE lines > 0")
_OF_ACTS: Final = text("SELECT shard, lines, chain FROM act_shards WHERE lines > 0")
# These have no head row: their last line says where they end.
_OF_CLOCKS: Final = text(
    "SELECT DISTINCT ON (shard) shard, number + 1, hash FROM clock_rounds"
    " ORDER BY shard, number DESC"
)
_OF_DELETIONS: Final = text(
    "SELECT number + 1, hash FROM evidence_deletions ORDER BY number DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStatement:
    """`file` is what was given out; `digest` is of what it states."""

    number: int
    day: date
    made_at: datetime
    digest: Sha256
    file: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMet:
    """A Kafka cluster, and when this database first met it."""

    cluster: str
    met_at: datetime


class DailyStatements:
    """Reads as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def last(self) -> KeptStatement | None:
        """The latest."""
        order = daily_statements.c.number.desc()
        return _kept(await self._one(select(daily_statements).order_by(order).limit(1)))

    async def of(self, day: date) -> KeptStatement | None:
        """A day's."""
        return _kept(await self._one(select(daily_statements).where(daily_statements.c.day == day)))

    async def clusters(self) -> Sequence[ClusterMet]:
        """Every cluster that was ever met, the first one first."""
        query = select(clusters_met).order_by(clusters_met.c.met_at, clusters_met.c.cluster)
        with told_by_remedy():
            rows = (await self._connection.execute(query)).all()
        return [ClusterMet(cluster=row.cluster, met_at=row.met_at) for row in rows]

    async def ledgers(self) -> Sequence[LedgerHead]:
        """Where every ledger ends, by name."""
        found = [
            *await self._heads("events", _OF_EVENTS),
            *await self._heads("acts", _OF_ACTS),
            *await self._heads("clocks", _OF_CLOCKS),
            *await self._heads("deletions", _OF_DELETIONS),
        ]
        return sorted(found, key=lambda head: head.name)

    async def _heads(self, kind: str, query: TextClause) -> Sequence[LedgerHead]:
        with told_by_remedy():
            rows = (await self._connection.execute(query)).all()
        return [_head(kind, row) for row in rows]

    async def _one(self, query: Any) -> Row[Any] | None:  # noqa: ANN401 - rows go no further
        with told_by_remedy():
            return (await self._connection.execute(query)).one_or_none()


async def keep_statement(engine: AsyncEngine, made: KeptStatement) -> None:
    """Keep it, unless another was quicker with this day or this place: read what is there then."""
    row = {
        "number": made.number,
        "day": made.day,
        "made_at": made.made_at,
        "digest": digest_bytes(made.digest),
        "file": made.file,
    }
    with told_by_remedy():
        async with engine.begin() as connection:
            await connection.execute(insert(daily_statements).values(row).on_conflict_do_nothing())


async def meet_cluster(engine: AsyncEngine, cluster: str) -> Sequence[ClusterMet]:
    """Note that we met it, once; answer all that were ever met."""
    with told_by_remedy():
        async with engine.begin() as connection:
            row = insert(clusters_met).values(cluster=cluster, met_at=func.now())
            await connection.execute(row.on_conflict_do_nothing())
            return await DailyStatements(connection).clusters()


def _kept(row: Row[Any] | None) -> KeptStatement | None:
    if row is None:
        return None
    return KeptStatement(
        number=row.number,
        day=row.day,
        made_at=row.made_at,
        digest=digest_of(row.digest),
        file=row.file,
    )


def _head(kind: str, row: Sequence[Any]) -> LedgerHead:
    *key, lines, chain = row
    name = "/".join([kind, *(str(part) for part in key)])
    return LedgerHead(name=name, lines=lines, head=digest_of(chain))
