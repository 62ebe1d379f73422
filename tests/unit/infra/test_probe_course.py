"""When a probe is due, when it is missed, and when its lane has been proved again."""

from datetime import datetime, timedelta
from typing import Final

import pytest

from infra.probe_course import Course, Pace, Stuck
from schemas.ids import Address
from schemas.lane import Lane
from schemas.probe import Probe
from schemas.trouble import Severity
from streams.probing import Returned, next_number, partition_of
from tests.support.builders import NOON, a_probe

PACE: Final = Pace(every_s=60, within_s=10)
PARTITIONS: Final = 4


def a_course(missing_since: datetime | None = None) -> Course:
    """Begun at 0."""
    return Course(Lane.SAFETY, pace=PACE, now=0, number=1000, missing_since=missing_since)


def started(course: Course, now: float) -> Probe:
    return course.start(now, NOON, partitions=PARTITIONS)


def back(probe: Probe, at: float) -> Returned:
    return Returned(lane=probe.lane, number=probe.number, decided_at=NOON, arrived=at)


def partition(probe: Probe) -> int:
    return partition_of(probe.key, PARTITIONS)


def missed(course: Course, now: float, stuck: Stuck = Stuck.WORKER) -> None:
    course.miss(stuck, now)


@pytest.mark.parametrize("wanted", range(7))
def test_a_number_is_found_that_leads_a_probe_to_any_partition(wanted: int) -> None:
    found = next_number(a_probe(number=5), partition=wanted, partitions=7)

    assert found.number >= 5
    assert partition_of(found.key, 7) == wanted


def test_keys_lead_where_kafkas_own_producers_lead_them() -> None:
    """Known from org.apache.kafka.common.utils.Utils.murmur2."""
    assert partition_of("21", 1 << 31) == (-973932308) & 0x7FFFFFFF
    assert partition_of("foobar", 1 << 31) == (-790332482) & 0x7FFFFFFF


@pytest.mark.parametrize(
    ("now", "is_due"),
    [pytest.param(59.9, False, id="not yet"), pytest.param(60, True, id="after a minute")],
)
def test_the_first_probe_goes_a_minute_after_the_start(now: float, is_due: bool) -> None:
    assert a_course().is_due(now) is is_due


def test_each_partition_has_its_turn() -> None:
    course = a_course()
    seen = []

    for minute in range(1, 6):
        assert course.is_due(60 * minute)
        probe = started(course, 60 * minute)
        assert not course.is_due(60 * minute + 600)
        course.take(back(probe, 60 * minute + 1))
        seen.append(partition(probe))

    assert seen == [0, 1, 2, 3, 0]
    assert course.trouble is None


def test_what_comes_back_tells_how_long_it_took() -> None:
    course = a_course()
    probe = started(course, 60)

    round_trip = course.take(back(probe, 60.25))

    assert round_trip is not None
    assert (round_trip.seconds, round_trip.in_time) == (0.25, True)
    assert course.take(back(probe, 61)) is None
    assert course.take(back(a_probe(number=1), 61)) is None


@pytest.mark.parametrize(
    ("now", "read_since", "is_overdue"),
    [
        pytest.param(69.9, 69.9, False, id="its time is not up"),
        pytest.param(70, 69.9, False, id="nobody has looked since"),
        pytest.param(70.5, 70.0, True, id="its time is up and it was looked for"),
        pytest.param(74.9, 69.0, False, id="the reader has grace"),
        pytest.param(75, 69.0, True, id="but not for ever"),
    ],
)
def test_a_probe_is_missed_when_somebody_has_looked_in_vain(
    now: float, read_since: float, is_overdue: bool
) -> None:
    course = a_course()
    started(course, 60)
    course.is_overdue(70, read_since=0)

    assert course.is_overdue(now, read_since=read_since) is is_overdue


def test_a_lookout_that_was_stopped_for_an_hour_misses_nothing_that_came_meanwhile() -> None:
    course = a_course()
    probe = started(course, 60)

    assert not course.is_overdue(3660, read_since=61)
    assert course.take(back(probe, 3660.1)) is not None
    assert not course.is_overdue(3670, read_since=3665)


@pytest.mark.parametrize(
    ("stuck", "said"),
    [
        pytest.param(Stuck.DOOR, "the front door did not take it (it answered 503)", id="door"),
        pytest.param(Stuck.WORKER, "no worker decided it", id="worker"),
        pytest.param(Stuck.RELAY, "no relay carried its letter", id="relay"),
        pytest.param(Stuck.RETURN, "could not be read from Kafka", id="return"),
        pytest.param(Stuck.UNKNOWN, "the database can't be asked", id="unknown"),
    ],
)
def test_a_missed_probe_says_where_it_is_stuck(stuck: Stuck, said: str) -> None:
    course = a_course()
    started(course, 60)
    course.fault = "it answered 503"

    missed(course, 71, stuck)

    trouble = course.trouble
    assert trouble is not None
    assert (trouble.key, trouble.severity) == ("probe-missed:safety", Severity.CRITICAL)
    assert "events.safety/0 did not come back within 10 s" in trouble.sentence
    assert said in trouble.sentence
    assert trouble.since == NOON


def test_after_a_miss_the_same_partition_is_tried_at_once_until_it_comes_through() -> None:
    course = a_course()
    course.take(back(started(course, 60), 61))
    first = started(course, 120)
    missed(course, 131)

    assert course.is_due(131)
    second = started(course, 131)
    assert course.trouble is not None
    course.take(back(second, 132))

    assert partition(first) == partition(second) == 1
    assert course.trouble is None
    assert partition(started(course, 191)) == 2


def test_a_missed_probe_that_comes_after_all_proves_its_partition() -> None:
    course = a_course()
    late = started(course, 60)
    missed(course, 71)
    again = started(course, 71)

    round_trip = course.take(back(late, 75))

    assert round_trip is not None
    assert (round_trip.seconds, round_trip.in_time) == (15, False)
    assert course.trouble is None
    assert course.out == again


def test_after_a_restart_every_partition_is_to_be_proved_before_it_is_over() -> None:
    since = NOON - timedelta(hours=1)
    course = a_course(missing_since=since)
    proved = []

    while (trouble := course.trouble) is not None:
        assert trouble.since == since
        assert course.is_due(1)
        probe = started(course, 1)
        proved.append(partition(probe))
        course.take(back(probe, 1))

    assert sorted(proved) == [0, 1, 2, 3]


def test_an_accepted_probe_keeps_its_address_and_the_next_begins_without() -> None:
    course = a_course()
    started(course, 60)
    course.address = Address("t", 0, 1)
    missed(course, 71)

    started(course, 71)

    assert course.address is None
