"""Metrics come from their one list, and no label tells of a citizen."""

import ast
from pathlib import Path
from typing import Final

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from infra.metric_list import LABELS, METRICS, Metric, Shown, Sort, metrics_page
from infra.metrics import DoorMetrics, LookoutMetrics, RelayMetrics, StreamMetrics, WorkerMetrics
from infra.probe_course import Stuck
from schemas.lane import Lane
from tests.support.builders import NOON

HOUSE: Final = Path(__file__).parents[3]
ROOMS: Final = ("schemas", "handlers", "detectors", "streams", "infra")


def all_shown() -> CollectorRegistry:
    registry = CollectorRegistry()
    DoorMetrics(registry)
    StreamMetrics(registry)
    WorkerMetrics(registry, Lane.SAFETY)
    RelayMetrics(registry)
    LookoutMetrics(registry)
    return registry


def test_every_metric_of_the_list_is_shown_and_no_other() -> None:
    shown = {family.name: family.type for family in all_shown().collect()}

    assert shown == {metric.name: metric.sort.value for metric in METRICS}


def test_the_page_says_what_the_list_says() -> None:
    page = HOUSE / "docs" / "metrics.md"

    assert page.read_text("utf-8") == metrics_page(), "run scripts/write_operations.py"


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_metric_has_unit_and_meaning_and_only_labels_that_are_known(metric: Metric) -> None:
    assert metric.name.startswith("offsite_")
    assert metric.unit
    assert metric.meaning
    assert set(metric.labels) <= LABELS.keys()
    if metric.unit == "seconds" and metric.sort is Sort.GAUGE:
        assert metric.name.endswith("_seconds")


def test_every_label_that_is_explained_is_used_and_none_is_of_people() -> None:
    used = {label for metric in METRICS for label in metric.labels}

    assert used == LABELS.keys()
    assert not used & {"plate", "person", "name", "phone", "case", "source", "key", "address"}


def test_no_metric_is_made_but_from_the_list() -> None:
    made_elsewhere = [
        str(module.relative_to(HOUSE))
        for room in ROOMS
        for module in (HOUSE / room).rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module == "prometheus_client"
        and {name.name for name in node.names} & {"Counter", "Gauge", "Histogram", "Summary"}
    ]

    assert made_elsewhere == ["infra/metric_list.py"]


def test_each_process_says_what_it_counted() -> None:
    registry = CollectorRegistry()
    door, lookout, relay = DoorMetrics(registry), LookoutMetrics(registry), RelayMetrics(registry)

    door.accepted("events.safety", size=120, seconds=0.01)
    door.refused("too-many", 429)
    lookout.missed(Lane.SAFETY, Stuck.RELAY)
    lookout.missing(Lane.SAFETY, is_missing=True)
    relay.carried("pages", written_at=NOON, now=NOON)

    told = generate_latest(registry).decode()
    for line in (
        'offsite_door_accepted_total{topic="events.safety"} 1.0',
        'offsite_door_accepted_bytes_total{topic="events.safety"} 120.0',
        'offsite_door_refused_total{reason="too-many",status="429"} 1.0',
        "offsite_door_seconds_count 1.0",
        'offsite_probes_missed_total{lane="safety",stage="relay"} 1.0',
        'offsite_probe_missing{lane="safety"} 1.0',
        'offsite_relay_carried_total{topic="pages"} 1.0',
        'offsite_relay_letter_age_seconds_sum{topic="pages"} 0.0',
    ):
        assert line in told


def test_every_process_has_a_part_of_the_list() -> None:
    assert {metric.shown for metric in METRICS} == set(Shown)
