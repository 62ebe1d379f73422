"""What a person sees in `offsite top`, at a hundred columns."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from infra.cli.top_frame import frame
from infra.health.report import (
    BrokerAway,
    ClusterHealth,
    Fault,
    HealthReport,
    Hidden,
    Part,
    Spooled,
)
from infra.store.touched import Touched
from schemas.ids import Partition
from schemas.signal import SignalKind
from streams.lag import GroupLag
from streams.verdicts import Verdict
from tests.support.healths import (
    a_camera,
    a_door,
    a_partition,
    a_process,
    a_relay,
    a_report,
    a_worker,
    ago,
)

COLUMNS = 100
LONG = "a-host-with-a-very-long-name.in-a-very-long-domain.example-123456"


def drawn(report: HealthReport) -> list[str]:
    out = StringIO()
    Console(file=out, width=COLUMNS).print(frame(report))
    return out.getvalue().splitlines()


def in_trouble() -> HealthReport:
    away = BrokerAway(
        broker=2,
        led={Partition("t", 1): "events.safety/1"},
        leaderless={},
        since=ago(40),
        touched=Touched(zero_tolerance=3),
    )
    return a_report(
        partitions=[
            a_partition(Verdict.STALLED, waited_s=90, number=n, owner=LONG) for n in range(30)
        ],
        cluster=ClusterHealth(
            alive=frozenset({1, 3}),
            away=[away],
            groups=[
                GroupLag(group="dispatch", topic="pages", partition=0, end=9, committed=2),
            ],
        ),
        processes=[
            a_process(a_worker(), owner=LONG),
            a_process(a_door(refused={"503": 3}), is_alive=False, is_missed=True),
            a_process(a_relay()),
        ],
        cameras=[
            a_camera(hidden=Hidden(kind=SignalKind.BLIND, since=ago(90))),
            *(a_camera() for _ in range(12)),
        ],
        spools={"cam-07": Spooled(messages=7, bytes=70)},
    )


@pytest.mark.parametrize("report", [a_report(), in_trouble()], ids=["well", "in trouble"])
def test_no_line_is_longer_than_a_hundred_columns(report: HealthReport) -> None:
    assert max(len(line) for line in drawn(report)) <= COLUMNS


def test_a_killed_broker_is_visible_with_the_cases_that_it_touches() -> None:
    told = "\n".join(drawn(in_trouble()))

    assert "brokers 2/3 alive, away: 2" in told
    assert "broker 2 is away; it led events.safety/1" in told
    assert "→ 3 zero-tolerance cases have a copy less in events.safety/1" in told


def test_what_does_not_fit_is_counted() -> None:
    told = "\n".join(drawn(in_trouble()))

    assert "and 25 troubles more" in told
    assert "6 more" in told
    assert "and 5 more" in told


def test_what_nobody_could_tell_is_marked() -> None:
    unseen = replace(a_partition(), is_seen=False, end=None, decided=None, leader=None)
    fault = Fault(part=Part.DATABASE, said="database: away", since=ago(3))

    told = "\n".join(drawn(a_report(partitions=[unseen], numbers=None, faults=[fault])))

    assert "database away" in told
    assert "no broker answers" in told
    assert "events.general/2" in told
    assert "??" in told
    assert "nobody" in told


def test_where_all_is_well_it_says_so() -> None:
    assert any("All is well." in line for line in drawn(a_report()))
