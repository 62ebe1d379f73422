"""One told event stands for one true one, and whatever else was told or missed is counted."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import InvalidValueError

pytest.importorskip("scipy", reason="needs the extra [vision]")

from tests.bench.vision.scoring import (
    Expectation,
    Proof,
    Score,
    ToldEvent,
    TrueEvent,
    joined,
    score,
)

THRESHOLD_S = 10.0


def true(begins_s: float, ends_s: float, zone: str = "lane", rule: str = "V01") -> TrueEvent:
    return TrueEvent(
        rule=rule, zone=zone, begins_s=begins_s, ends_s=ends_s, threshold_s=THRESHOLD_S
    )


def told(begins_s: float, ends_s: float, zone: str = "lane", rule: str = "V01") -> ToldEvent:
    """Told as its threshold passed."""
    return ToldEvent(
        rule=rule,
        zone=zone,
        begins_s=begins_s,
        ends_s=ends_s,
        told_at_s=begins_s + THRESHOLD_S + 0.2,
    )


def counted(one: Score) -> dict[str, int]:
    names = ("hits", "missed", "false_alarms", "duplicates", "excused", "quiet")
    return {name: len(getattr(one, name)) for name in names if getattr(one, name)}


@pytest.mark.parametrize(
    ("truth", "said", "expected"),
    [
        pytest.param([], [], {}, id="nothing happened and nothing was told"),
        pytest.param([true(5, 30)], [told(5, 30)], {"hits": 1}, id="told as it was"),
        pytest.param([true(5, 30)], [told(18, 45)], {"hits": 1}, id="told with other edges"),
        pytest.param([true(5, 30)], [], {"missed": 1}, id="not told"),
        pytest.param([], [told(5, 30)], {"false_alarms": 1}, id="told out of nothing"),
        pytest.param(
            [true(5, 30)],
            [told(5, 30, zone="bay")],
            {"missed": 1, "false_alarms": 1},
            id="told of another zone",
        ),
        pytest.param(
            [true(5, 30)],
            [told(5, 30, rule="V03")],
            {"missed": 1, "false_alarms": 1},
            id="told as another matter",
        ),
        pytest.param(
            [true(5, 30)],
            [told(30, 50)],
            {"missed": 1, "false_alarms": 1},
            id="intervals that only touch share nothing",
        ),
        pytest.param(
            [true(5, 30)], [told(29.9, 50)], {"hits": 1}, id="a tenth of a second is shared"
        ),
        pytest.param(
            [true(5, 60)],
            [told(5, 30), told(31, 60)],
            {"hits": 1, "duplicates": 1},
            id="one stay told twice",
        ),
        pytest.param(
            [true(5, 30), true(35, 60)],
            [told(5, 60)],
            {"hits": 1, "missed": 1},
            id="two stays told as one",
        ),
        pytest.param(
            [true(5, 40), true(10, 45)],
            [told(10, 45), told(5, 40)],
            {"hits": 2},
            id="two side by side, told in another order",
        ),
        pytest.param(
            [true(5, 15)], [], {"quiet": 1}, id="a stay just at the threshold is left alone"
        ),
        pytest.param(
            [true(5, 15)], [told(5, 15)], {"false_alarms": 1}, id="a stay at the threshold is told"
        ),
        pytest.param([true(5, 15.3)], [], {}, id="nobody can prove a third of a second"),
        pytest.param(
            [true(5, 15.3)], [told(5, 15.3)], {"excused": 1}, id="nor blame who did prove it"
        ),
        pytest.param(
            [true(5, 15.3)],
            [told(5, 15.3), told(6, 15)],
            {"excused": 1, "duplicates": 1},
            id="once is enough there too",
        ),
        pytest.param([true(5, 15.5)], [], {"missed": 1}, id="half a second over must be told"),
        pytest.param([true(0, 12)], [told(0, 12)], {"hits": 1}, id="there from the first frame on"),
        pytest.param(
            [true(41, 50)], [], {"quiet": 1}, id="the clip ends before the threshold is passed"
        ),
        pytest.param(
            [true(20, 31), true(31, 33)],
            [told(20, 33)],
            {"hits": 1, "quiet": 1},
            id="a short stay beside one that was told",
        ),
    ],
)
def test_every_event_is_counted_once(
    truth: list[TrueEvent], said: list[ToldEvent], expected: dict[str, int]
) -> None:
    assert counted(score(truth, said)) == expected


def test_more_matches_go_before_better_ones() -> None:
    """A greedy match would give the first told event to the stay that it resembles most."""
    first, second = true(0, 40), true(38, 60)

    found = score([first, second], [told(5, 42), told(0, 30)])

    assert {(hit.truth.begins_s, hit.told.begins_s) for hit in found.hits} == {(0, 0), (38, 5)}


def test_a_stay_that_must_be_told_goes_before_one_that_may() -> None:
    may, must = true(0, 10.3), true(9, 40)

    found = score([may, must], [told(0, 10.3)])

    assert [hit.truth for hit in found.hits] == [must]
    assert not found.missed


@pytest.mark.parametrize(
    ("told_at_s", "delay_s"),
    [
        pytest.param(15.4, 0.4, id="two looks late"),
        pytest.param(15.0, 0.0, id="as the threshold passes"),
        pytest.param(14.0, -1.0, id="too early"),
    ],
)
def test_delay_counts_from_when_the_threshold_really_passed(
    told_at_s: float, delay_s: float
) -> None:
    said = ToldEvent(rule="V01", zone="lane", begins_s=4, ends_s=30, told_at_s=told_at_s)

    (hit,) = score([true(5, 30)], [said]).hits

    assert hit.delay_s == pytest.approx(delay_s)


@pytest.mark.parametrize(
    ("proof", "error_s"),
    [
        pytest.param(Proof(at_s=15.4, at_least_s=10.2), -0.2, id="two tenths not claimed"),
        pytest.param(Proof(at_s=15.4, at_least_s=10.4), 0.0, id="all that there was"),
        pytest.param(Proof(at_s=15.4, at_least_s=11.4), 1.0, id="a second too much"),
        pytest.param(Proof(at_s=40, at_least_s=30), 5.0, id="it had gone at 30"),
        pytest.param(Proof(at_s=3, at_least_s=1), 1.0, id="it had not come yet"),
    ],
)
def test_the_lower_bound_is_held_against_the_truth_of_its_own_moment(
    proof: Proof, error_s: float
) -> None:
    said = ToldEvent(
        rule="V01", zone="lane", begins_s=4, ends_s=40, told_at_s=15.4, proofs=(proof,)
    )

    (hit,) = score([true(5, 30)], [said]).hits

    assert hit.beyond_standing_s == hit.beyond_being_there_s == pytest.approx((error_s,))


@pytest.mark.parametrize(
    ("at_least_s", "standing_s", "there_s"),
    [
        pytest.param(10.0, -0.4, -2.4, id="less than it stood"),
        pytest.param(11.4, 1.0, -1.0, id="more than it stood, less than it was there"),
        pytest.param(13.4, 3.0, 1.0, id="more than it was there at all"),
    ],
)
def test_what_rolled_to_a_stop_in_the_zone_was_there_before_it_stood(
    at_least_s: float, standing_s: float, there_s: float
) -> None:
    truth = replace(true(5, 30), comes_s=3.0, goes_s=32.0)
    said = replace(told(4, 30), proofs=(Proof(at_s=15.4, at_least_s=at_least_s),))

    (hit,) = score([truth], [said]).hits

    assert hit.beyond_standing_s == pytest.approx((standing_s,))
    assert hit.beyond_being_there_s == pytest.approx((there_s,))


@pytest.mark.parametrize(
    "around",
    [
        pytest.param({"comes_s": 6.0}, id="it stood before it came"),
        pytest.param({"goes_s": 29.0}, id="it stood after it had gone"),
    ],
)
def test_what_stood_was_there(around: dict[str, float]) -> None:
    with pytest.raises(InvalidValueError, match="expected an end not before the beginning"):
        replace(true(5, 30), **around)


@pytest.mark.parametrize(
    ("ends_s", "expectation"),
    [
        pytest.param(15.0, Expectation.SILENCE, id="at the threshold"),
        pytest.param(15.001, Expectation.EITHER, id="a moment over it"),
        pytest.param(15.4, Expectation.EITHER, id="two looks over it"),
        pytest.param(15.401, Expectation.TOLD, id="more than two looks over it"),
    ],
)
def test_what_may_be_asked_for_a_stay(ends_s: float, expectation: Expectation) -> None:
    one = TrueEvent(rule="V01", zone="lane", begins_s=5.0, ends_s=ends_s, threshold_s=10.0)

    assert one.expectation(0.4 + 1e-9) is expectation


def test_part_of_a_score_is_that_of_a_rule() -> None:
    whole = score(
        [true(5, 30), true(5, 30, rule="V03"), true(5, 9, rule="V03")],
        [told(5, 30), told(50, 70, rule="V03")],
    )

    part = whole.only(lambda one: one.rule == "V03")

    assert counted(part) == {"missed": 1, "false_alarms": 1, "quiet": 1}


def test_an_event_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"told event: expected an end not before"):
        told(30, 5)


INTERVALS = st.tuples(st.integers(0, 60), st.integers(0, 30)).map(
    lambda drawn: (float(drawn[0]), float(drawn[0] + drawn[1]))
)
PLACES = st.sampled_from(["lane", "bay"])


@given(
    truth=st.lists(st.builds(lambda i, z: true(*i, zone=z), INTERVALS, PLACES), max_size=7),
    said=st.lists(st.builds(lambda i, z: told(*i, zone=z), INTERVALS, PLACES), max_size=7),
)
def test_nothing_is_lost_or_counted_twice(truth: list[TrueEvent], said: list[ToldEvent]) -> None:
    found = score(truth, said)

    told_of = [hit.told for hit in found.hits]
    told_of += [*found.false_alarms, *found.duplicates, *found.excused]
    asked = [one for one in truth if one.expectation(0.4) is Expectation.TOLD]
    assert sorted(map(id, told_of)) == sorted(map(id, said))
    assert len(found.hits) + len(found.missed) == len(asked)
    assert len(found.quiet) <= len(truth) - len(asked)


@given(
    truth=st.lists(st.builds(lambda i: true(*i), INTERVALS), max_size=6),
    said=st.lists(st.builds(lambda i: told(*i), INTERVALS), max_size=6),
)
def test_no_other_matching_has_more_hits(truth: list[TrueEvent], said: list[ToldEvent]) -> None:
    found = score(truth, said)

    assert len(found.hits) == most_hits(truth, said)


def most_hits(truth: list[TrueEvent], said: list[ToldEvent]) -> int:
    """Every matching there is, tried out."""
    asked = [one for one in truth if one.expectation(0.4) is Expectation.TOLD]
    if not asked:
        return 0
    first, *others = asked
    best = most_hits(others, said)
    for one in said:
        if min(first.ends_s, one.ends_s) > max(first.begins_s, one.begins_s):
            rest = [other for other in said if other is not one]
            best = max(best, 1 + most_hits(others, rest))
    return best


def test_many_clips_add_up() -> None:
    one = score([true(5, 30)], [told(5, 30)])

    assert counted(joined([one, one, score([true(5, 30)], [])])) == {"hits": 2, "missed": 1}
