"""Producers of several versions beside one worker: each message has its one outcome."""

import json

import pytest

from infra.deployment import Deployment
from tests.integration.lanes.conftest import offsite
from tests.support.builders import a_place, a_report, an_event
from tests.support.lane_processes import a_worker, counts, publish, settled
from tests.support.versions import from_a_newer_producer, from_an_older_producer, of_type

pytestmark = [pytest.mark.broker, pytest.mark.database]


def test_older_and_newer_producers_are_read_and_strangers_parked_with_their_reason(
    deployment: Deployment,
) -> None:
    older, newer, ahead, strange = (
        an_event(a_report(place=a_place(name)), id=name)
        for name in ("older", "newer", "ahead", "strange")
    )
    values = [
        from_an_older_producer(older),
        from_a_newer_producer(newer),
        of_type(ahead, "offsite.report.v2"),
        of_type(strange, "offsite.rumour.v1"),
    ]
    publish(deployment, [("one-key", value) for value in values])

    with a_worker(deployment):
        found = settled(deployment)

    told = [
        json.loads(line) for line in offsite(deployment, "dead", "ls", "--json").stdout.splitlines()
    ]
    assert counts(deployment) == {"opened": 2, "parked": 2}
    assert {each["type"]: each["reason"] for each in told} == {
        "offsite.report.v2": "type: expected a version of offsite.report that has a reader "
        "(known: offsite.report.v1), got offsite.report.v2",
        "offsite.rumour.v1": "type: expected a type that has a reader (known: "
        "offsite.observation.v1, offsite.report.v1, offsite.signal.v1, offsite.probe.v1), "
        "got offsite.rumour.v1",
    }
    assert [one.difference for one in found] == [0, 0, 0, 0]
