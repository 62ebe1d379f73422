"""What the store says about each log: how far, how many, and which digests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.decisions.decision import Outcome
from handlers.ports import Head, Shard, Void
from infra.store.failures import told_by_remedy
from infra.store.rows import digest_of
from infra.store.tables import heads, outcomes, voids
from schemas.ids import Partition, Sha256
from schemas.lane import Lane

_AT_A_TIME: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A shard with its head, and when it last moved."""

    shard: Shard
    head: Head
    updated_at: datetime


class Logs:
    """Reads about logs as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def heads(self) -> Sequence[Progress]:
        """Every shard ever met, by lane, topic and number."""
        order = (heads.c.lane, heads.c.topic, heads.c.topic_id, heads.c.partition)
        rows = await self._rows(select(heads).order_by(*order))
        return [
            Progress(
                shard=Shard(
                    log=Partition(row.topic_id, row.partition), topic=row.topic, lane=Lane(row.lane)
                ),
                head=Head(next=row.next, chain=digest_of(row.chain), lines=row.lines),
                updated_at=row.updated_at,
            )
            for row in rows
        ]

    async def count(self, log: Partition, *, first: int, end: int) -> int:
        """Distinct addresses with an outcome in [first, end)."""
        counted = await self.count_by_outcome(log, first=first, end=end)
        return sum(counted.values())

    async def count_by_outcome(
        self, log: Partition, *, first: int, end: int
    ) -> Mapping[Outcome, int]:
        """The same, by what became of them. The address is the primary key: rows are distinct."""
        query = (
            select(outcomes.c.outcome, func.count())
            .where(*_lies_in(log), outcomes.c.offset >= first, outcomes.c.offset < end)
            .group_by(outcomes.c.outcome)
        )
        return {Outcome(outcome): count for outcome, count in await self._rows(query)}

    async def voids(self, log: Partition) -> Sequence[Void]:
        """Recorded stretches without a message, in order."""
        query = (
            select(voids)
            .where(voids.c.topic_id == log.topic_id, voids.c.partition == log.number)
            .order_by(voids.c.first)
        )
        rows = await self._rows(query)
        return [Void(first=row.first, end=row.end, reason=row.reason) for row in rows]

    async def input_digests(self, log: Partition, offsets: Sequence[int]) -> Mapping[int, Sha256]:
        """The digest of the message decided at each of these offsets, where one was."""
        found: dict[int, Sha256] = {}
        for at in range(0, len(offsets), _AT_A_TIME):
            some = outcomes.c.offset.in_(offsets[at : at + _AT_A_TIME])
            query = select(outcomes.c.offset, outcomes.c.input).where(*_lies_in(log), some)
            found |= {offset: digest_of(kept) for offset, kept in await self._rows(query)}
        return found

    async def decided(self) -> Sequence["DecidedLog"]:
        """Every log, each ready to be added up."""
        return [DecidedLog(self, progress) for progress in await self.heads()]

    async def _rows(self, query: Any) -> Sequence[Any]:  # noqa: ANN401 - rows go no further
        with told_by_remedy():
            return (await self._connection.execute(query)).all()


class DecidedLog:
    """What the store says about one log, as conservation asks it."""

    def __init__(self, logs: Logs, progress: Progress) -> None:
        self._logs: Final = logs
        self._progress: Final = progress

    @property
    def shard(self) -> Shard:
        """Its log, topic and lane."""
        return self._progress.shard

    @property
    def next(self) -> int:
        """The first offset that is not decided yet."""
        return self._progress.head.next

    async def count(self, *, first: int, end: int) -> int:
        """Distinct addresses with an outcome in [first, end)."""
        return await self._logs.count(self.shard.log, first=first, end=end)

    async def voids(self) -> Sequence[Void]:
        """Recorded stretches without a message."""
        return await self._logs.voids(self.shard.log)

    async def digests(self, offsets: Sequence[int]) -> Mapping[int, Sha256]:
        """Digest of the input decided at each of these offsets."""
        return await self._logs.input_digests(self.shard.log, offsets)


def _lies_in(log: Partition) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return outcomes.c.topic_id == log.topic_id, outcomes.c.partition == log.number
