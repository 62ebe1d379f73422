"""A real worker that is fed garbage stops its lane, has everything on record, and stays down."""

import pytest

from infra.deployment import Deployment
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


def test_a_worker_that_is_fed_garbage_stops_its_lane_until_a_person_lets_it_go_on(
    deployment: Deployment,
) -> None:
    add_wang(deployment)
    good = [an_event(a_report(place=a_place(f"p-{n}")), id=f"r-{n}") for n in range(50)]
    publish(deployment, [(str(event.id), write_event(event)) for event in good])
    with a_worker(deployment):
        settled(deployment)
    publish(deployment, [(f"key-{n}", b"no JSON at all") for n in range(400)])

    limits = {"OFFSITE_DEAD_LETTER_RUN_LIMIT": "200"}
    code = start_worker(deployment, **limits).wait(WITHIN_S)

    assert code == LANE_STOPPED, log_of(deployment)
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
