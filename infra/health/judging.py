"""Makes of what was seen how each part does. Pure: what is known goes in, nothing is asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from infra.health.limits import Limits
from infra.health.looking import Look, View, group_of
from infra.health.report import (
    BrokerAway,
    ClockHealth,
    ClusterHealth,
    PartitionHealth,
    ProcessHealth,
)
from infra.health.window import Window
from infra.store.beats import Heard
from infra.store.clock_watch import Heartbeat
from infra.store.lag_samples import Kept
from schemas.clock import Clock
from schemas.ids import Partition
from streams.beats import WorkerBeat
from streams.lag import ClusterSeen
from streams.topics import EVENTS
from streams.verdicts import Sample, judge_lag


def process_health(heard: Sequence[Heard], now: datetime, limits: Limits) -> list[ProcessHealth]:
    """Who lives. One that fell silent is missed, unless another took its place on its host."""
    found = []
    for each in heard:
        is_alive = now - each.beat_at <= limits.silent
        is_missed = not is_alive and not any(_took_its_place(other, each) for other in heard)
        found.append(ProcessHealth(heard=each, is_alive=is_alive, is_missed=is_missed))
    return found


def _took_its_place(other: Heard, gone: Heard) -> bool:
    return (
        _post(other) == _post(gone)
        and _host(other.owner) == _host(gone.owner)
        and other.started_at > gone.beat_at
    )


def _post(heard: Heard) -> object:
    said = heard.said
    return (type(said), said.lane) if isinstance(said, WorkerBeat) else type(said)


def _host(owner: str) -> str:
    return owner.rpartition("-")[0]


def partition_health(
    view: View, window: Window, processes: Sequence[ProcessHealth] | None, limits: Limits
) -> PartitionHealth:
    """One partition: its verdict, who holds it, who leads it. No processes: nobody could say."""
    held = _holder(view, processes or ())
    head, last = view.head, window.last(view.log)
    moved_at = None if head is None else head.updated_at
    sample = view.sample
    samples = [] if sample is None else [*_before(window.samples(view.log), sample.at), sample]
    is_held = held is not None or processes is None
    told = held.said if held is not None and isinstance(held.said, WorkerBeat) else None
    return PartitionHealth(
        topic=view.topic,
        partition=view.log.number,
        group=group_of(view.topic),
        log=view.log,
        end=None if sample is None else sample.end,
        decided=None if sample is None else sample.decided,
        is_seen=view.is_seen,
        verdict=judge_lag(samples, moved_at=moved_at, is_held=is_held, rules=limits.rules),
        lag_age=timedelta(0) if sample is None else sample.age,
        still_since=_still_since(sample, moved_at),
        rate=window.rate(view.log),
        last_commit_at=moved_at,
        owner=None if held is None else held.owner,
        rebalances=None if told is None else told.rebalances,
        leader=_leader(view, last),
        replicas=view.seen.replicas if view.seen else last.replicas if last else frozenset(),
        in_sync=view.seen.in_sync if view.seen else frozenset(),
    )


def _before(samples: Sequence[Sample], at: datetime) -> Sequence[Sample]:
    return [sample for sample in samples if sample.at < at]


def _still_since(sample: Sample | None, moved_at: datetime | None) -> datetime | None:
    """Since when nothing was decided there although something waited."""
    if sample is None or sample.lag == 0:
        return None
    since = [instant for instant in (moved_at, sample.oldest_at) if instant is not None]
    return max(since, default=None)


def _leader(view: View, last: Kept | None) -> int | None:
    """Of now; where the cluster gives no answer, the one last seen."""
    if view.seen is not None:
        return view.seen.leader
    return None if last is None else last.leader


def _holder(view: View, processes: Sequence[ProcessHealth]) -> Heard | None:
    """The worker that is alive and has the partition; the one that joined last, if two say so."""
    holders = [
        (each.heard.said.generation, each.heard.owner, each.heard)
        for each in processes
        if each.is_alive
        and isinstance(each.heard.said, WorkerBeat)
        and EVENTS[each.heard.said.lane] == view.topic
        and view.log.number in each.heard.said.assigned
    ]
    return max(holders, key=lambda one: one[:2])[2] if holders else None


def cluster_health(
    now: Look, views: Sequence[View], window: Window, since: Mapping[int, datetime]
) -> ClusterHealth:
    """Which brokers are away, and what they led. No cluster: all that we know of is."""
    if now.cluster is None:
        everything = {each.log: place_of(each.topic, each.log) for each in views}
        missed = min(since.values(), default=now.at)
        lost = BrokerAway(broker=None, led=everything, leaderless={}, since=missed)
        return ClusterHealth(alive=frozenset(), away=[lost], groups=())
    return ClusterHealth(
        alive=now.cluster.alive,
        away=[
            _away(broker, now.cluster, window, since[broker]) for broker in sorted(now.cluster.away)
        ],
        groups=now.cluster.groups,
    )


def _away(broker: int, cluster: ClusterSeen, window: Window, since: datetime) -> BrokerAway:
    leaderless = {
        each.log: place_of(each.topic, each.log)
        for each in cluster.partitions
        if broker in each.replicas and each.leader in {None, broker}
    }
    led = {log: place_of(window.topic(log), log) for log in window.led_by(broker)}
    return BrokerAway(broker=broker, led=led, leaderless=leaderless, since=since)


def place_of(topic: str, log: Partition) -> str:
    """As people name it."""
    return f"{topic}/{log.number}"


def clock_health(
    late: Sequence[Clock], keepers: Sequence[Heartbeat], now: datetime, limits: Limits
) -> ClockHealth:
    """Clocks that should have fired; a keeper is missed once one was there."""
    last = max((keeper.at for keeper in keepers), default=None)
    firsts = [clock.plan[clock.fired].at for clock in late if clock.fired < len(clock.plan)]
    return ClockHealth(
        late=len(late),
        late_since=min(firsts, default=None),
        keeper_at=last,
        is_keeper_missed=last is not None and now - last > limits.clocks,
    )
