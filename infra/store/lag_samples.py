"""Where each partition was a moment ago, so that a command that looks once sees a trend too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from infra.store.beat_tables import lag_samples
from infra.store.failures import told_by_remedy
from schemas.ids import Partition
from streams.verdicts import Sample

KEPT_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A sample of a partition, with who led it then."""

    log: Partition
    topic: str
    sample: Sample
    leader: int | None
    replicas: frozenset[int]


class LagSamples:
    """Writes samples. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def keep(self, kept: Sequence[Kept]) -> None:
        """Write them, and forget what is too old. Two that sample at once do no harm."""
        if not kept:
            return
        rows = [
            {
                "topic_id": one.log.topic_id,
                "partition": one.log.number,
                "at": one.sample.at,
                "topic": one.topic,
                "end": one.sample.end,
                "decided": one.sample.decided,
                "oldest_at": one.sample.oldest_at,
                "leader": one.leader,
                "replicas": sorted(one.replicas),
            }
            for one in kept
        ]
        old = delete(lag_samples).where(lag_samples.c.at < func.now() - KEPT_FOR)
        with told_by_remedy():
            async with self._engine.begin() as connection:
                await connection.execute(insert(lag_samples).on_conflict_do_nothing(), rows)
                await connection.execute(old)


async def read_samples(connection: AsyncConnection, *, since: timedelta) -> Sequence[Kept]:
    """The samples of that last while, the oldest first."""
    table = lag_samples.c
    recent = select(lag_samples).where(table.at >= func.now() - since).order_by(table.at)
    with told_by_remedy():
        return [_kept(row) for row in await connection.execute(recent)]


async def read_leaders(connection: AsyncConnection) -> Sequence[Kept]:
    """The last sample of each partition under each of its leaders, as far back as we remember."""
    table = lag_samples.c
    led = (table.topic_id, table.partition, table.leader)
    last = select(lag_samples).ext(distinct_on(*led)).order_by(*led, table.at.desc())
    with told_by_remedy():
        return [_kept(row) for row in await connection.execute(last)]


def _kept(row: Row[*tuple[Any, ...]]) -> Kept:
    return Kept(
        log=Partition(row.topic_id, row.partition),
        topic=row.topic,
        sample=Sample(at=row.at, end=row.end, decided=row.decided, oldest_at=row.oldest_at),
        leader=row.leader,
        replicas=frozenset(row.replicas),
    )
