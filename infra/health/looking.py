"""Looks at ends and heads, remembers them, and takes from memory what nobody tells just now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from infra.health.kafka_side import ClusterAsker, Place
from infra.health.window import Window
from infra.store.lag_samples import Kept
from infra.store.logs import Progress
from schemas.ids import Partition
from streams.lag import OUR_GROUPS, ClusterSeen, PartitionSeen
from streams.verdicts import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen now; a part that gave no answer is absent."""

    at: datetime
    cluster: ClusterSeen | None
    heads: Mapping[Partition, Progress] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A partition as we know it now. `is_seen`: broker and database both told it just now."""

    log: Partition
    topic: str
    sample: Sample | None
    is_seen: bool
    seen: PartitionSeen | None
    head: Progress | None


def heads_of(progress: Iterable[Progress]) -> Mapping[Partition, Progress]:
    """By log."""
    return {each.shard.log: each for each in progress}


async def view_all(now: Look, window: Window, asker: ClusterAsker) -> Sequence[View]:
    """Every partition of events, with the age of what waits longest. Remembers what was seen."""
    seen = {} if now.cluster is None else {each.log: each for each in now.cluster.partitions}
    logs = _logs(now, window)
    views = [_view(log, topic, now, (seen.get(log), window.last(log))) for log, topic in logs]
    asked = {_place(each): each.sample.decided for each in views if each.sample and _asks(each)}
    ages = await asker.oldest(asked) if now.cluster is not None else {}
    aged = [_aged(each, ages) for each in views]
    for each in aged:
        if each.is_seen:
            window.add(kept_of(each))
    return aged


def kept_of(view: View) -> Kept:
    """What is worth keeping of a partition that was seen."""
    if view.sample is None or view.seen is None:
        raise ValueError(view)
    return Kept(
        log=view.log,
        topic=view.topic,
        sample=view.sample,
        leader=view.seen.leader,
        replicas=view.seen.replicas,
    )


def _logs(now: Look, window: Window) -> Sequence[tuple[Partition, str]]:
    """Those that the cluster has; without it, those that we or the database remember."""
    if now.cluster is not None:
        return [(each.log, each.topic) for each in now.cluster.partitions]
    known = {log: window.topic(log) for log in window.logs()}
    for log, head in (now.heads or {}).items():
        known.setdefault(log, head.shard.topic)
    return sorted(known.items(), key=lambda one: (one[1], one[0].number))


def _view(
    log: Partition, topic: str, now: Look, known: tuple[PartitionSeen | None, Kept | None]
) -> View:
    seen, last = known
    head = None if now.heads is None else now.heads.get(log)
    end = None if seen is None else seen.end
    decided = None if now.heads is None else head.head.next if head else 0
    is_seen = end is not None and decided is not None
    if end is None and last is not None:
        end = last.sample.end
    if decided is None and last is not None:
        decided = last.sample.decided
    sample = None
    if end is not None and decided is not None:
        stood = last is not None and last.sample.decided == decided
        oldest_at = last.sample.oldest_at if last is not None and stood else None
        sample = Sample(at=now.at, end=end, decided=decided, oldest_at=oldest_at)
    return View(log=log, topic=topic, sample=sample, is_seen=is_seen, seen=seen, head=head)


def _asks(view: View) -> bool:
    """A message's time is asked for once, and only of what waits."""
    sample = view.sample
    return view.is_seen and sample is not None and sample.lag > 0 and sample.oldest_at is None


def _aged(view: View, ages: Mapping[Place, datetime]) -> View:
    if view.sample is None or (oldest_at := ages.get(_place(view))) is None:
        return view
    return replace(view, sample=replace(view.sample, oldest_at=oldest_at))


def _place(view: View) -> Place:
    return view.topic, view.log.number


def group_of(topic: str) -> str:
    """The group that decides a topic of events; none decides a topic that went out of use."""
    return OUR_GROUPS.get(topic, "")
