"""Who counts what: each process's metrics as objects, made from the one list."""

from collections import Counter as Counted
from collections.abc import Mapping, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, start_http_server

from handlers.ports import Settled
from infra import metric_list as listed
from infra.health.door import DoorTally
from infra.health.process_troubles import name_of
from infra.health.report import HealthReport
from infra.probe_course import Stuck
from schemas.lane import Lane
from streams.beats import WorkerBeat
from streams.verdicts import Verdict


def serve_metrics(registry: CollectorRegistry, *, host: str, port: int) -> None:
    """Show them over HTTP from a thread that dies with the process. Port 0: not at all."""
    if port:
        start_http_server(port, host, registry)


class DoorMetrics:
    """What a door counts itself; `tally` is the same for its beats."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._accepted = listed.DOOR_ACCEPTED.counter(registry)
        self._bytes = listed.DOOR_ACCEPTED_BYTES.counter(registry)
        self._refused = listed.DOOR_REFUSED.counter(registry)
        self._seconds = listed.DOOR_SECONDS.histogram(registry)
        self.tally = DoorTally()

    def accepted(self, topic: str, *, size: int, seconds: float) -> None:
        """One more lies in Kafka."""
        self._accepted.labels(topic).inc()
        self._bytes.labels(topic).inc(size)
        self._seconds.observe(seconds)
        self.tally.accepted_one()

    def refused(self, reason: str, status: int) -> None:
        """One more was sent back."""
        self._refused.labels(reason, str(status)).inc()
        self.tally.refused_one(str(status))


class StreamMetrics:
    """The health report as gauges; set anew at each look."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._up = listed.STREAM_UP.gauge(registry)
        self._lag = listed.LAG_MESSAGES.gauge(registry)
        self._age = listed.CAMERA_AGE.gauge(registry)
        self._rate = listed.OUTCOMES_RATE.gauge(registry)
        self._parked = listed.PARKED.gauge(registry)
        self._backlog = listed.OUTBOX_BACKLOG.gauge(registry)
        self._oldest = listed.OUTBOX_OLDEST.gauge(registry)
        self._lag_age = listed.LAG_SECONDS.gauge(registry)
        self._verdict = listed.VERDICT.gauge(registry)
        self._rebalances = listed.REBALANCES.gauge(registry)
        self._pool = listed.POOL_TAKEN.gauge(registry)
        self._pool_size = listed.POOL_SIZE.gauge(registry)
        self._away = listed.BROKERS_AWAY.gauge(registry)
        self._blind = listed.CAMERA_BLIND.gauge(registry)

    def set(self, report: HealthReport | None) -> None:
        """Nothing known: only `offsite_stream_up` 0 is said, the rest stays as last seen."""
        self._up.set(0 if report is None else 1)
        if report is None:
            return
        for partition in report.partitions:
            place = (partition.topic, str(partition.partition))
            self._lag.labels(*place).set(partition.lag)
            self._lag_age.labels(*place).set(partition.lag_age.total_seconds())
            for verdict in Verdict:
                self._verdict.labels(*place, verdict.value).set(verdict is partition.verdict)
        self._set_processes(report)
        self._away.set(len(report.cluster.away))
        for camera in report.cameras:
            age = report.taken_at - camera.seen.last_received_at
            self._age.labels(camera.camera).set(max(0.0, age.total_seconds()))
            hidden = () if camera.hour is None else camera.hour.hidden.values()
            self._blind.labels(camera.camera).set(sum(span.total_seconds() for span in hidden))
        numbers = report.numbers
        if numbers is None:
            return
        oldest = numbers.oldest_unsent_at
        self._rate.set(numbers.outcomes_last_minute / 60)
        self._parked.set(numbers.parked)
        self._backlog.set(numbers.backlog)
        waits = 0.0 if oldest is None else (report.taken_at - oldest).total_seconds()
        self._oldest.set(max(0.0, waits))

    def _set_processes(self, report: HealthReport) -> None:
        """Processes that ended are not told any more."""
        for gauge in (self._rebalances, self._pool, self._pool_size):
            gauge.clear()
        for process in report.processes:
            heard, part = process.heard, name_of(process.heard.said)
            self._pool.labels(part, heard.owner).set(heard.pool_taken)
            self._pool_size.labels(part, heard.owner).set(heard.pool_size)
            if isinstance(heard.said, WorkerBeat):
                self._rebalances.labels(heard.owner).set(heard.said.rebalances)


class WorkerMetrics:
    """What a lane's worker counts, a few numbers a batch."""

    def __init__(self, registry: CollectorRegistry, lane: Lane) -> None:
        self._lane = lane.value
        self._settled = listed.WORKER_SETTLED.counter(registry)
        self._batch = listed.WORKER_BATCH.histogram(registry).labels(lane)
        self._seconds = listed.WORKER_SECONDS.histogram(registry).labels(lane)
        self._gaps = listed.WORKER_GAPS.counter(registry).labels(lane)
        self._away = listed.WORKER_AWAY.counter(registry)

    def settled(self, settled: Sequence[Settled], seconds: float) -> None:
        """A batch has its outcomes."""
        self._batch.observe(len(settled))
        self._seconds.observe(seconds)
        for outcome, count in Counted(one.decision.outcome for one in settled).items():
            self._settled.labels(self._lane, outcome).inc(count)

    def gap(self) -> None:
        """One was read again."""
        self._gaps.inc()

    def away(self, neighbour: str) -> None:
        """`database` or `kafka` made a try vain."""
        self._away.labels(self._lane, neighbour).inc()


class RelayMetrics:
    """What a relay counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._carried = listed.RELAY_CARRIED.counter(registry)
        self._held = listed.RELAY_HELD.counter(registry)
        self._age = listed.RELAY_AGE.histogram(registry)
        self._away = listed.RELAY_AWAY.counter(registry)

    def carried(self, topic: str, *, written_at: datetime, now: datetime) -> None:
        """Kafka has a letter."""
        self._carried.labels(topic).inc()
        self._age.labels(topic).observe(max(0.0, (now - written_at).total_seconds()))

    def held(self, topic: str) -> None:
        """Kafka did not take one."""
        self._held.labels(topic).inc()

    def away(self) -> None:
        """The database did not answer."""
        self._away.inc()


class LookoutMetrics:
    """What the lookout counts: probes and alarms."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = listed.PROBE_SECONDS.histogram(registry)
        self._missed = listed.PROBES_MISSED.counter(registry)
        self._missing = listed.PROBE_MISSING.gauge(registry)
        self._raised = listed.ALARMS_RAISED.counter(registry)
        self._active = listed.ALARMS_ACTIVE.gauge(registry)
        self._pending = listed.ALARM_TELLINGS.gauge(registry)

    def stage(self, lane: Lane, stage: str, seconds: float) -> None:
        """How long after it was sent a probe had come so far."""
        self._seconds.labels(lane, stage).observe(seconds)

    def missed(self, lane: Lane, stuck: Stuck) -> None:
        """One did not come back in time."""
        self._missed.labels(lane, stuck).inc()

    def missing(self, lane: Lane, *, is_missing: bool) -> None:
        """Whether the lane is without a probe that came back."""
        self._missing.labels(lane).set(int(is_missing))

    def raised(self, kind: str) -> None:
        """One alarm more."""
        self._raised.labels(kind).inc()

    def active(self, by_kind: Mapping[str, int]) -> None:
        """How many of each kind are raised now."""
        for kind, count in by_kind.items():
            self._active.labels(kind).set(count)

    def pending(self, tellings: int) -> None:
        """So many tellings were not acknowledged yet."""
        self._pending.set(tellings)
