"""What is a trouble, how bad, and which open cases it names."""

from datetime import timedelta
from typing import Any

import pytest

from infra.health.report import (
    BrokerAway,
    ClockHealth,
    ClusterHealth,
    Fault,
    HealthReport,
    Hidden,
    Part,
)
from infra.health.troubles import lasting, troubles_of
from infra.store.touched import Touched
from schemas.ids import Partition
from schemas.signal import SignalKind
from schemas.trouble import Severity, Trouble
from streams.verdicts import Verdict
from tests.support.healths import (
    NOW,
    a_camera,
    a_door,
    a_partition,
    a_process,
    a_relay,
    a_report,
    a_worker,
    ago,
    numbers,
    without_numbers,
)

THREE = Touched(zero_tolerance=3)
SAFETY = "events.safety"
CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING


def only(report: HealthReport) -> Trouble:
    (trouble,) = troubles_of(report)
    return trouble


def test_where_all_is_well_there_is_no_trouble() -> None:
    well = a_report(
        partitions=[a_partition(), a_partition(topic=SAFETY)],
        cameras=[a_camera()],
        processes=[a_process(a_worker()), a_process(a_door()), a_process(a_relay())],
        cluster=ClusterHealth(alive=frozenset({1})),
        clocks=ClockHealth(late=0, late_since=None, keeper_at=ago(1), is_keeper_missed=False),
    )

    assert troubles_of(well) == []


@pytest.mark.parametrize(
    ("partition", "kind", "severity"),
    [
        pytest.param(
            {"verdict": Verdict.STOPPED, "waited_s": 15},
            "partition-stopped",
            CRITICAL,
            id="stopped",
        ),
        pytest.param(
            {"verdict": Verdict.STALLED, "waited_s": 15},
            "partition-stalled",
            CRITICAL,
            id="stalled",
        ),
        pytest.param({"verdict": Verdict.FALLING_BEHIND, "waited_s": 29}, None, None, id="not-yet"),
        pytest.param(
            {"verdict": Verdict.FALLING_BEHIND, "waited_s": 30},
            "partition-behind",
            WARNING,
            id="falling",
        ),
        pytest.param(
            {"verdict": Verdict.BEHIND, "waited_s": 300}, "partition-behind", CRITICAL, id="far"
        ),
        pytest.param(
            {"verdict": Verdict.CATCHING_UP, "waited_s": 299}, None, None, id="catches-up"
        ),
        pytest.param(
            {"verdict": Verdict.CATCHING_UP, "waited_s": 300},
            "partition-behind",
            CRITICAL,
            id="catches-up-from-afar",
        ),
        pytest.param(
            {"verdict": Verdict.CATCHING_UP, "waited_s": 30, "topic": SAFETY},
            "partition-behind",
            CRITICAL,
            id="safety-may-not-wait",
        ),
    ],
)
def test_a_partition_is_a_trouble_by_its_verdict_and_its_age(
    partition: dict[str, Any], kind: str | None, severity: Severity | None
) -> None:
    found = troubles_of(a_report(partitions=[a_partition(**partition)]))

    assert [(one.kind, one.severity) for one in found] == ([(kind, severity)] if kind else [])


@pytest.mark.parametrize(
    ("touched", "sentence"),
    [
        pytest.param(
            THREE, "3 zero-tolerance cases wait behind partition 2 of events.safety", id="3"
        ),
        pytest.param(
            Touched(zero_tolerance=1),
            "1 zero-tolerance case waits behind partition 2 of events.safety",
            id="one",
        ),
        pytest.param(
            Touched(zero_tolerance=1, soft=4),
            "1 zero-tolerance and 4 soft cases wait behind partition 2 of events.safety",
            id="both",
        ),
        pytest.param(Touched(), "", id="none"),
        pytest.param(
            None,
            "which open cases wait behind partition 2 of events.safety "
            "could not be counted in time",
            id="unknown",
        ),
    ],
)
def test_a_partition_names_the_open_cases_behind_it(touched: Touched | None, sentence: str) -> None:
    stands = a_partition(Verdict.STOPPED, waited_s=20, topic=SAFETY, touched=touched)

    trouble = only(a_report(partitions=[stands]))

    assert trouble.touches == sentence
    assert trouble.key == "partition-stopped:events.safety/2"
    assert trouble.since == ago(20)


def test_a_broker_that_is_away_names_what_it_led_and_whom_that_touches() -> None:
    away = BrokerAway(
        broker=2,
        led={Partition("t", 1): "events.safety/1"},
        leaderless={Partition("t", 3): "events.safety/3"},
        since=ago(40),
        touched=THREE,
    )

    trouble = only(a_report(cluster=ClusterHealth(alive=frozenset({1, 3}), away=[away])))

    assert (trouble.key, trouble.kind) == ("broker-away:2", "broker-away")
    assert trouble.sentence == (
        "broker 2 is away; it led events.safety/1, events.safety/3; nobody leads events.safety/3"
    )
    assert trouble.touches == "3 zero-tolerance cases wait in events.safety/1, events.safety/3"


def test_where_others_lead_already_no_case_waits_for_the_broker() -> None:
    away = BrokerAway(
        broker=2,
        led={Partition("t", 1): "events.safety/1"},
        leaderless={},
        since=ago(40),
        touched=THREE,
    )

    trouble = only(a_report(cluster=ClusterHealth(alive=frozenset({1, 3}), away=[away])))

    assert trouble.sentence == "broker 2 is away; it led events.safety/1; others lead that now"
    assert trouble.touches == "3 zero-tolerance cases have a copy less in events.safety/1"


def test_where_no_broker_answers_that_is_one_trouble() -> None:
    fault = Fault(part=Part.KAFKA, said="reading ends: nothing", since=ago(9))
    everything = {Partition("t", 1): "events.safety/1", Partition("t", 2): "events.safety/2"}
    lost = BrokerAway(broker=None, led=everything, leaderless={}, since=ago(9), touched=THREE)

    trouble = only(a_report(faults=[fault], cluster=ClusterHealth(away=[lost])))

    assert trouble.key == "broker-away:all"
    assert trouble.touches == "3 zero-tolerance cases wait in all partitions"


def test_a_database_that_is_away_is_told_without_what_only_it_knows() -> None:
    fault = Fault(part=Part.DATABASE, said="database: connection refused", since=ago(9))

    trouble = only(without_numbers(a_report(faults=[fault])))

    assert (trouble.key, trouble.since) == ("database-away", ago(9))
    assert trouble.sentence.endswith("connection refused")


@pytest.mark.parametrize(
    ("seconds", "severity"),
    [
        pytest.param(14.9, None, id="on-its-way"),
        pytest.param(15, WARNING, id="late"),
        pytest.param(60, CRITICAL, id="very-late"),
    ],
)
def test_letters_that_wait_are_a_trouble(seconds: float, severity: Severity | None) -> None:
    waits = numbers(backlog=2, oldest_unsent_at=ago(seconds))

    found = troubles_of(a_report(numbers=waits, outbox=THREE))

    assert [one.severity for one in found] == ([severity] if severity else [])
    assert all(
        one.touches == "3 zero-tolerance cases wait to be told to dispatchers" for one in found
    )


@pytest.mark.parametrize(
    ("camera", "kinds"),
    [
        pytest.param({"heard_s_ago": 179}, [], id="a-minute-is-no-silence"),
        pytest.param({"heard_s_ago": 180}, ["camera-silent"], id="silent"),
        pytest.param({"heard_s_ago": 12 * 3600}, [], id="taken-away"),
        pytest.param({"heard_s_ago": 180, "has_ended": True}, [], id="its-source-has-ended"),
        pytest.param({"heard_s_ago": 180, "last_looked_at": None}, [], id="never-told-of-looking"),
        pytest.param(
            {"hidden": Hidden(kind=SignalKind.BLIND, since=ago(59))}, [], id="a-lorry-goes-by"
        ),
        pytest.param(
            {"hidden": Hidden(kind=SignalKind.BLIND, since=ago(60))}, ["camera-blind"], id="blind"
        ),
    ],
)
def test_a_camera_that_is_silent_or_blind_is_a_trouble(
    camera: dict[str, Any], kinds: list[str]
) -> None:
    found = troubles_of(a_report(cameras=[a_camera(**camera)]))

    assert [one.kind for one in found] == kinds


@pytest.mark.parametrize(
    ("parked", "outcomes", "kinds"),
    [
        pytest.param(19, 19, [], id="few"),
        pytest.param(20, 2000, ["dead-letters-rising"], id="one-in-a-hundred"),
        pytest.param(20, 2001, [], id="less"),
    ],
)
def test_dead_letters_are_a_trouble_by_number_and_share(
    parked: int, outcomes: int, kinds: list[str]
) -> None:
    counted = numbers(parked_last_hour=parked, outcomes_last_hour=outcomes)

    assert [one.kind for one in troubles_of(a_report(numbers=counted))] == kinds


def test_clocks_that_are_late_name_their_cases() -> None:
    late = ClockHealth(
        late=2, late_since=ago(90), keeper_at=ago(80), is_keeper_missed=True, touched=THREE
    )

    trouble = only(a_report(clocks=late))

    assert trouble.sentence == "2 clocks should have fired and did not; their keeper is silent"
    assert trouble.touches == "3 zero-tolerance cases wait for their clocks"
    assert trouble.since == ago(90)


@pytest.mark.parametrize(
    ("seconds", "count"), [pytest.param(2.9, 0, id="passing"), pytest.param(3.0, 1, id="lasting")]
)
def test_nobody_is_called_for_one_late_answer(seconds: float, count: int) -> None:
    fault = Fault(part=Part.DATABASE, said="database: away", since=ago(seconds))
    stopped = a_partition(Verdict.STOPPED, waited_s=0)

    found = troubles_of(a_report(faults=[fault], partitions=[stopped]))

    assert len(found) == 2
    assert len(lasting(found, NOW)) == 1 + count


def test_the_critical_ones_come_first_and_no_key_comes_twice() -> None:
    report = a_report(
        partitions=[
            a_partition(Verdict.FALLING_BEHIND, waited_s=40, number=0),
            a_partition(Verdict.STOPPED, waited_s=40, number=1),
            a_partition(Verdict.STALLED, waited_s=40, number=2),
        ],
        numbers=numbers(backlog=1, oldest_unsent_at=NOW - timedelta(minutes=5)),
    )

    found = troubles_of(report)

    assert [one.severity for one in found] == [CRITICAL] * 3 + [WARNING]
    assert len({one.key for one in found}) == len(found)
