"""Every metric of ours, in one list. Names are Prometheus'; no label carries a citizen."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from infra.health.door import DoorTally
from infra.health.process_troubles import name_of
from infra.health.report import HealthReport
from streams.beats import WorkerBeat
from streams.verdicts import Verdict


class DoorMetrics:
    """What a door counts itself; `tally` is the same for its beats."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.tally = DoorTally()
        self._accepted = Counter(
            "offsite_door_accepted", "Events acknowledged", ["topic"], registry=registry
        )
        self._refused = Counter(
            "offsite_door_refused", "Events not taken, by status", ["status"], registry=registry
        )

    def accepted(self, topic: str) -> None:
        """One more lies in Kafka."""
        self._accepted.labels(topic).inc()
        self.tally.accepted_one()

    def refused(self, status: int) -> None:
        """One more was sent back."""
        self._refused.labels(str(status)).inc()
        self.tally.refused_one(str(status))


class StreamMetrics:
    """The health report as gauges; set anew at each look."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str, labels: Sequence[str] = ()) -> Gauge:
            return Gauge(f"offsite_{name}", text, labels, registry=registry)

        self._up = gauge("stream_up", "1 while Kafka and the database answer")
        self._lag = gauge("lag_messages", "Messages without outcome", ["topic", "partition"])
        self._lag_age = gauge(
            "lag_seconds", "Age of the oldest message without outcome", ["topic", "partition"]
        )
        self._verdict = gauge(
            "partition_verdict", "1 for the verdict that holds", ["topic", "partition", "verdict"]
        )
        self._rebalances = gauge("worker_rebalances", "Rebalances it went through", ["owner"])
        self._pool = gauge("pool_connections_taken", "In use at its last beat", ["part", "owner"])
        self._pool_size = gauge("pool_connections", "At most", ["part", "owner"])
        self._away = gauge("brokers_away", "Brokers that ought to be there")
        self._blind = gauge("camera_blind_seconds", "Hidden in the last hour", ["camera"])
        self._age = gauge("camera_last_event_age_seconds", "Since a camera's last word", ["camera"])
        self._rate = gauge("outcomes_per_second", "Mean of the last minute")
        self._parked = gauge("parked_messages", "Messages that wait for somebody to look")
        self._backlog = gauge("outbox_backlog", "Letters that Kafka has not acknowledged yet")
        self._oldest = gauge("outbox_oldest_seconds", "Age of the oldest of those")

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
