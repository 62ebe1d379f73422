"""Which way a sighting goes: each rule with both sides of its edge."""

from datetime import timedelta
from typing import Final

import pytest

from handlers.decisions.facts import Sighting
from handlers.decisions.routing import RULES, Routed, route
from schemas.camera import ZoneKind
from schemas.ids import CameraId
from schemas.lane import Lane
from schemas.observation import Phase
from schemas.workfile import Queue, Route, Site
from tests.support.builders import (
    BLOCKED_EXIT,
    LITTER,
    OPEN_MANHOLE,
    STALL,
    UNLISTED,
    a_place,
    a_policy,
    a_sighting,
    some_facts,
)

THRESHOLD: Final = timedelta(minutes=3)
MILLISECOND: Final = timedelta(milliseconds=1)
LEAST: Final = 500
NOWHERE: Final = a_place(None, address="解放路边")

FIRE_LANE: Final = "R01-fire-lane"
LIFTED: Final = "R13-danger-lifts"
SAFETY_MATTER: Final = "R02-safety-matter"
UNKNOWN_MATTER: Final = "R03-unknown-matter"
UNKNOWN_PLACE: Final = "R04-unknown-place"
TOO_BRIEFLY: Final = "R05-stayed-too-briefly"
TOO_UNSURE: Final = "R06-too-unsure"
BY_THE_PACK: Final = "R07-by-the-pack"


def routed(
    sighting: Sighting, *, lane: Lane = Lane.GENERAL, sample_one_in: int = 10**12, offset: int = 0
) -> Routed:
    policy = a_policy(sample_one_in=sample_one_in, least_confidence_permille=LEAST)
    return route(some_facts(sighting, lane=lane, offset=offset), sighting, policy)


@pytest.mark.parametrize(
    ("sighting", "rule", "expected"),
    [
        pytest.param(
            a_sighting(zone_kind=ZoneKind.FIRE_LANE), FIRE_LANE, Route.ZERO_TOLERANCE,
            id="R01: a stall on a fire lane endangers rescue",
        ),
        pytest.param(
            a_sighting(zone_kind=ZoneKind.PAVEMENT), BY_THE_PACK, Route.SOFT,
            id="R01: a stall beside the fire lane is met softly",
        ),
        pytest.param(
            a_sighting(zone_kind=ZoneKind.FIRE_LANE, matter=UNLISTED), FIRE_LANE,
            Route.ZERO_TOLERANCE, id="R01: whatever stands on a fire lane",
        ),
        pytest.param(
            a_sighting(zone_kind=ZoneKind.FIRE_LANE, matter=None), FIRE_LANE,
            Route.ZERO_TOLERANCE, id="R01: even what nobody named",
        ),
        pytest.param(
            a_sighting(zone_kind=ZoneKind.EXIT), LIFTED, Route.ZERO_TOLERANCE,
            id="R13: whatever stands before an exit blocks a way of escape",
        ),
        pytest.param(
            a_sighting(zone_kind=ZoneKind.EXIT, matter=UNLISTED), LIFTED, Route.ZERO_TOLERANCE,
            id="R13: without a row of the catalogue too",
        ),
        pytest.param(
            a_sighting(zone_kind=ZoneKind.BLIND_TRACK), BY_THE_PACK, Route.SOFT,
            id="R13: no other ground lifts by itself",
        ),
        pytest.param(
            a_sighting(matter=BLOCKED_EXIT), SAFETY_MATTER, Route.ZERO_TOLERANCE,
            id="R02: danger is met with zero tolerance",
        ),
        pytest.param(
            a_sighting(matter=OPEN_MANHOLE), SAFETY_MATTER, Route.SERVICE,
            id="R02: danger that nobody is to blame for is mended",
        ),
        pytest.param(
            a_sighting(matter=LITTER), BY_THE_PACK, Route.SERVICE,
            id="R02: what endangers nobody isn't a safety matter",
        ),
        pytest.param(
            a_sighting(matter=UNLISTED), UNKNOWN_MATTER, Route.TRIAGE,
            id="R03: a matter without a row is sorted by a person",
        ),
        pytest.param(
            a_sighting(matter=None), UNKNOWN_MATTER, Route.TRIAGE,
            id="R03: no matter at all is sorted by a person",
        ),
        pytest.param(
            a_sighting(matter=None, place=None), UNKNOWN_MATTER, Route.TRIAGE,
            id="R03: the unknown matter is asked before the unknown place",
        ),
        pytest.param(
            a_sighting(place=None), UNKNOWN_PLACE, Route.TRIAGE,
            id="R04: no place is sorted by a person",
        ),
        pytest.param(
            a_sighting(place=NOWHERE), UNKNOWN_PLACE, Route.TRIAGE,
            id="R04: an address in words tells no spot apart",
        ),
        pytest.param(
            a_sighting(place=a_place(None, grid_cell="420106-07")), BY_THE_PACK, Route.SOFT,
            id="R04: a grid cell tells a spot apart",
        ),
        pytest.param(
            a_sighting(place=None, seen=timedelta(0)), UNKNOWN_PLACE, Route.TRIAGE,
            id="R04: no place is asked before the dwell",
        ),
        pytest.param(
            a_sighting(seen=THRESHOLD - MILLISECOND), TOO_BRIEFLY, None,
            id="R05: a millisecond under the threshold is let go",
        ),
        pytest.param(
            a_sighting(seen=THRESHOLD), TOO_BRIEFLY, None,
            id="R05: at the threshold is not over it",
        ),
        pytest.param(
            a_sighting(seen=THRESHOLD + MILLISECOND), BY_THE_PACK, Route.SOFT,
            id="R05: a millisecond over the threshold is over it",
        ),
        pytest.param(
            a_sighting(seen=None), BY_THE_PACK, Route.SOFT,
            id="R05: a person's word has no dwell to hold against it",
        ),
        pytest.param(
            a_sighting(seen=THRESHOLD, phase=Phase.CONTINUED), TOO_BRIEFLY, None,
            id="R05: a stay that goes on is still too brief",
        ),
        pytest.param(
            a_sighting(seen=THRESHOLD, phase=Phase.ENDED), BY_THE_PACK, Route.SOFT,
            id="R05: an end is not asked how long",
        ),
        pytest.param(
            a_sighting(seen=THRESHOLD, phase=Phase.LOST_SIGHT), BY_THE_PACK, Route.SOFT,
            id="R05: nor is a loss of sight",
        ),
        pytest.param(
            a_sighting(confidence_permille=LEAST - 1), TOO_UNSURE, None,
            id="R06: below the least is too unsure",
        ),
        pytest.param(
            a_sighting(confidence_permille=LEAST), BY_THE_PACK, Route.SOFT,
            id="R06: at the least is sure enough",
        ),
        pytest.param(
            a_sighting(confidence_permille=None), BY_THE_PACK, Route.SOFT,
            id="R06: a person's word has no confidence to hold against it",
        ),
        pytest.param(
            a_sighting(confidence_permille=0, phase=Phase.ENDED), BY_THE_PACK, Route.SOFT,
            id="R06: an end is not asked how sure",
        ),
        pytest.param(
            a_sighting(confidence_permille=0, phase=Phase.LOST_SIGHT), BY_THE_PACK, Route.SOFT,
            id="R06: nor is a loss of sight",
        ),
        pytest.param(
            a_sighting(seen=THRESHOLD, confidence_permille=0), TOO_BRIEFLY, None,
            id="R06: the dwell is asked first",
        ),
        pytest.param(
            a_sighting(), BY_THE_PACK, Route.SOFT, id="R07: a stall on the pavement is met softly",
        ),
    ],
)  # fmt: skip
def test_a_sighting_goes_one_way(sighting: Sighting, rule: str, expected: Route | None) -> None:
    found = routed(sighting)

    assert (found.rule.id, found.route) == (rule, expected)


LENIENT: Final = {
    "too brief": {"seen": timedelta(0)},
    "too unsure": {"confidence_permille": 0},
    "placeless": {"place": None},
    "over": {"phase": Phase.ENDED},
    "out of sight": {"phase": Phase.LOST_SIGHT},
    "all at once": {
        "seen": timedelta(0), "confidence_permille": 0, "place": None, "phase": Phase.ENDED,
    },
}  # fmt: skip


@pytest.mark.parametrize("excuse", [pytest.param(it, id=name) for name, it in LENIENT.items()])
@pytest.mark.parametrize(
    "danger",
    [
        pytest.param({"matter": BLOCKED_EXIT}, id="a blocked exit"),
        pytest.param({"zone_kind": ZoneKind.FIRE_LANE}, id="a stall on a fire lane"),
        pytest.param({"zone_kind": ZoneKind.EXIT}, id="a stall before an exit"),
        pytest.param({"matter": OPEN_MANHOLE}, id="an open manhole"),
    ],
)
def test_no_exemption_hides_a_danger(danger: dict, excuse: dict) -> None:
    found = routed(a_sighting(**danger, **excuse), sample_one_in=1)

    assert found.rule.id in {FIRE_LANE, LIFTED, SAFETY_MATTER}
    assert found.route in {Route.ZERO_TOLERANCE, Route.SERVICE}
    assert found.queue is Queue.ZERO_TOLERANCE


@pytest.mark.parametrize(
    ("sighting", "rule"),
    [
        pytest.param(a_sighting(seen=THRESHOLD), TOO_BRIEFLY, id="too brief"),
        pytest.param(a_sighting(confidence_permille=LEAST - 1), TOO_UNSURE, id="too unsure"),
    ],
)
def test_a_sampled_dismissal_goes_to_a_person(sighting: Sighting, rule: str) -> None:
    found = routed(sighting, sample_one_in=1)

    assert (found.rule.id, found.route, found.queue) == (rule, Route.TRIAGE, Queue.SOFT)
    assert found.site is None


def test_what_is_not_dismissed_is_not_sampled() -> None:
    found = routed(a_sighting(), sample_one_in=1)

    assert (found.rule.id, found.route) == (BY_THE_PACK, Route.SOFT)


def test_about_one_dismissal_in_so_many_is_sampled_and_always_the_same_ones() -> None:
    brief = a_sighting(seen=THRESHOLD)

    drawn, again = (
        [n for n in range(400) if routed(brief, sample_one_in=20, offset=n).route is not None]
        for _ in range(2)
    )

    assert 8 <= len(drawn) <= 40
    assert drawn == again


@pytest.mark.parametrize(
    ("sighting", "lane", "queue"),
    [
        pytest.param(
            a_sighting(matter=UNLISTED), Lane.SAFETY, Queue.ZERO_TOLERANCE,
            id="unlisted on the safety lane may be a danger",
        ),
        pytest.param(
            a_sighting(matter=None), Lane.SAFETY, Queue.ZERO_TOLERANCE,
            id="unnamed on the safety lane may be a danger",
        ),
        pytest.param(
            a_sighting(matter=UNLISTED), Lane.GENERAL, Queue.SOFT,
            id="unlisted on the general lane waits with the rest",
        ),
        pytest.param(
            a_sighting(place=None), Lane.SAFETY, Queue.SOFT,
            id="a known soft matter stays soft whichever lane brought it",
        ),
        pytest.param(a_sighting(), Lane.SAFETY, Queue.SOFT, id="a lane is a hint, no decision"),
        pytest.param(
            a_sighting(matter=BLOCKED_EXIT), Lane.GENERAL, Queue.ZERO_TOLERANCE,
            id="danger on the general lane is danger",
        ),
        pytest.param(
            a_sighting(matter=OPEN_MANHOLE), Lane.GENERAL, Queue.ZERO_TOLERANCE,
            id="danger that is mended waits with danger",
        ),
        pytest.param(
            a_sighting(zone_kind=ZoneKind.FIRE_LANE), Lane.GENERAL, Queue.ZERO_TOLERANCE,
            id="a soft matter on a fire lane waits with danger",
        ),
        pytest.param(
            a_sighting(matter=LITTER), Lane.GENERAL, Queue.SOFT, id="litter waits with the rest",
        ),
    ],
)  # fmt: skip
def test_danger_has_its_own_queue(sighting: Sighting, lane: Lane, queue: Queue) -> None:
    assert routed(sighting, lane=lane).queue is queue


@pytest.mark.parametrize(
    ("sighting", "site"),
    [
        pytest.param(
            a_sighting(), Site("place:jiefang-1", STALL, Queue.SOFT), id="place matter and queue",
        ),
        pytest.param(
            a_sighting(zone_kind=ZoneKind.FIRE_LANE),
            Site("place:jiefang-1", STALL, Queue.ZERO_TOLERANCE),
            id="danger never hides in a soft case",
        ),
        pytest.param(
            a_sighting(camera=CameraId("cam-99")), Site("place:jiefang-1", STALL, Queue.SOFT),
            id="another camera at the same spot is the same site",
        ),
        pytest.param(a_sighting(matter=UNLISTED), None, id="triage stands alone"),
        pytest.param(a_sighting(seen=THRESHOLD), None, id="a dismissal has no site"),
        pytest.param(
            a_sighting(zone_kind=ZoneKind.FIRE_LANE, matter=None), None,
            id="danger without a matter stands alone",
        ),
        pytest.param(
            a_sighting(matter=BLOCKED_EXIT, place=NOWHERE), None,
            id="danger without a place stands alone",
        ),
    ],
)  # fmt: skip
def test_a_site_is_where_cases_may_be_merged(sighting: Sighting, site: Site | None) -> None:
    assert routed(sighting).site == site


def test_rules_are_named_once_each_and_each_names_its_clause() -> None:
    ids = [rule.id for rule in RULES]

    assert len(ids) == len(set(ids))
    assert all(rule.clause for rule in RULES)


def test_a_rule_stands_in_a_decision_by_its_id_and_its_clause() -> None:
    found = routed(a_sighting())

    assert [(reason.rule, reason.clause) for reason in found.reasons] == [
        (found.rule.id, found.rule.clause)
    ]
