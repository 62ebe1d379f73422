"""What brokers did to the logs: made anew, cut short, or without what doors were told of.

A trouble is told until a day's signed statement says the same: then it is on record, and what
operations must know is the next one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.statement_checking import Content, read_content
from infra.accounts import gathered
from infra.deployment import Deployment
from infra.signing import open_signed
from infra.store.daily_statements import ClusterMet
from schemas.ids import Partition
from schemas.trouble import Severity, Trouble
from streams.conservation import Sum, add_up

REPLACED: Final = "broker-replaced"
TRUNCATED: Final = "broker-truncated"
LOST: Final = "acknowledged-lost"
BROKER_KINDS: Final = frozenset({REPLACED, TRUNCATED, LOST})


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """What the last signed statement says already."""

    cluster: str | None = None
    gone: frozenset[Partition] = frozenset()
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokersSeen:
    """The logs added up, the cluster that answers, and those that were met before."""

    taken_at: datetime
    cluster: str
    met: Sequence[ClusterMet]
    sums: Sequence[Sum]
    on_record: OnRecord


async def look_at_brokers(deployment: Deployment, engine: AsyncEngine) -> BrokersSeen:
    """Look into journals, broker and store.

    Raises:
        TemporarilyUnavailableError: Kafka or the database is away.
    """
    async with gathered(deployment, engine) as house:
        last = await house.seen.statements.last()
        said = None if last is None else read_content(open_signed(last.file).content)
        return BrokersSeen(
            taken_at=house.seen.taken_at,
            cluster=house.cluster,
            met=await house.seen.statements.clusters(),
            sums=[await add_up(each.decided, each.found, each.told) for each in house.logs],
            on_record=OnRecord() if said is None else _on_record(said),
        )


def _on_record(said: Content) -> OnRecord:
    gone = frozenset(
        Partition(log["topic_id"], log["partition"])
        for log in said["logs"]
        if log["broker"] is None
    )
    return OnRecord(cluster=said["cluster"], gone=gone, lost=said["lost"])


def troubles_of_brokers(seen: BrokersSeen) -> Sequence[Trouble]:
    """What operations must know of it now."""
    return [*_cluster(seen), *_gone(seen), *_cut_short(seen), *_lost(seen)]


def _cluster(seen: BrokersSeen) -> Iterator[Trouble]:
    before = [each for each in seen.met if each.cluster != seen.cluster]
    known = seen.on_record.cluster or (before[0].cluster if before else seen.cluster)
    if known == seen.cluster:
        return
    yield Trouble(
        key=f"{REPLACED}:cluster",
        kind=REPLACED,
        severity=Severity.CRITICAL,
        sentence=f"this Kafka is cluster {seen.cluster}, and it was {known}: is OFFSITE_KAFKA "
        "right, or were the brokers made anew?",
        since=_met_at(seen) or seen.taken_at,
    )


def _met_at(seen: BrokersSeen) -> datetime | None:
    return next((each.met_at for each in seen.met if each.cluster == seen.cluster), None)


def _gone(seen: BrokersSeen) -> Iterator[Trouble]:
    """One a topic: its partitions go together."""
    gone: dict[str, list[Sum]] = {}
    for one in seen.sums:
        if one.broker is None and one.shard.log not in seen.on_record.gone:
            gone.setdefault(one.shard.log.topic_id, []).append(one)
    for topic_id, sums in gone.items():
        lost = sum(len(one.losses) for one in sums)
        decided = sum(one.decided_to for one in sums)
        yield Trouble(
            key=f"{REPLACED}:{topic_id}",
            kind=REPLACED,
            severity=Severity.CRITICAL if lost else Severity.WARNING,
            sentence=f"the broker has {sums[0].shard.topic} ({topic_id}) no longer: {decided} "
            f"messages of it were decided, {lost} acknowledged ones are lost",
            since=seen.taken_at,
        )


def _cut_short(seen: BrokersSeen) -> Iterator[Trouble]:
    for one in seen.sums:
        if one.forgotten or one.removed:
            log = one.shard.log
            yield Trouble(
                key=f"{TRUNCATED}:{log.topic_id}/{log.number}",
                kind=TRUNCATED,
                severity=Severity.CRITICAL,
                sentence=f"{one.shard.topic}/{log.number}: {one.condition}",
                since=seen.taken_at,
            )


def _lost(seen: BrokersSeen) -> Iterator[Trouble]:
    losses = [loss for one in seen.sums for loss in one.losses]
    if len(losses) <= seen.on_record.lost:
        return
    yield Trouble(
        key=LOST,
        kind=LOST,
        severity=Severity.CRITICAL,
        sentence=f"{len(losses)} acknowledged messages are lost, {seen.on_record.lost} of them on "
        f"signed record; the first is {losses[0].address}: {losses[0].why}",
        since=seen.taken_at,
    )
