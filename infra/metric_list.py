"""The list of metrics: every one that a process of ours shows, and what each means.

`docs/metrics.md` is written from it (`scripts/write_operations.py`), board and alert rules are
checked against it. Names are Prometheus'; no label carries a citizen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Sort(StrEnum):
    """Prometheus' sorts."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Shown(StrEnum):
    """Which process shows a metric."""

    DOOR = "door"
    WORKER = "worker"
    RELAY = "relay"
    LOOKOUT = "lookout"


LABELS: Final[Mapping[str, str]] = {
    "topic": "a topic of ours",
    "partition": "its number",
    "lane": "safety, general",
    "status": "of HTTP",
    "reason": "kind of problem, as in the problem document's type",
    "outcome": "of the closed list of outcomes",
    "neighbour": "database, kafka",
    "stage": "of a probe's way: door, decided, delivered; or where it is stuck: door, worker, "
    "relay, return, unknown",
    "kind": "of trouble, such as probe-missed",
    "verdict": "ok, catching-up, behind, falling-behind, stalled, stopped",
    "part": "door, relay, or a lane's worker",
    "owner": "a process, by its host's name and its number",
    "camera": "a camera's id, never a person's",
}
"""What each label may say. Each is a closed set, or an id of a thing of the city's."""

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_EVENTS: Final = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 5000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One entry. `exposed` is the name that Prometheus stores, where that is another one."""

    name: str
    sort: Sort
    unit: str
    meaning: str
    shown: Shown
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def exposed(self) -> str:
        """As it stands on `/metrics`: a counter's name gets an ending."""
        return f"{self.name}_total" if self.sort is Sort.COUNTER else self.name

    def counter(self, registry: CollectorRegistry) -> Counter:
        """Make the counter."""
        return Counter(self.name, self.meaning, self.labels, registry=registry)

    def gauge(self, registry: CollectorRegistry) -> Gauge:
        """Make the gauge."""
        return Gauge(self.name, self.meaning, self.labels, registry=registry)

    def histogram(self, registry: CollectorRegistry) -> Histogram:
        """Make the histogram."""
        return Histogram(
            self.name, self.meaning, self.labels, registry=registry, buckets=self.buckets
        )


def _counter(name: str, shown: Shown, unit: str, meaning: str, *labels: str) -> Metric:
    return Metric(
        name=f"offsite_{name}", sort=Sort.COUNTER, unit=unit, meaning=meaning, shown=shown,
        labels=labels,
    )  # fmt: skip


def _gauge(name: str, shown: Shown, unit: str, meaning: str, *labels: str) -> Metric:
    return Metric(
        name=f"offsite_{name}", sort=Sort.GAUGE, unit=unit, meaning=meaning, shown=shown,
        labels=labels,
    )  # fmt: skip


def _histogram(name: str, shown: Shown, unit: str, meaning: str, *labels: str) -> Metric:
    return Metric(
        name=f"offsite_{name}", sort=Sort.HISTOGRAM, unit=unit, meaning=meaning, shown=shown,
        labels=labels, buckets=_EVENTS if unit == "events" else _SECONDS,
    )  # fmt: skip


_D, _W, _R, _L = Shown.DOOR, Shown.WORKER, Shown.RELAY, Shown.LOOKOUT

DOOR_ACCEPTED: Final = _counter("door_accepted", _D, "events", "Events acknowledged", "topic")
DOOR_ACCEPTED_BYTES: Final = _counter(
    "door_accepted_bytes", _D, "bytes", "Bytes of events acknowledged", "topic"
)
DOOR_REFUSED: Final = _counter(
    "door_refused", _D, "events", "Events or whole requests not taken", "reason", "status"
)
DOOR_SECONDS: Final = _histogram(
    "door_seconds", _D, "seconds", "From an event read to its receipt, Kafka's part included"
)
STREAM_UP: Final = _gauge("stream_up", _D, "0 or 1", "1 while Kafka and the database answer")
LAG_MESSAGES: Final = _gauge(
    "lag_messages", _D, "messages", "Messages without outcome", "topic", "partition"
)
LAG_SECONDS: Final = _gauge(
    "lag_seconds", _D, "seconds", "Age of the oldest message without outcome", "topic", "partition"
)
VERDICT: Final = _gauge(
    "partition_verdict", _D, "0 or 1", "1 for the verdict that holds",
    "topic", "partition", "verdict",
)  # fmt: skip
REBALANCES: Final = _gauge(
    "worker_rebalances", _D, "rebalances", "Rebalances that a worker went through", "owner"
)
POOL_TAKEN: Final = _gauge(
    "pool_connections_taken", _D, "connections", "In use at a process's last beat", "part", "owner"
)
POOL_SIZE: Final = _gauge(
    "pool_connections", _D, "connections", "At most", "part", "owner"
)  # fmt: skip
BROKERS_AWAY: Final = _gauge("brokers_away", _D, "brokers", "Brokers that ought to be there")
CAMERA_BLIND: Final = _gauge(
    "camera_blind_seconds", _D, "seconds", "Time of the last hour that a camera couldn't see",
    "camera",
)  # fmt: skip
CAMERA_AGE: Final = _gauge(
    "camera_last_event_age_seconds", _D, "seconds", "Since a camera's last word", "camera"
)
OUTCOMES_RATE: Final = _gauge(
    "outcomes_per_second", _D, "events per second", "Mean of the last minute"
)
PARKED: Final = _gauge("parked_messages", _D, "messages", "Messages that wait for somebody to look")
OUTBOX_BACKLOG: Final = _gauge(
    "outbox_backlog", _D, "letters", "Letters that Kafka has not acknowledged yet"
)
OUTBOX_OLDEST: Final = _gauge("outbox_oldest_seconds", _D, "seconds", "Age of the oldest of those")

WORKER_SETTLED: Final = _counter(
    "worker_settled", _W, "events", "Messages that got their outcome here", "lane", "outcome"
)
WORKER_BATCH: Final = _histogram(
    "worker_batch_events", _W, "events", "Messages settled in one transaction", "lane"
)
WORKER_SECONDS: Final = _histogram(
    "worker_settle_seconds", _W, "seconds",
    "From a batch taken up to its commit, waiting for neighbours included", "lane",
)  # fmt: skip
WORKER_GAPS: Final = _counter(
    "worker_gaps_read_again", _W, "gaps", "Gaps before a message that were read again", "lane"
)
WORKER_AWAY: Final = _counter(
    "worker_neighbour_away", _W, "tries", "Tries that a neighbour's absence made vain",
    "lane", "neighbour",
)  # fmt: skip

RELAY_CARRIED: Final = _counter(
    "relay_carried", _R, "letters", "Letters that Kafka acknowledged", "topic"
)
RELAY_HELD: Final = _counter(
    "relay_held", _R, "letters", "Letters held back because Kafka did not take them", "topic"
)
RELAY_AGE: Final = _histogram(
    "relay_letter_age_seconds", _R, "seconds",
    "From a letter written to Kafka's acknowledgement, by the two clocks of database and relay",
    "topic",
)  # fmt: skip
RELAY_AWAY: Final = _counter(
    "relay_outbox_away", _R, "tries", "Tries that the database's absence made vain"
)

PROBE_SECONDS: Final = _histogram(
    "probe_seconds", _L, "seconds",
    "From a probe sent to the door's receipt, to its decision by the database's clock, and back",
    "lane", "stage",
)  # fmt: skip
PROBES_MISSED: Final = _counter(
    "probes_missed", _L, "probes", "Probes that did not come back in time, by where they are stuck",
    "lane", "stage",
)  # fmt: skip
PROBE_MISSING: Final = _gauge(
    "probe_missing", _L, "0 or 1", "1 while a lane's probes don't come back", "lane"
)
ALARMS_RAISED: Final = _counter("alarms_raised", _L, "alarms", "Alarms raised", "kind")
ALARMS_ACTIVE: Final = _gauge("alarms_active", _L, "alarms", "Alarms that are not over", "kind")
ALARM_TELLINGS: Final = _gauge(
    "alarm_tellings_pending", _L, "tellings", "Not acknowledged yet by a webhook or by Kafka"
)

METRICS: Final[tuple[Metric, ...]] = (
    *(DOOR_ACCEPTED, DOOR_ACCEPTED_BYTES, DOOR_REFUSED, DOOR_SECONDS),
    *(LAG_SECONDS, VERDICT, REBALANCES, POOL_TAKEN, POOL_SIZE, BROKERS_AWAY, CAMERA_BLIND),
    *(STREAM_UP, LAG_MESSAGES, CAMERA_AGE, OUTCOMES_RATE, PARKED, OUTBOX_BACKLOG, OUTBOX_OLDEST),
    *(WORKER_SETTLED, WORKER_BATCH, WORKER_SECONDS, WORKER_GAPS, WORKER_AWAY),
    *(RELAY_CARRIED, RELAY_HELD, RELAY_AGE, RELAY_AWAY),
    *(PROBE_SECONDS, PROBES_MISSED, PROBE_MISSING),
    *(ALARMS_RAISED, ALARMS_ACTIVE, ALARM_TELLINGS),
)


def metrics_page() -> str:
    """`docs/metrics.md`."""
    lines = [
        "# Metrics",
        "",
        "Written from `infra/metric_list.py` by `scripts/write_operations.py`; a test keeps it so.",
        "The door shows them on `/metrics` of its own port; workers, relay and lookout on the port",
        "`OFFSITE_METRICS_PORT` of each (0: none). `offsite up` chooses these ports itself and",
        "names them in `running.json`. A histogram has `_bucket`, `_sum` and `_count` behind it.",
    ]
    for shown in Shown:
        lines += ["", f"## {shown.value.capitalize()}", ""]
        lines += ["| name | sort | unit | labels | meaning |", "| --- | --- | --- | --- | --- |"]
        for each in (one for one in METRICS if one.shown is shown):
            labels = ", ".join(each.labels) or "–"
            lines.append(
                f"| `{each.exposed}` | {each.sort} | {each.unit} | {labels} | {each.meaning} |"
            )
    lines += ["", "## Labels", "", "| label | says |", "| --- | --- |"]
    lines += [f"| {name} | {says} |" for name, says in LABELS.items()]
    return "\n".join(lines) + "\n"
