"""`/v1/health` and `/metrics` on the real parts: what operations and Prometheus read."""

import asyncio
import time
from typing import Any

import pytest

from schemas.wire.writing import write_event
from tests.integration.door.conftest import Front, address_in
from tests.support.builders import a_report, an_event

pytestmark = [pytest.mark.broker, pytest.mark.database]

BODY = write_event(an_event(a_report(), id="health-1"))


async def door_in(front: Front, *, accepted: int) -> dict[str, Any]:
    """The door's own row, once it has told of so many events: it beats every two seconds."""
    ends_at = time.monotonic() + 30
    while time.monotonic() < ends_at:
        health = (await front.client.get("/v1/health")).json()
        for one in health["processes"]:
            if one["part"] == "door" and one["accepted"] == accepted:
                return dict(one)
        await asyncio.sleep(0.5)
    raise AssertionError(health)


async def test_the_report_has_every_part_and_the_message_that_waits(front: Front, key: str) -> None:
    receipt = (await front.push(BODY, key=key)).json()
    here = address_in(receipt)

    health = (await front.client.get("/v1/health")).json()

    (mine,) = (
        one
        for one in health["partitions"]
        if (one["topic"], one["partition"]) == (receipt["topic"], here.partition)
    )
    assert mine["lag"] >= 1
    assert mine["lag_seconds"] >= 0
    assert {"verdict", "last_commit_at", "rebalances", "owner", "leader", "cases"} <= set(mine)
    assert health["brokers"] == {"alive": [1], "away": []}
    assert {"troubles", "groups", "clocks", "cameras", "outbox", "parked"} <= set(health)
    assert health["faults"] == []


async def test_a_door_tells_what_it_took_and_sent_back(front: Front, key: str) -> None:
    await front.push(BODY, key=key)
    await front.push(b"{}", key=key)

    door = await door_in(front, accepted=1)

    assert door["is_alive"]
    assert door["refused"] == {"400": 1}
    assert door["journal_fault"] == ""
    assert door["pool"]["size"] == 3


async def test_metrics_tell_the_age_and_the_verdict_of_each_partition(front: Front) -> None:
    await door_in(front, accepted=0)

    told = (await front.client.get("/metrics")).text

    place = 'partition="0",topic="events.safety"'
    assert f"offsite_lag_seconds{{{place}}}" in told
    assert f'offsite_partition_verdict{{{place},verdict="stopped"}}' in told
    assert 'offsite_pool_connections{owner="' in told
    assert "offsite_brokers_away 0.0" in told
