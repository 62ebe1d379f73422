"""A real worker that is fed garbage stops its lane, has everything on record, and stays down."""

import time

import pytest

from infra.deployment import Deployment
from infra.embedded.child import ChildSpec
from infra.embedded.supervisor import ChildState, Supervisor
from infra.running import _worker_specs
from infra.settings import Settings
from infra.stopped_lanes import stopped_lanes
from schemas.wire.writing import write_event
from tests.integration.lanes.conftest import add_wang, offsite
from tests.support.builders import a_place, a_report, an_event
from tests.support.lane_processes import (
    WITHIN_S,
    a_worker,
    counts,
    log_of,
    publish,
    rows,
    settled,
    start_worker,
)

pytestmark = [pytest.mark.broker, pytest.mark.database]

LANE_STOPPED = 4


def the_worker_of_up(deployment: Deployment) -> ChildSpec:
    """As `offsite up` starts it."""
    settings = Settings(data=deployment.data, kafka=deployment.kafka, database=deployment.database)
    specs = _worker_specs(settings, deployment)
    (spec,) = (each for each in specs if each.name == "worker-general-1")
    return spec


def tick_until(supervisor: Supervisor, state: ChildState) -> None:
    ends_at = time.monotonic() + WITHIN_S
    while supervisor.statuses()[0].state is not state:
        supervisor.tick()
        assert time.monotonic() < ends_at, supervisor.statuses()
        time.sleep(0.05)


def test_a_worker_that_is_fed_garbage_stops_its_lane_until_a_person_lets_it_go_on(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_wang(deployment)
    good = [an_event(a_report(place=a_place(f"p-{n}")), id=f"r-{n}") for n in range(50)]
    publish(deployment, [(str(event.id), write_event(event)) for event in good])
    with a_worker(deployment):
        settled(deployment)
    publish(deployment, [(f"key-{n}", b"no JSON at all") for n in range(400)])

    monkeypatch.setenv("OFFSITE_DEAD_LETTER_RUN_LIMIT", "200")
    with Supervisor([the_worker_of_up(deployment)]) as supervisor:
        tick_until(supervisor, ChildState.HELD)
        (status,) = supervisor.statuses()
    assert (status.exit_code, status.restarts) == (LANE_STOPPED, 0), log_of(deployment)
    assert status.why == "dead-letter flood"
    (trouble,) = stopped_lanes(deployment.data)
    assert trouble.key == "lane-stopped:general"
    assert "expected at most 200 parked messages in a row" in trouble.sentence
    parked = counts(deployment)["parked"]
    told = rows(deployment, "SELECT count(*)::int FROM outbox WHERE topic = 'dead-letters'")
    assert parked > 200
    assert told == [(parked,)]  # recorded and told before the stop

    refused = start_worker(deployment).wait(WITHIN_S)

    assert refused == LANE_STOPPED
    assert "the lane general stands since" in log_of(deployment)
    assert counts(deployment)["parked"] == parked

    why = ("--reason", "the source is mended", "--as", "wang")
    offsite(deployment, "dead", "resume", "--lane", "general", *why)
    with a_worker(deployment):
        found = settled(deployment)

    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert counts(deployment) == {"opened": 50, "parked": 400}
    assert stopped_lanes(deployment.data) == []
