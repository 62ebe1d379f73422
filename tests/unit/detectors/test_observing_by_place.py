"""Who stays is decided by the ground; what a tracker says is only a hint."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Final

import pytest

from detectors.dwell import Knowing, Why
from detectors.looks import ALL_UNCHANGED, NOT_COMPARED
from detectors.observing import Observer, Told
from detectors.rules import Rule
from schemas.observation import Phase, Thing
from tests.support.posts import a_rule, a_thing, a_zone, an_area, an_observer, every, s

PERSON: Final = (26, 72)


def phases(told: Sequence[Told]) -> list[Phase]:
    return [one.phase for one in told]


def seen(observer: Observer, times: Sequence[timedelta], *things: Thing) -> list[Told]:
    return [told for at in times for told in observer.look(at, things, NOT_COMPARED)]


def test_two_whose_names_are_swapped_go_on_as_two_and_it_is_on_record() -> None:
    observer = an_observer()
    told = seen(observer, every(0.2, 0, 6), a_thing(x=200, track="1"), a_thing(x=300, track="2"))
    told += seen(
        observer, every(0.2, 6.2, 11), a_thing(x=200, track="2"), a_thing(x=300, track="1")
    )

    assert phases(told) == [Phase.BEGAN, Phase.BEGAN]
    assert [one.stay.first_seen for one in told] == [s(0), s(0)]
    bridges = [bridge for one in told for bridge in one.stay.bridges]
    assert [(b.why, b.was, b.now) for b in bridges] == [
        (Why.IDENTITY, "1", "2"),
        (Why.IDENTITY, "2", "1"),
    ]
    assert all(bridge.begins == s(6) and bridge.ends == s(6.2) for bridge in bridges)


def test_a_new_name_between_two_looks_in_a_row_costs_nothing() -> None:
    observer = an_observer()
    seen(observer, every(0.2, 0, 5), a_thing(track="1"))
    seen(observer, every(0.2, 5.2, 8), a_thing(track="7"))

    (kept,) = observer.recorded().stays
    assert kept.stay.dwell.at_least == s(8)
    assert [(each.knowing, each.length) for each in kept.stay.stretches] == [
        (Knowing.DETECTED, s(5)),
        (Knowing.BRIDGED, s(0.2)),
        (Knowing.DETECTED, s(2.8)),
    ]
    assert kept.stay.bridged == 1
    assert str(kept.stay.bridges[0]) == "identity 1 → 7, unseen for 0.2 s"


def test_what_was_hidden_before_it_got_a_new_name_is_not_counted() -> None:
    observer = an_observer()
    seen(observer, every(0.2, 0, 5), a_thing(track="1"))
    seen(observer, every(0.2, 5.2, 6.8))
    seen(observer, every(0.2, 7, 9), a_thing(track="7"))

    (kept,) = observer.recorded().stays
    assert kept.stay.dwell.at_least == s(7)
    assert kept.stay.dwell.at_most == s(9)


def test_who_comes_from_elsewhere_is_not_taken_for_one_who_was_lost_there() -> None:
    observer = an_observer(threshold_s=9)
    waits, comes = a_thing(x=400, track="1"), [a_thing(x=x, track="2") for x in range(100, 401, 20)]
    seen(observer, every(0.2, 0, 6), waits)
    told = [
        one
        for index, thing in enumerate(comes)
        for one in observer.look(s(6.2 + 0.2 * index), [thing], NOT_COMPARED)
    ]
    told += seen(observer, every(0.2, 9.4, 14), comes[-1])

    assert told == []  # 6 s of one and 5 s of another


def test_who_comes_straight_in_from_outside_is_another_too() -> None:
    """He was never in the zone before he stands where the other one stood."""
    observer = an_observer(zone=a_zone(an_area(370, 270, 430, 330)), threshold_s=9)
    comes = [a_thing(x=x, track="2") for x in range(200, 401, 20)]
    told = seen(observer, every(0.2, 0, 6), a_thing(x=400, track="1"))
    for index, thing in enumerate(comes):
        told += observer.look(s(6.2 + 0.2 * index), [thing], NOT_COMPARED)
    told += seen(observer, every(0.2, 8.4, 12), comes[-1])

    assert told == []


def test_without_names_who_comes_is_another_as_well() -> None:
    observer = an_observer(threshold_s=9)
    told = seen(observer, every(0.2, 0, 6), a_thing(x=400, track=None))
    for index, x in enumerate(range(100, 401, 20)):
        told += observer.look(s(6.2 + 0.2 * index), [a_thing(x=x, track=None)], NOT_COMPARED)
    told += seen(observer, every(0.2, 9.4, 14), a_thing(x=400, track=None))

    assert told == []


def test_what_is_uncovered_bit_by_bit_was_there_all_along() -> None:
    """A bus goes by: first only an edge of the car is seen again, then all of it."""
    observer = an_observer()
    told = seen(observer, every(0.2, 0, 8), a_thing(track="1"))
    told += seen(observer, every(0.2, 8.2, 9))
    told += seen(observer, every(0.2, 9.2, 10), a_thing(x=222, size=(16, 40), track="2"))
    told += seen(observer, every(0.2, 10.2, 13), a_thing(track="2"))

    assert phases(told) == [Phase.BEGAN]
    assert told[0].stay.first_seen == s(0)
    assert told[0].stay.dwell.at_least <= s(11)


def test_a_car_does_not_become_a_person_though_the_tracker_says_so() -> None:
    observer = an_observer(a_rule("vehicle", company=["person"]))
    car, person = a_thing(track="1"), a_thing("person", 210, track="2")
    seen(observer, every(0.2, 0, 6), car, person)
    seen(observer, every(0.2, 6.2, 9), a_thing("person", 205, track="1"))

    (kept,) = observer.recorded().stays
    assert kept.stay.last_seen == s(6)


def test_what_the_model_takes_for_two_is_one_and_goes_on_under_either_name() -> None:
    observer = an_observer()
    told = seen(observer, every(0.2, 0, 6), a_thing(track="1"), a_thing(x=204, track="2"))
    told += seen(observer, every(0.2, 6.2, 12), a_thing(x=204, track="2"))

    assert phases(told) == [Phase.BEGAN]
    assert told[0].stay.first_seen == s(0)


def test_without_any_names_things_stay_apart_by_place() -> None:
    things = [a_thing(x=x, track=None) for x in (100, 200, 300, 400)]

    told = seen(an_observer(), every(0.5, 0, 12), *things)

    assert phases(told) == [Phase.BEGAN] * 4


@pytest.mark.parametrize("has_names", [True, False], ids=["named", "nameless"])
def test_a_thing_that_creeps_on_is_no_stay(has_names: bool) -> None:
    """Sixteen pixels a second: its own half size in two seconds."""
    observer = an_observer()
    track = "1" if has_names else None

    told = [
        one
        for at in every(0.2, 0, 60)
        for one in observer.look(at, [a_thing(x=60 + 16 * at / s(1), track=track)], NOT_COMPARED)
    ]

    assert told == []


def test_what_rolls_to_its_place_has_been_there_since_it_came_near() -> None:
    observer = an_observer()
    way = [a_thing(x=min(500, 100 + 50 * at / s(1))) for at in every(0.2, 0, 30)]

    told = [
        one
        for at, thing in zip(every(0.2, 0, 30), way, strict=True)
        for one in observer.look(at, [thing], NOT_COMPARED)
    ]

    (one,) = told  # it stands from 8 s on; within half its size of it, from 7.4 s
    assert s(6.8) <= one.stay.first_seen <= s(8)
    assert one.stay.dwell.at_most >= one.stay.looked_at - s(0)  # in the zone all the while


def test_what_came_to_rest_off_where_it_was_first_seen_is_told_once() -> None:
    """It rolls in from the right, stands, and goes on to the left."""
    observer = an_observer()
    way = {s(0): 330.0, s(2): 290.0, s(20): 290.0, s(28): 100.0}
    told = []
    for at in every(0.2, 0, 40):
        before = max((t for t in way if t <= at), default=s(0))
        after = min((t for t in way if t > at), default=s(28))
        part = (at - before) / (after - before) if after > before else 0.0
        x = way[before] + part * (way[after] - way[before])
        told += observer.look(at, [a_thing(x=x)] if at <= s(28) else [], NOT_COMPARED)

    assert phases(told) == [Phase.BEGAN, Phase.ENDED]
    assert s(20) <= told[1].stay.last_seen <= s(22)


def test_one_that_moves_a_little_after_long_begins_anew_and_the_old_stay_ends() -> None:
    observer = an_observer()
    told = seen(observer, every(0.2, 0, 12), a_thing(x=200))
    for x in range(210, 301, 10):
        told += observer.look(s(12 + (x - 200) / 50), [a_thing(x=x)], NOT_COMPARED)
    told += seen(observer, every(0.2, 14.2, 30), a_thing(x=300))

    assert phases(told) == [Phase.BEGAN, Phase.ENDED, Phase.BEGAN]
    assert len({one.occurrence for one in told}) == 2
    assert told[1].stay.dwell.at_least < s(13)


LANES: Final = 6


def crossing(dice: Random, at: float, *, has_names: bool) -> list[Thing]:
    """A zebra crossing that is never empty: lanes of people who follow each other closely."""
    things = []
    for lane in range(LANES):
        y, speed = 200 + 60 * lane, 40 + 14 * lane
        for place in range(8):
            x = (place * 150 + 60 + speed * at) % 1240 + 20
            if dice.random() < 0.9:  # the model misses some
                life = int(at * (1 + lane % 3) / 4 + place)  # and the tracker often renames them
                track = f"{lane}-{place}-{life}" if has_names else None
                things.append(a_thing("person", x, y, track=track, size=PERSON))
    return things


@pytest.mark.parametrize("has_names", [True, False], ids=["badly named", "nameless"])
def test_a_busy_crossing_is_never_empty_and_nobody_stays_there(has_names: bool) -> None:
    observer, dice = an_observer(a_rule("person"), threshold_s=10), Random(7)

    told = [
        one
        for at in every(0.2, 0, 30)
        for one in observer.look(at, crossing(dice, at / s(1), has_names=has_names), NOT_COMPARED)
    ]

    assert told == []


def test_one_who_stands_in_a_busy_crossing_is_told() -> None:
    observer, dice = an_observer(a_rule("person"), threshold_s=20), Random(7)
    stands = a_thing("person", 640, 660, track="stands", size=PERSON)

    told = [
        one
        for at in every(0.2, 0, 24)
        for one in observer.look(
            at, [*crossing(dice, at / s(1), has_names=True), stands], NOT_COMPARED
        )
    ]

    assert phases(told) == [Phase.BEGAN]
    assert told[0].things == (stands,)


MARGIN: Final = an_area(100, 100, 300, 300)


@pytest.mark.parametrize(
    ("y", "is_told"),
    [
        pytest.param(300 + 5, True, id="just over the edge it is still in"),
        pytest.param(300 + 7, False, id="further off it has left"),
    ],
)
def test_a_foot_that_left_by_less_than_a_margin_is_still_in(y: float, is_told: bool) -> None:
    """The margin is a tenth of the longer side, 60 px."""
    observer = an_observer(zone=a_zone(MARGIN))
    told = seen(observer, every(0.2, 0, 2), a_thing(y=299))
    told += seen(observer, every(0.2, 2.2, 20), a_thing(y=y))

    assert (phases(told) == [Phase.BEGAN]) is is_told


def test_the_margin_lets_nobody_in() -> None:
    told = seen(an_observer(zone=a_zone(MARGIN)), every(0.2, 0, 20), a_thing(y=303))

    assert told == []


def test_the_way_out_over_the_edge_is_not_counted() -> None:
    """Thirty pixels a second downwards: in the margin for two looks, then gone."""
    observer = an_observer(zone=a_zone(MARGIN), threshold_s=8)
    told = seen(observer, every(0.2, 0, 9), a_thing(y=297))
    for at in every(0.2, 9.2, 20):
        told += observer.look(at, [a_thing(y=297 + 30 * (at - s(9)) / s(1))], NOT_COMPARED)

    assert phases(told) == [Phase.BEGAN, Phase.ENDED]
    assert told[1].stay.dwell.at_least <= s(9.2)  # at 9.1 s its foot crosses the edge
    assert told[1].stay.dwell.at_most >= s(9.2)


def test_a_hole_is_no_part_of_the_zone() -> None:
    zone = a_zone(MARGIN, holes=(an_area(180, 150, 220, 290),))

    told = seen(an_observer(zone=zone), every(0.5, 0, 20), a_thing(x=200, y=250))

    assert told == []


def test_it_is_gone_only_after_it_was_away_for_long_enough() -> None:
    def away_for(seconds: float, rule: Rule) -> list[Phase]:
        observer = an_observer(rule)
        told = seen(observer, every(0.2, 0, 11), a_thing())
        told += seen(observer, every(0.2, 11.2, 11 + seconds))
        told += seen(observer, every(0.2, 11.2 + seconds, 30 + seconds), a_thing(track="9"))
        return phases(told)

    assert away_for(5, a_rule()) == [Phase.BEGAN]
    assert away_for(5.6, a_rule()) == [Phase.BEGAN, Phase.ENDED, Phase.BEGAN]
    assert away_for(5.6, a_rule(leaves_after=s(20))) == [Phase.BEGAN]


def test_a_model_that_misses_what_stands_in_an_unchanged_place_is_not_believed_for_a_while() -> (
    None
):
    observer = an_observer()
    told = seen(observer, every(0.2, 0, 9), a_thing())
    told += [one for at in every(0.2, 9.2, 11) for one in observer.look(at, [], ALL_UNCHANGED)]

    assert phases(told) == [Phase.BEGAN]

    for at in every(0.2, 11.2, 30):
        told += observer.look(at, [], ALL_UNCHANGED)
    assert phases(told) == [Phase.BEGAN, Phase.ENDED]
    assert told[1].stay.dwell.at_least <= s(14)


def test_a_single_sight_in_a_picture_that_stands_still_fires_nothing() -> None:
    observer = an_observer()
    observer.look(s(0), [a_thing()], NOT_COMPARED)
    told = [one for at in every(1, 1, 30) for one in observer.unchanged(at, ALL_UNCHANGED)]

    assert told == []
    assert observer.wants_look
    assert phases(observer.look(s(31), [a_thing()], ALL_UNCHANGED)) == [Phase.BEGAN]
    assert not observer.wants_look


def test_a_place_that_changed_and_was_not_searched_is_a_gap() -> None:
    observer = an_observer()
    seen(observer, every(0.2, 0, 5), a_thing())
    for at in every(0.2, 5.2, 8):
        observer.unchanged(at, NOT_COMPARED)
    seen(observer, every(0.2, 8.2, 9), a_thing())

    (kept,) = observer.recorded().stays
    assert kept.stay.dwell.at_least == s(5 + 0.8)
    assert [bridge.why for bridge in kept.stay.bridges] == [Why.GAP]
