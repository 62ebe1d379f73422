"""A message that an older worker parked is sent again to one that can read it."""

import json

import pytest

from infra.deployment import Deployment
from schemas.wire.writing import write_event
from tests.integration.lanes.conftest import add_wang, offsite
from tests.support.builders import a_place, a_report, an_event, an_observation
from tests.support.lane_processes import a_worker, counts, publish, rows, settled

pytestmark = [pytest.mark.broker, pytest.mark.database]

WHY = ("--reason", "the newer reader is in use", "--as", "wang", "--json")


def test_what_an_older_reader_parked_has_its_effects_once_when_it_is_sent_again(
    deployment: Deployment,
) -> None:
    add_wang(deployment)
    report = an_event(a_report(place=a_place("redriven")), id="r-1")
    others = [an_event(an_observation(place=a_place(f"p-{n}")), id=f"o-{n}") for n in range(20)]
    publish(deployment, [(str(event.id), write_event(event)) for event in (report, *others)])
    with a_worker(deployment, module="tests.support.older_worker"):
        settled(deployment)
    (parked,) = map(json.loads, offsite(deployment, "dead", "ls", "--json").stdout.splitlines())

    done = json.loads(offsite(deployment, "dead", "redrive", parked["address"], *WHY).stdout)
    again = json.loads(offsite(deployment, "dead", "redrive", parked["address"], *WHY).stdout)
    with a_worker(deployment):
        found = settled(deployment)

    assert parked["type"] == "offsite.report.v1"
    assert "type: expected" in parked["reason"]
    assert (again["new"], again["is_new"]) == (done["new"], False)
    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert all(one.is_fine for one in found)
    assert sum(one.outcomes for one in found) == 22
    assert sum(one.accepted for one in found) == 1  # the re-drive is in a journal, as of a door
    assert counts(deployment)["parked"] == 1
    cases = rows(deployment, "SELECT version FROM work_files WHERE place_key = 'place:redriven'")
    assert cases == [(1,)]
    (shown,) = map(
        json.loads,
        offsite(deployment, "dead", "show", parked["address"], "--json").stdout.splitlines(),
    )
    assert (shown["outcome"], shown["became"]) == ("parked", "opened")
