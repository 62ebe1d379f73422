"""Gathers what a sum needs: journals first, then ends, then one snapshot.

In that order a message that comes in meanwhile can only be missing from all three or waiting:
it is never taken for lost.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.ports import Shard, Void
from infra.deployment import Deployment
from infra.store.reading import Reading, Snapshot
from schemas.ids import Partition, Sha256
from schemas.lane import Lane
from streams.conservation import Decided, Sum, Told, add_up, by_log
from streams.journal import read_journals
from streams.logs import LogRange, Logs
from streams.topics import EVENTS

_LOOK_EVERY_S: Final = 0.3


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
    async with gathered(deployment, engine) as house:
        return [await add_up(each.decided, each.found, each.told) for each in house.logs]


async def add_up_settled(
    deployment: Deployment,
    engine: AsyncEngine,
    *,
    within_s: float,
    topics: Collection[str] = tuple(EVENTS.values()),
) -> Sequence[Sum]:
    """The sums of when nothing waits in these topics any more, or of when the time is up."""
    ends_at = time.monotonic() + within_s
    while True:
        sums = await add_up_all(deployment, engine)
        waits = any(one.waiting for one in sums if one.shard.topic in topics)
        if not waits or time.monotonic() >= ends_at:
            return sums
        await asyncio.sleep(_LOOK_EVERY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSeen:
    """A log as the store, the broker and the journals know it. `found`: absent if it is gone."""

    decided: Decided
    found: LogRange | None
    told: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Every log that anybody knows, in order; and the store as of one instant."""

    cluster: str
    logs: Sequence[LogSeen]
    seen: Snapshot


@asynccontextmanager
async def gathered(deployment: Deployment, engine: AsyncEngine) -> AsyncIterator[Gathered]:
    """Look into the journals, then at the broker, then into the store.

    Raises:
        TemporarilyUnavailableError: Kafka or the database is away.
    """
    journal = await asyncio.to_thread(lambda: by_log(read_journals(deployment.journals)))
    cluster, ranges = await asyncio.to_thread(_at_the_broker, deployment)
    found = {log.log: log for log in ranges}
    async with Reading(engine).snapshot() as seen:
        known = {decided.shard.log: decided for decided in await seen.logs.decided()}
        logs = [
            LogSeen(
                decided=known.get(log) or _nothing_decided(log, found.get(log)),
                found=found.get(log),
                told=journal.get(log, {}),
            )
            for log in sorted(set(known) | set(found) | set(journal))
        ]
        yield Gathered(cluster=cluster, logs=logs, seen=seen)


def _at_the_broker(deployment: Deployment) -> tuple[str, Sequence[LogRange]]:
    with Logs(deployment.connection) as logs:
        return logs.cluster_id(), logs.ranges(list(EVENTS.values()))


def _nothing_decided(log: Partition, found: LogRange | None) -> Decided:
    topic = "gone" if found is None else found.topic
    lane = Lane.SAFETY if topic == EVENTS[Lane.SAFETY] else Lane.GENERAL
    return _Undecided(Shard(log=log, topic=topic, lane=lane))


def _ranges(deployment: Deployment) -> Sequence[LogRange]:
    with Logs(deployment.connection) as logs:
        return logs.ranges(list(EVENTS.values()))
