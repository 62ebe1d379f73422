"""Every metric of ours, in one list. Names are Prometheus'; no label carries a citizen."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from infra.accounts import HealthReport


class DoorMetrics:
    """What a door counts itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._accepted = Counter(
            "offsite_door_accepted", "Events acknowledged", ["topic"], registry=registry
        )
        self._refused = Counter(
            "offsite_door_refused", "Events not taken, by status", ["status"], registry=registry
        )

    def accepted(self, topic: str) -> None:
        """One more lies in Kafka."""
        self._accepted.labels(topic).inc()

    def refused(self, status: int) -> None:
        """One more was sent back."""
        self._refused.labels(str(status)).inc()


class StreamMetrics:
    """The health report as gauges; set anew at each look."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str, labels: Sequence[str] = ()) -> Gauge:
            return Gauge(f"offsite_{name}", text, labels, registry=registry)

        self._up = gauge("stream_up", "1 while Kafka and the database answer")
        self._lag = gauge("lag_messages", "Messages without outcome", ["topic", "partition"])
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
            self._lag.labels(partition.topic, str(partition.partition)).set(partition.lag)
        for camera in report.cameras:
            age = report.taken_at - camera.last_received_at
            self._age.labels(camera.camera).set(max(0.0, age.total_seconds()))
        numbers = report.numbers
        oldest = numbers.oldest_unsent_at
        self._rate.set(numbers.outcomes_last_minute / 60)
        self._parked.set(numbers.parked)
        self._backlog.set(numbers.backlog)
        waits = 0.0 if oldest is None else (report.taken_at - oldest).total_seconds()
        self._oldest.set(max(0.0, waits))
