"""Gathers what a sum needs: journals first, then ends, then one snapshot.

In that order a message that comes in meanwhile can only be missing from all three or waiting:
it is never taken for lost.
"""

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.ports import Shard, Void
from infra.deployment import Deployment
from infra.store.reading import Reading
from schemas.ids import Partition, Sha256
from schemas.lane import Lane
from streams.conservation import Decided, Sum, add_up, by_log
from streams.journal import read_journals
from streams.logs import LogRange, Logs
from streams.topics import EVENTS


class _Undecided:
    """A log of which nothing was decided yet, so the store doesn't know it."""

    def __init__(self, shard: Shard) -> None:
        self.shard = shard
        self.next = 0

    async def count(self, *, first: int, end: int) -> int:  # noqa: ARG002
        return 0

    async def voids(self) -> Sequence[Void]:
        return ()

    async def digests(self, offsets: Sequence[int]) -> Mapping[int, Sha256]:  # noqa: ARG002
        return {}


async def add_up_all(deployment: Deployment, engine: AsyncEngine) -> Sequence[Sum]:
    """The sum of every log that we know or that the broker has.

    Raises:
        TemporarilyUnavailableError: Kafka or the database is away.
    """
    journal = await asyncio.to_thread(lambda: by_log(read_journals(deployment.journals)))
    found = {log.log: log for log in await asyncio.to_thread(_ranges, deployment)}
    async with Reading(engine).snapshot() as seen:
        known = {decided.shard.log: decided for decided in await seen.logs.decided()}
        sums: list[Sum] = []
        for log in sorted(set(known) | set(found) | set(journal)):
            decided = known.get(log) or _nothing_decided(log, found.get(log))
            sums.append(await add_up(decided, found.get(log), journal.get(log, {})))
        return sums


def _nothing_decided(log: Partition, found: LogRange | None) -> Decided:
    topic = "gone" if found is None else found.topic
    lane = Lane.SAFETY if topic == EVENTS[Lane.SAFETY] else Lane.GENERAL
    return _Undecided(Shard(log=log, topic=topic, lane=lane))


def _ranges(deployment: Deployment) -> Sequence[LogRange]:
    with Logs(deployment.connection) as logs:
        return logs.ranges(list(EVENTS.values()))
