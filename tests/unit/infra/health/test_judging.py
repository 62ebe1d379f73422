"""Who lives, who holds what, who led what: made of beats and samples alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.ports import Head, Shard
from infra.health.door import DoorTally
from infra.health.judging import cluster_health, partition_health, process_health
from infra.health.limits import USUAL_LIMITS
from infra.health.looking import Look, View
from infra.health.window import Window
from infra.store.logs import Progress
from schemas.ids import Partition, Sha256
from schemas.lane import Lane
from streams.lag import ClusterSeen, PartitionSeen
from streams.verdicts import Sample, Verdict
from tests.support.healths import NOW, a_door, a_process, a_worker, ago, heard, kept

LOGS = [Partition("t", number) for number in range(3)]


def a_view(*, decided: int = 4, end: int = 9, waited_s: float = 60) -> View:
    log = LOGS[2]
    progress = Progress(
        shard=Shard(log=log, topic="events.general", lane=Lane.GENERAL),
        head=Head(next=decided, chain=Sha256("0" * 64), lines=decided),
        updated_at=ago(waited_s),
    )
    seen = PartitionSeen(
        topic="events.general",
        log=log,
        leader=1,
        replicas=frozenset({1, 2}),
        in_sync=frozenset({1}),
        end=end,
    )
    sample = Sample(at=NOW, end=end, decided=decided, oldest_at=ago(waited_s))
    return View(
        log=log, topic="events.general", sample=sample, is_seen=True, seen=seen, head=progress
    )


@pytest.mark.parametrize(
    ("seconds", "is_alive"),
    [pytest.param(8.0, True, id="lives"), pytest.param(8.1, False, id="silent")],
)
def test_a_process_lives_as_long_as_it_beats(seconds: float, is_alive: bool) -> None:
    (found,) = process_health([heard(a_worker(), beat_s_ago=seconds)], NOW, USUAL_LIMITS)

    assert (found.is_alive, found.is_missed) == (is_alive, not is_alive)


@pytest.mark.parametrize(
    ("other", "is_missed"),
    [
        pytest.param(heard(a_worker(), owner="here-2", started_at=ago(20)), False, id="restarted"),
        pytest.param(heard(a_worker(), owner="here-2", started_at=ago(99)), True, id="a-brother"),
        pytest.param(heard(a_worker(), owner="there-2", started_at=ago(20)), True, id="elsewhere"),
        pytest.param(heard(a_door(), owner="here-2", started_at=ago(20)), True, id="a-door"),
        pytest.param(
            heard(a_worker(lane=Lane.SAFETY), owner="here-2", started_at=ago(20)),
            True, id="another-lane",
        ),
    ],
)  # fmt: skip
def test_who_was_replaced_on_its_host_is_not_missed(other: object, is_missed: bool) -> None:
    gone = heard(a_worker(), owner="here-1", beat_s_ago=30)

    found = process_health([gone, other], NOW, USUAL_LIMITS)  # type: ignore[list-item]

    assert (found[0].is_alive, found[0].is_missed) == (False, is_missed)


@pytest.mark.parametrize(
    ("processes", "verdict", "owner"),
    [
        pytest.param([a_process(a_worker())], Verdict.STALLED, "here-1", id="held"),
        pytest.param([], Verdict.STOPPED, None, id="no-worker-ever"),
        pytest.param([a_process(a_worker(), is_alive=False)], Verdict.STOPPED, None, id="silent"),
        pytest.param([a_process(a_worker(assigned=(0, 1)))], Verdict.STOPPED, None, id="not-his"),
        pytest.param(
            [a_process(a_worker(lane=Lane.SAFETY))], Verdict.STOPPED, None, id="another-lane"
        ),
        pytest.param(None, Verdict.STALLED, None, id="nobody-could-say"),
    ],
)
def test_a_partition_is_held_by_a_living_worker_that_has_it(
    processes: list[object] | None, verdict: Verdict, owner: str | None
) -> None:
    found = partition_health(a_view(), Window(), processes, USUAL_LIMITS)  # type: ignore[arg-type]

    assert (found.verdict, found.owner) == (verdict, owner)
    assert (found.lag, found.lag_age, found.still_since) == (5, timedelta(seconds=60), ago(60))


def test_of_two_who_say_that_they_have_it_the_later_one_is_believed() -> None:
    old = a_process(a_worker(generation=3), owner="here-1")
    new = a_process(a_worker(generation=4), owner="there-2")

    found = partition_health(a_view(), Window(), [new, old], USUAL_LIMITS)

    assert found.owner == "there-2"


def test_a_broker_is_remembered_by_what_it_led_when_it_last_led() -> None:
    window = Window()
    window.fill(
        [
            kept(LOGS[0], 300, leader=2),  # long before
            kept(LOGS[0], 60, leader=1),
            kept(LOGS[1], 30, leader=2),
            kept(LOGS[2], 28, leader=2),
            kept(LOGS[1], 5, leader=1),
        ],
        [],
    )
    nobody = PartitionSeen(
        topic="events.general",
        log=LOGS[2],
        leader=None,
        replicas=frozenset({2}),
        in_sync=frozenset(),
        end=None,
    )
    seen = ClusterSeen(alive=frozenset({1}), away=frozenset({2}), partitions=[nobody])

    found = cluster_health(Look(at=NOW, cluster=seen, heads=None), [], window, {2: ago(28)})

    (away,) = found.away
    assert list(away.led.values()) == ["events.general/1", "events.general/2"]
    assert list(away.leaderless.values()) == ["events.general/2"]


def test_without_a_cluster_everything_we_know_of_is_away() -> None:
    look = Look(at=NOW, cluster=None, heads=None)

    found = cluster_health(look, [replace(a_view(), is_seen=False)], Window(), {})

    (away,) = found.away
    assert (away.broker, list(away.led.values())) == (None, ["events.general/2"])


def test_a_window_keeps_what_is_newest_and_passes_over_what_comes_late() -> None:
    window = Window()
    window.fill([kept(LOGS[0], 10, decided=5), kept(LOGS[0], 0, decided=9)], [])
    window.add(kept(LOGS[0], 5, decided=7))

    assert [sample.decided for sample in window.samples(LOGS[0])] == [5, 9]
    assert window.rate(LOGS[0]) == pytest.approx(0.4)


def test_a_door_counts_its_last_minute_and_its_whole_life() -> None:
    clock = iter([0.0, 0.5, 59.0, 61.0])
    tally = DoorTally(now=lambda: next(clock))
    tally.accepted_one()
    tally.refused_one("503")
    tally.refused_one("400")

    with tally.serving():
        said = tally.look("")

    assert (said.accepted, said.accepted_per_s, said.in_flight) == (1, 0.0, 1)
    assert said.refused == {"503": 1, "400": 1}
    assert said.refused_last_minute == {"400": 1}
