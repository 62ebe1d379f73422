"""Each relation that a rule may ask for, and what is said when it is told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from detectors.looks import ALL_UNCHANGED, NOT_COMPARED
from detectors.observing import Limits, Observer, Post, Told
from detectors.reasons import Template
from detectors.relations import Distance
from detectors.rules import Rule
from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.geometry import Point
from schemas.ground import Ground
from schemas.hours import parse_hours
from schemas.observation import Phase, Thing
from tests.support.posts import (
    STARTS_AT,
    a_camera,
    a_rule,
    a_thing,
    a_zone,
    an_area,
    an_observer,
    every,
    s,
)

VENDING: Final = a_rule("stall", also=["umbrella"], company=["person"], is_group=True, holds=s(1))
STALL: Final = a_thing("stall", 300, track="1")
VENDOR: Final = a_thing("person", 350, track="2")


def seen(observer: Observer, times: Sequence[timedelta], *things: Thing) -> list[Told]:
    return [told for at in times for told in observer.look(at, things, NOT_COMPARED)]


def phases(told: Sequence[Told]) -> list[Phase]:
    return [one.phase for one in told]


def at_least(observer: Observer) -> timedelta:
    (kept,) = observer.recorded().stays
    return kept.stay.dwell.at_least


def test_company_that_is_missed_for_a_moment_and_is_there_again_was_there() -> None:
    observer = an_observer(VENDING)
    seen(observer, every(0.2, 0, 3), STALL, VENDOR)
    seen(observer, every(0.2, 3.2, 3.8), STALL)

    assert at_least(observer) == s(3)  # who knows whether anybody comes back

    seen(observer, every(0.2, 4, 6), STALL, VENDOR)
    assert at_least(observer) == s(6)


@pytest.mark.parametrize(
    ("missing", "between"),
    [
        pytest.param(1.2, (STALL,), id="for longer than the rule holds"),
        pytest.param(0.6, (), id="the stall itself too"),
    ],
)
def test_company_that_was_really_away_stops_the_clock(
    missing: float, between: tuple[Thing, ...]
) -> None:
    observer = an_observer(VENDING)
    seen(observer, every(0.2, 0, 3), STALL, VENDOR)
    seen(observer, every(0.2, 3.2, 3 + missing), *between)
    seen(observer, every(0.2, 3.2 + missing, 6.2 + missing), STALL, VENDOR)

    assert at_least(observer) == s(6)


def test_company_whose_place_is_unchanged_is_still_there() -> None:
    observer = an_observer(VENDING)
    seen(observer, every(0.2, 0, 3), STALL, VENDOR)
    for at in every(0.2, 3.2, 6):
        observer.look(at, [STALL], ALL_UNCHANGED)

    assert at_least(observer) == s(6)


def test_company_that_one_search_saw_is_not_believed_for_long() -> None:
    """A poster, a pole: something that looked like a person once, and never moves."""
    observer = an_observer(VENDING, threshold_s=8)
    told = seen(observer, every(0.2, 0, 1), STALL, VENDOR)
    for at in every(0.2, 1.2, 30):
        told += observer.look(at, [STALL], ALL_UNCHANGED)

    assert told == []


def test_a_crowd_of_hundreds_fits_into_a_message() -> None:
    many = [a_thing("person", 30 + 4 * i, 400, track=str(i), size=(3, 20)) for i in range(260)]

    told = seen(an_observer(CROWD), every(1, 0, 12), *many)

    assert len(told[0].things) == 200
    assert "260" in told[0].reason.en


def test_a_zone_with_an_odd_name_makes_one_line() -> None:
    told = seen(an_observer(zone=a_zone(id="a\nb")), every(1, 0, 12), a_thing())

    assert told[0].reason.en.startswith("a b: 1 vehicle")


def test_what_belongs_to_a_stall_makes_no_matter_alone() -> None:
    umbrella = a_thing("umbrella", 300, track="3", size=(80, 70))
    alone = seen(an_observer(VENDING), every(0.5, 0, 20), umbrella, VENDOR)
    with_stall = seen(an_observer(VENDING), every(0.5, 0, 20), STALL, umbrella, VENDOR)

    assert alone == []
    assert {thing.kind for thing in with_stall[0].things} == {"stall", "umbrella", "person"}


def test_who_only_passes_a_group_does_not_make_it_stay_longer() -> None:
    """A stall goes, and a parasol is carried by where it was."""
    observer = an_observer(VENDING, threshold_s=5)
    told = seen(observer, every(0.2, 0, 4.8), STALL, VENDOR)
    for at in every(0.2, 5, 9):
        parasol = a_thing("umbrella", 270 + 15 * (at - s(5)) / s(1), track="9")
        told += observer.look(at, [parasol, VENDOR], NOT_COMPARED)

    assert told == []


UNATTENDED: Final = a_rule("left-thing", apart_from=["person"], leaves_after=s(30))
BAG: Final = a_thing("left-thing", 400, size=(30, 30), track=None)


def test_a_thing_is_left_behind_from_when_nobody_is_near() -> None:
    observer = an_observer(UNATTENDED)
    owner = [a_thing("person", 420 + 20 * max(0, second - 5), track="2") for second in range(30)]

    told = [
        one
        for second in range(30)
        for one in observer.look(s(second), [BAG, owner[second]], NOT_COMPARED)
    ]

    assert phases(told) == [Phase.BEGAN]
    assert s(6) <= told[0].stay.first_seen <= s(8)


def test_somebody_who_passes_what_was_left_stops_the_clock_and_takes_nothing_away() -> None:
    observer = an_observer(UNATTENDED)
    seen(observer, every(0.5, 0, 5), BAG)
    seen(observer, every(0.5, 5.5, 9.5), BAG, a_thing("person", 410, track="2"))
    told = seen(observer, every(0.5, 10, 16), BAG)

    assert phases(told) == [Phase.BEGAN]
    assert told[0].stay.first_seen == s(0)
    assert told[0].stay.dwell.at_least < s(11)


def test_a_change_near_what_was_left_wants_a_look() -> None:
    observer = an_observer(UNATTENDED)
    seen(observer, every(0.5, 0, 2), BAG)

    (box,) = observer.interest

    reach = 0.75 * 30
    assert (box.x1, box.x2) == (BAG.box.x1 - reach, BAG.box.x2 + reach)


CROWD: Final = a_rule("person", still=None, count=4, holds=s(1))


def people(count: int, at: timedelta) -> list[Thing]:
    """Others at each look, and never at one spot for long."""
    number = at / s(1)
    return [
        a_thing("person", 100 + (i * 130 + 300 * number) % 900, track=f"{i}-{int(number)}")
        for i in range(count)
    ]


def test_enough_are_a_crowd_whoever_they_are() -> None:
    observer = an_observer(CROWD)

    told = [
        one for at in every(0.5, 0, 12) for one in observer.look(at, people(4, at), NOT_COMPARED)
    ]

    assert phases(told) == [Phase.BEGAN]
    assert len(told[0].things) == 4


def test_one_too_few_are_none() -> None:
    observer = an_observer(CROWD)

    told = [
        one for at in every(0.5, 0, 60) for one in observer.look(at, people(3, at), NOT_COMPARED)
    ]

    assert told == []


def test_a_crowd_that_counts_people_who_stand_together_leaves_out_who_stands_apart() -> None:
    together = a_rule("person", still=None, count=4, is_group=True, reach=Distance(sizes=1.0))
    three = [a_thing("person", 200 + 50 * i, track=str(i)) for i in range(3)]

    apart = seen(an_observer(together), every(0.5, 0, 12), *three, a_thing("person", 900))
    beside = seen(an_observer(together), every(0.5, 0, 12), *three, a_thing("person", 350))

    assert apart == []
    assert phases(beside) == [Phase.BEGAN]


def test_outside_the_hours_of_zone_or_rule_nothing_counts() -> None:
    """The recording begins at 16:00 by China's clock."""
    by_zone = a_zone(hours=(parse_hours("16:01-20:00"),))
    by_rule = a_rule(hours=(parse_hours("06:00-09:00"), parse_hours("16:01-20:00")))

    for observer in (an_observer(zone=by_zone), an_observer(by_rule)):
        told = seen(observer, every(1, 0, 80), a_thing())

        assert phases(told) == [Phase.BEGAN]
        assert told[0].stay.first_seen == s(60)


def test_what_stays_when_the_hours_end_has_ended() -> None:
    zone = a_zone(hours=(parse_hours("08:00-16:01"),))

    told = seen(an_observer(zone=zone), every(1, 0, 80), a_thing())

    assert phases(told) == [Phase.BEGAN, Phase.ENDED]
    assert told[1].stay.last_seen == s(59)


@pytest.mark.parametrize(
    ("y", "road_side", "is_told"),
    [
        pytest.param(480, ((20, 500), (1260, 500)), True, id="beside the road"),
        pytest.param(300, ((20, 500), (1260, 500)), False, id="away from it"),
        pytest.param(480, None, False, id="nobody knows where the road is"),
    ],
)
def test_a_rule_may_ask_who_faces_the_road(
    y: float, road_side: tuple[tuple[float, float], tuple[float, float]] | None, is_told: bool
) -> None:
    side = road_side and (Point(*road_side[0]), Point(*road_side[1]))
    rule = a_rule(faces_road=Distance(sizes=0.5))

    told = seen(an_observer(rule, zone=a_zone(road_side=side)), every(1, 0, 15), a_thing(y=y))

    assert bool(told) is is_told


PAIRS: Final = tuple(
    (Point(x, y), Point(x / 100, y / 100)) for x in (100, 1100) for y in (100, 600)
)
"""A hundred pixels a metre."""


def test_where_the_camera_has_a_ground_metres_count() -> None:
    one_metre = a_rule(still=Distance(sizes=5.0, metres=1.0))
    creeps = [a_thing(x=200 + 40 * at / s(1)) for at in every(0.5, 0, 14)]

    def told(ground: Ground | None) -> list[Told]:
        observer = an_observer(one_metre, ground=ground)
        return [
            one
            for at, thing in zip(every(0.5, 0, 14), creeps, strict=True)
            for one in observer.look(at, [thing], NOT_COMPARED)
        ]

    assert told(Ground(PAIRS)) == []
    assert phases(told(None)) == [Phase.BEGAN]  # within five times its size


def test_company_within_metres() -> None:
    rule = a_rule("stall", company=["person"], reach=Distance(sizes=5.0, metres=0.4))
    observer = an_observer(rule, ground=Ground(PAIRS))
    other = an_observer(rule, ground=Ground(PAIRS))

    assert seen(observer, every(1, 0, 15), STALL, VENDOR) == []  # half a metre away
    assert seen(other, every(1, 0, 15), STALL, a_thing("person", 335, track="2")) != []


def test_what_is_too_unsure_begins_nothing_and_may_go_on() -> None:
    rule = a_rule(least_confidence=0.6)
    unsure = seen(an_observer(rule), every(1, 0, 20), a_thing(sure=0.5))
    observer = an_observer(rule)
    told = seen(observer, every(1, 0, 1), a_thing(sure=0.7))
    told += seen(observer, every(1, 2, 20), a_thing(sure=0.5))

    assert unsure == []
    assert phases(told) == [Phase.BEGAN]
    assert told[0].confidence < 0.6


def test_a_spot_cools_off_and_another_does_not() -> None:
    rule = a_rule(cooling_off=s(60))
    observer = an_observer(rule)
    told = seen(observer, every(0.5, 0, 12), a_thing(track="1"))
    told += seen(observer, every(0.5, 12.5, 20))
    again = seen(observer, every(0.5, 20.5, 90), a_thing(track="2"), a_thing(x=600, track="3"))

    assert phases(told) == [Phase.BEGAN, Phase.ENDED]
    assert phases(again) == [Phase.BEGAN, Phase.BEGAN]
    elsewhere, here = again
    assert elsewhere.stay.looked_at < s(32)
    assert here.stay.looked_at >= told[1].stay.looked_at + s(60)
    assert here.stay.first_seen == s(20.5)


def test_it_says_why_with_numbers_in_both_languages() -> None:
    says = Template(
        "{zone}有{what}，旁有{company}，{count}件，至少{at_least}、至多{at_most}，自{since}，限{threshold}",
        "{what} in {zone}, {company} beside, {count}: "
        "{at_least} to {at_most} since {since}, {threshold}",
    )
    rule = a_rule(
        "stall", company=["person"], is_group=True, says=says, dangers=frozenset({Danger.FLAMES})
    )
    observer = an_observer(rule, threshold_s=75)
    observer.look(s(0), [], NOT_COMPARED)

    (told,) = seen(observer, every(1, 1, 80), STALL, a_thing("stall", 330, track="5"), VENDOR)

    assert told.reason.en == (
        "2 stalls in bay, 1 person beside, 2: 1 min 16 s to 1 min 17 s "
        "since 2026-11-01 16:00:01, 1 min 15 s"
    )
    assert told.reason.zh == (
        "bay有2个摊位，旁有1名人员，2件，至少1分16秒、至多1分17秒，自2026年11月01日16:00:01，限1分15秒"
    )
    assert told.dangers == {Danger.FLAMES}


def test_an_end_says_how_it_ended() -> None:
    gone, lost = an_observer(), an_observer()
    told = seen(gone, every(1, 0, 12), a_thing()) + seen(gone, every(1, 13, 30))
    unseen = seen(lost, every(1, 0, 12), a_thing()) + lost.end()

    assert told[-1].reason.en.endswith("; it is gone now")
    assert unseen[-1].reason.zh.endswith("；此后未能看到")
    assert (told[-1].shows, unseen[-1].shows, told[0].shows) == (False, False, True)


def test_posts_of_one_zone_do_not_mix_their_stays() -> None:
    zone = a_zone(kind=ZoneKind.EXIT)
    rules = [a_rule("vehicle", id="A", zones=[ZoneKind.EXIT]), a_rule("goods", id="B")]
    observer = Observer(
        a_camera(zone),
        [Post(rule=rule, zone=zone, threshold=s(5)) for rule in rules],
        starts_at=STARTS_AT,
        limits=Limits(),
    )

    told = seen(observer, every(1, 0, 10), a_thing(), a_thing("goods", x=400, track="2"))

    assert {(one.post.rule.id, one.things[0].kind) for one in told} == {
        ("A", "vehicle"),
        ("B", "goods"),
    }


def test_the_names_of_occurrences_never_change() -> None:
    """Messages that were sent name them: this one was pinned when the first was."""
    observer = an_observer(a_rule(id="V01"), starts_at=datetime(2026, 11, 1, 8, tzinfo=UTC))

    told = seen(observer, every(1, 3, 20), a_thing(x=100, track="1"), a_thing(x=600, track="2"))

    assert [one.occurrence for one in told] == [PINNED, PINNED_TWIN]


PINNED: Final = "ed34ea21827d65561a0c0be87380e12cdca363d00b8128120ba1869da613b129"
PINNED_TWIN: Final = "6cde1b390c10e9c8cd8de063249714398ef34c42486c11e507d6a0c7158837fd"


def test_a_small_outline_and_a_rule_for_another_kind_of_zone() -> None:
    zone = a_zone(an_area(100, 100, 120, 120))
    rule: Rule = a_rule(zones=[ZoneKind.EXIT])

    assert not rule.is_for(zone)
    assert a_rule().is_for(zone)
    assert not a_rule().is_for(a_zone(matters=frozenset()))
    assert a_rule().is_for(a_zone(matters=frozenset({a_rule().matter})))
