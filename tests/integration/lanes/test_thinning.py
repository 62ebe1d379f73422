"""A real worker under overload leaves out what its rules let it, and records each of them."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from infra import opening
from infra.cli.asking import with_engine
from infra.deployment import Deployment
from infra.settings import Settings
from infra.store.packs import Packs
from schemas.events import Event
from schemas.lane import Lane
from schemas.matter import MatterKey
from schemas.observation import Phase
from schemas.wire.writing import write_event
from tests.integration.lanes.conftest import offsite
from tests.support.builders import (
    a_place,
    a_report,
    an_event,
    an_observation,
)
from tests.support.lane_processes import a_worker, counts, environment, publish, rows, settled

pytestmark = [pytest.mark.broker, pytest.mark.database]

BEHIND_S: Final = 2
PACK: Final = """\
form = 2
name = "busy"
version = "1"
valid_from = 2026-01-01
inherits = "base"
"""
THINNING: Final = """\
[thinning]
enabled = true
cooling_s = 600
starts_at_lag_s = {behind_s}
ends_at_lag_s = 1
clause = "the busy city's rule 1"
certainty = "design proposal, to be confirmed by the city"
"""
FIRE_LANE: Final = MatterKey("GB/T 47678.5-2026", "matter", "09012")
EVER: Final = ("--since", "1990-01-01T00:00:00Z", "--until", "2990-01-01T00:00:00Z")
PLACES: Final = 5
LOOKS: Final = 40


def sightings(at: datetime) -> list[tuple[str, Event]]:
    """Five stalls, each seen forty times, ended, and told of by a person; one fire lane."""
    found: list[tuple[str, Event]] = []
    for number in range(PLACES):
        place = a_place(f"stall-{number}")
        bodies = [
            an_observation(
                place=place,
                phase=Phase.BEGAN if look == 0 else Phase.CONTINUED,
                sequence=look,
                first_seen_at=at - timedelta(minutes=10),
                last_seen_at=at,
            )
            for look in range(LOOKS)
        ]
        ended = an_observation(place=place, phase=Phase.ENDED, sequence=LOOKS, last_seen_at=at)
        found += [
            (f"place:stall-{number}", an_event(body, id=f"s-{number}-{n}", occurred_at=at))
            for n, body in enumerate([*bodies, ended, a_report(place=place)])
        ]
    exits = [
        an_observation(matter=FIRE_LANE, place=a_place("exit"), phase=phase, sequence=n)
        for n, phase in enumerate([Phase.BEGAN, *[Phase.CONTINUED] * 9])
    ]
    return found + [
        ("place:exit", an_event(body, id=f"exit-{n}", occurred_at=at))
        for n, body in enumerate(exits)
    ]


def a_city(folder: Path, *, behind_s: int) -> dict[str, str]:
    """Settings under which the busy city's pack decides."""
    (folder / "packs" / "busy").mkdir(parents=True)
    (folder / "packs" / "busy" / "pack.toml").write_text(PACK)
    (folder / "packs" / "busy" / "leniency.toml").write_text(
        THINNING.format(behind_s=behind_s), "utf-8"
    )
    return {"OFFSITE_POLICY": "busy", "OFFSITE_POLICIES": str(folder / "packs")}


def keep_pack(deployment: Deployment) -> None:
    settings = Settings()

    async def keep(engine: AsyncEngine) -> None:
        await Packs(engine).keep(opening.policy(settings), opening.policy_files(settings)[0])

    with_engine(deployment, keep)


def test_a_worker_that_is_behind_thins_what_is_open_and_nothing_else(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = a_city(deployment.data, behind_s=BEHIND_S)
    for name, value in environment(deployment, **city).items():
        monkeypatch.setenv(name, value)
    keep_pack(deployment)
    publish(
        deployment,
        [(key, write_event(event)) for key, event in sightings(datetime.now(UTC))],
        Lane.GENERAL,
    )
    time.sleep(BEHIND_S + 0.5)  # so old is the oldest message by the broker's clock

    with a_worker(deployment, **city):
        found = settled(deployment)

    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert counts(deployment) == {
        "opened": PLACES + 1,
        "thinned": PLACES * (LOOKS - 1),
        "extended": PLACES * 2 + 9,  # each end, each person's word, all of the exit
    }
    stalls = "SELECT DISTINCT version, sightings FROM work_files WHERE place_key LIKE {}"
    assert rows(deployment, stalls.format("'place:stall-%'")) == [(3, 3)]
    assert rows(deployment, stalls.format("'place:exit'")) == [(10, 10)]
    letters = rows(deployment, "SELECT count(*)::int FROM outbox WHERE topic = 'disposition.soft'")
    assert letters == [(PLACES * 3,)]

    counted = json.loads(offsite(deployment, "counts", "--by", "rule", "--json").stdout)
    by_outcome = {row["what"]: row["count"] for row in counted["counts"]}
    assert by_outcome["thinned"] == PLACES * (LOOKS - 1)
    said = json.loads(
        offsite(
            deployment, "outcome", "--source", "/cameras/cam-07", "--id", "s-0-1", "--json"
        ).stdout
    )
    assert said["outcome"] == "thinned"
    assert said["reasons"][-1]["rule"] == "D07-thinned"
    assert "the busy city's rule 1: case C" in said["reasons"][-1]["clause"]
    replayed = offsite(deployment, "replay", *EVER).stdout
    assert f"{PLACES * (LOOKS + 2) + 10} identical, 0 different" in replayed


def test_a_worker_that_keeps_up_counts_everything(deployment: Deployment) -> None:
    city = a_city(deployment.data, behind_s=3600)
    with a_worker(deployment, **city):
        publish(deployment, [("place:first", write_event(an_event(id="first")))])
        settled(deployment)
        at = datetime.now(UTC)
        for key, event in sightings(at)[:LOOKS:10]:
            publish(deployment, [(key, write_event(event))])
            settled(deployment)

    assert "thinned" not in counts(deployment)
