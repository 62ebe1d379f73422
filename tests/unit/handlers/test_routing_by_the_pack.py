"""What a pack lays down about dangers, names, cameras and lawful places, and where it sends."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

import pytest

from handlers.decisions.facts import Sighting
from handlers.decisions.law.authority import (
    Authority,
    Check,
    Device,
    PlaceClass,
    Purpose,
    Unregistered,
)
from handlers.decisions.law.leniency import Designated, Leniency
from handlers.decisions.policy import Policy
from handlers.decisions.routing import Routed, route
from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.geometry import Point, Polygon
from schemas.ids import CameraId
from schemas.matter import MatterKey
from schemas.observation import Phase
from schemas.values import replace
from schemas.workfile import Queue, Route, Site
from tests.support.authorities import a_device
from tests.support.builders import (
    BLOCKED_EXIT,
    CAMERA,
    LITTER,
    NOON,
    OPEN_MANHOLE,
    STALL,
    UNLISTED,
    a_matter_policy,
    a_place,
    a_policy,
    a_sighting,
    some_facts,
)
from tests.support.lawful_places import a_designated_place

FIRE_LANE: Final = "R01-fire-lane"
SAFETY_MATTER: Final = "R02-safety-matter"
UNKNOWN_MATTER: Final = "R03-unknown-matter"
UNKNOWN_PLACE: Final = "R04-unknown-place"
BY_THE_PACK: Final = "R07-by-the-pack"
ALIAS: Final = "R08-alias"
OUT_OF_STATUS: Final = "R09-device-out-of-status"
NOT_BY_CAMERA: Final = "R14-not-by-camera"
SECURITY_CAMERA: Final = "R10-security-camera"
LAWFUL_HERE: Final = "R11-lawful-here"
DANGER_LIFTS: Final = "R13-danger-lifts"

TODAY: Final = date(2026, 11, 20)
"""In China, at `NOON`: a Friday."""
YESTERDAY: Final = date(2026, 11, 19)
TOMORROW: Final = date(2026, 11, 21)
OLD_STALL: Final = MatterKey("GB/T 30428.2-2013", "matter", "04-06")
GAS_STALL: Final = a_matter_policy(STALL, lifted_by=[Danger.GAS_BOTTLES])


def routed(sighting: Sighting, policy: Policy) -> Routed:
    return route(some_facts(sighting), sighting, policy)


def with_device(device: Device | None, *, is_amenity: bool = False, **more: Any) -> Policy:
    devices = {} if device is None else {device.camera: device}
    matters = (
        a_matter_policy(STALL, is_amenity=is_amenity),
        a_matter_policy(BLOCKED_EXIT, route=Route.ZERO_TOLERANCE, is_safety=True),
    )
    return replace(a_policy(matters=matters), authority=Authority(devices=devices, **more))


def with_lawful(row: Designated, **more: Any) -> Policy:
    return replace(a_policy(**more), leniency=Leniency(designated=(row,)))


@pytest.mark.parametrize(
    ("sighting", "rule", "expected"),
    [
        pytest.param(
            a_sighting(dangers=[Danger.FIRE_LANE]), FIRE_LANE, Route.ZERO_TOLERANCE,
            id="R01: a fire lane that a person tells of",
        ),
        pytest.param(
            a_sighting(dangers=[Danger.FIRE_LANE, Danger.ESCAPE_ROUTE]), FIRE_LANE,
            Route.ZERO_TOLERANCE, id="R01: the fire lane is asked first",
        ),
        pytest.param(
            a_sighting(dangers=[Danger.ESCAPE_ROUTE]), DANGER_LIFTS, Route.ZERO_TOLERANCE,
            id="R13: an escape route lifts whatever the row says",
        ),
        pytest.param(
            a_sighting(dangers=[Danger.ESCAPE_ROUTE], matter=None, place=None), DANGER_LIFTS,
            Route.ZERO_TOLERANCE, id="R13: even what nobody named",
        ),
        pytest.param(
            a_sighting(dangers=[Danger.GAS_BOTTLES]), DANGER_LIFTS, Route.ZERO_TOLERANCE,
            id="R13: gas bottles lift a stall whose row says so",
        ),
        pytest.param(
            a_sighting(dangers=[Danger.GAS_BOTTLES], matter=LITTER), BY_THE_PACK, Route.SERVICE,
            id="R13: and not litter, whose row doesn't",
        ),
        pytest.param(
            a_sighting(dangers=[Danger.FLAMES]), BY_THE_PACK, Route.SOFT,
            id="R13: nor do flames lift a stall whose row doesn't name them",
        ),
        pytest.param(
            a_sighting(dangers=[Danger.GAS_BOTTLES], matter=UNLISTED), UNKNOWN_MATTER,
            Route.TRIAGE, id="R13: an unlisted matter has no row to lift it",
        ),
    ],
)  # fmt: skip
def test_a_danger_lifts_where_it_always_does_or_the_row_says_so(
    sighting: Sighting, rule: str, expected: Route
) -> None:
    found = routed(
        sighting, a_policy(matters=[GAS_STALL, a_matter_policy(LITTER, route=Route.SERVICE)])
    )

    assert (found.rule.id, found.route) == (rule, expected)


def test_the_reason_names_each_danger_that_lifts_and_its_clause() -> None:
    sighting = a_sighting(dangers=[Danger.GAS_BOTTLES, Danger.ESCAPE_ROUTE, Danger.SKIDDING])

    (reason,) = routed(sighting, a_policy(matters=[GAS_STALL])).reasons

    assert reason.rule == DANGER_LIFTS
    assert "escape-route: 消防法 28" in reason.clause
    assert "gas-bottles: 鄂建〔2022〕1536" in reason.clause
    assert "skidding" not in reason.clause


@pytest.mark.parametrize(
    ("dangers", "found"),
    [
        pytest.param([], None, id="let go"),
        pytest.param([Danger.SKIDDING], Route.TRIAGE, id="called dangerous: a person looks"),
    ],
)
@pytest.mark.parametrize(
    "lenient",
    [
        pytest.param({"seen": NOON - NOON}, id="too brief"),
        pytest.param({"confidence_permille": 0}, id="too unsure"),
        pytest.param({}, id="lawful here"),
    ],
)
def test_what_somebody_calls_dangerous_is_never_let_go(
    lenient: Mapping[str, Any], dangers: list[Danger], found: Route | None
) -> None:
    policy = a_policy() if lenient else with_lawful(a_designated_place())

    assert routed(a_sighting(dangers=dangers, **lenient), policy).route is found


@pytest.mark.parametrize(
    ("dangers", "queue"),
    [
        pytest.param([], Queue.SOFT, id="nobody calls it dangerous"),
        pytest.param([Danger.SKIDDING], Queue.ZERO_TOLERANCE, id="somebody does"),
    ],
)
def test_an_unknown_matter_that_may_be_a_danger_waits_with_danger(
    dangers: list[Danger], queue: Queue
) -> None:
    found = routed(a_sighting(matter=UNLISTED, dangers=dangers), a_policy())

    assert (found.route, found.queue) == (Route.TRIAGE, queue)


@pytest.mark.parametrize(
    ("sighting", "lifted_from"),
    [
        pytest.param(
            a_sighting(zone_kind=ZoneKind.FIRE_LANE), Site("place:jiefang-1", STALL, Queue.SOFT),
            id="a stall on a fire lane may have a soft case",
        ),
        pytest.param(a_sighting(), None, id="what isn't lifted has nothing to be lifted from"),
        pytest.param(a_sighting(matter=BLOCKED_EXIT), None, id="a safety matter is never soft"),
        pytest.param(
            a_sighting(matter=OPEN_MANHOLE, dangers=[Danger.ESCAPE_ROUTE]), None,
            id="nor is a danger that is mended",
        ),
        pytest.param(
            a_sighting(matter=UNLISTED, dangers=[Danger.ESCAPE_ROUTE]), None,
            id="nor what the pack doesn't know",
        ),
        pytest.param(
            a_sighting(place=None, zone_kind=ZoneKind.FIRE_LANE), None, id="nor what has no place",
        ),
    ],
)  # fmt: skip
def test_only_what_was_soft_is_lifted_out_of_a_soft_case(
    sighting: Sighting, lifted_from: Site | None
) -> None:
    assert routed(sighting, a_policy()).lifted_from == lifted_from


@pytest.mark.parametrize(
    ("told", "meant", "rules"),
    [
        pytest.param(OLD_STALL, STALL, [BY_THE_PACK, ALIAS], id="R08: an old code"),
        pytest.param(
            MatterKey("vendor", "ability", "RoadOccupatedInOperation"), STALL,
            [BY_THE_PACK, ALIAS], id="R08: a vendor's ability name",
        ),
        pytest.param(
            MatterKey("vendor", "ability", "wellCoverAbnormal"), OPEN_MANHOLE,
            [SAFETY_MATTER, ALIAS], id="R08: a danger by another name is that danger",
        ),
        pytest.param(STALL, STALL, [BY_THE_PACK], id="R08: a code of the pack is no alias"),
        pytest.param(
            replace(STALL, code="99998"), replace(STALL, code="99998"), [UNKNOWN_MATTER],
            id="R08: what nobody wrote down stays unknown",
        ),
        pytest.param(None, None, [UNKNOWN_MATTER], id="R08: nothing is no alias"),
    ],
)  # fmt: skip
def test_other_names_of_a_matter_mean_its_row(
    told: MatterKey | None, meant: MatterKey | None, rules: list[str]
) -> None:
    aliases = {
        "04-06": STALL, "RoadOccupatedInOperation": STALL, "wellCoverAbnormal": OPEN_MANHOLE,
        STALL.code: LITTER,
    }  # fmt: skip

    found = routed(a_sighting(matter=told), replace(a_policy(), aliases=aliases))

    assert found.matter == meant
    assert [reason.rule for reason in found.reasons] == rules
    assert found.site is None or found.site.matter == meant


def test_the_reason_of_an_alias_says_both_codes() -> None:
    policy = replace(a_policy(), aliases={"04-06": STALL})

    reason = routed(a_sighting(matter=OLD_STALL), policy).reasons[1]

    assert str(OLD_STALL) in reason.clause
    assert str(STALL) in reason.clause


@pytest.mark.parametrize(
    ("device", "fault"),
    [
        pytest.param(a_device(), None, id="R09: papers in order"),
        pytest.param(a_device(valid_until=TODAY), None, id="R09: the last day counts"),
        pytest.param(a_device(valid_until=YESTERDAY), "is valid", id="R09: out of date"),
        pytest.param(a_device(valid_from=TODAY), None, id="R09: the first day counts"),
        pytest.param(a_device(valid_from=TOMORROW), "is valid", id="R09: not yet valid"),
        pytest.param(
            a_device(place_class=PlaceClass.FORBIDDEN), "no camera may", id="R09: forbidden place",
        ),
        pytest.param(a_device(legal_review=None), "no legal review", id="R09: no legal review"),
        pytest.param(
            a_device(technical_review=None), "no technical review", id="R09: no technical review",
        ),
        pytest.param(
            a_device(legal_review=Check(by="r", on=date(2026, 1, 5), passed=False)),
            "failed its legal review", id="R09: failed its review",
        ),
        pytest.param(
            a_device(technical_review=Check(by="r", on=TODAY, passed=True)), None,
            id="R09: reviewed on the same day",
        ),
        pytest.param(
            a_device(technical_review=Check(by="r", on=TOMORROW, passed=True)),
            "after the capture", id="R09: a later review doesn't reach back",
        ),
        pytest.param(
            a_device(CameraId("cam-99"), valid_until=YESTERDAY), None,
            id="R09: another camera's papers are its own",
        ),
    ],
)  # fmt: skip
def test_a_person_looks_at_what_a_camera_out_of_its_status_saw(
    device: Device, fault: str | None
) -> None:
    found = routed(a_sighting(), with_device(device))

    if fault is None:
        assert (found.rule.id, found.route) == (BY_THE_PACK, Route.SOFT)
    else:
        assert (found.rule.id, found.route, found.site) == (OUT_OF_STATUS, Route.TRIAGE, None)
        assert fault in found.reasons[0].clause
        assert CAMERA in found.reasons[0].clause


@pytest.mark.parametrize(
    ("unregistered", "camera", "expected"),
    [
        pytest.param(Unregistered.LEAD, CAMERA, Route.SOFT, id="R09: an unknown camera leads"),
        pytest.param(Unregistered.TRIAGE, CAMERA, Route.TRIAGE, id="R09: or a person looks"),
        pytest.param(Unregistered.TRIAGE, None, Route.SOFT, id="R09: a person is no device"),
    ],
)
def test_a_camera_that_the_register_doesnt_know_is_met_as_the_pack_says(
    unregistered: Unregistered, camera: CameraId | None, expected: Route
) -> None:
    policy = with_device(None, unregistered=unregistered)

    assert routed(a_sighting(camera=camera), policy).route is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(datetime(2026, 11, 20, 15, 59, tzinfo=UTC), Route.SOFT, id="before midnight"),
        pytest.param(datetime(2026, 11, 20, 16, 0, tzinfo=UTC), Route.TRIAGE, id="at midnight"),
    ],
)
def test_a_device_is_valid_until_midnight_in_china(at: datetime, expected: Route) -> None:
    policy = with_device(a_device(valid_until=TODAY))

    assert routed(a_sighting(occurred_at=at), policy).route is expected


@pytest.mark.parametrize(
    ("sighting", "rule"),
    [
        pytest.param(a_sighting(matter=BLOCKED_EXIT), SAFETY_MATTER, id="R02: a safety matter"),
        pytest.param(a_sighting(zone_kind=ZoneKind.FIRE_LANE), FIRE_LANE, id="R01: a fire lane"),
        pytest.param(
            a_sighting(dangers=[Danger.ESCAPE_ROUTE]), DANGER_LIFTS, id="R13: an escape route",
        ),
    ],
)  # fmt: skip
def test_a_device_out_of_its_status_stops_no_danger_but_is_told(
    sighting: Sighting, rule: str
) -> None:
    found = routed(sighting, with_device(a_device(valid_until=YESTERDAY)))

    assert found.route is Route.ZERO_TOLERANCE
    assert [reason.rule for reason in found.reasons] == [rule, OUT_OF_STATUS]


def test_a_device_out_of_its_status_is_asked_before_the_dwell() -> None:
    found = routed(a_sighting(seen=NOON - NOON), with_device(a_device(valid_until=YESTERDAY)))

    assert (found.rule.id, found.route) == (OUT_OF_STATUS, Route.TRIAGE)


@pytest.mark.parametrize(
    ("purpose", "is_amenity", "rule"),
    [
        pytest.param(Purpose.PUBLIC_SECURITY, True, SECURITY_CAMERA, id="R10: amenity only"),
        pytest.param(Purpose.PUBLIC_SECURITY, False, BY_THE_PACK, id="R10: more than amenity"),
        pytest.param(Purpose.ENFORCEMENT, True, BY_THE_PACK, id="R10: put up for enforcement"),
        pytest.param(Purpose.TRAFFIC, True, BY_THE_PACK, id="R10: put up for traffic"),
    ],
)
def test_a_security_camera_feeds_no_pure_amenity_matter_without_a_person(
    purpose: Purpose, is_amenity: bool, rule: str
) -> None:
    found = routed(a_sighting(), with_device(a_device(purpose=purpose), is_amenity=is_amenity))

    assert found.rule.id == rule
    assert found.route is (Route.TRIAGE if rule == SECURITY_CAMERA else Route.SOFT)


def test_a_security_camera_may_show_a_danger() -> None:
    policy = with_device(a_device(purpose=Purpose.PUBLIC_SECURITY), is_amenity=True)

    found = routed(a_sighting(zone_kind=ZoneKind.FIRE_LANE), policy)

    assert (found.rule.id, found.route) == (FIRE_LANE, Route.ZERO_TOLERANCE)


MARKET: Final = Polygon(
    (Point(114.0, 30.0), Point(115.0, 30.0), Point(115.0, 31.0), Point(114.0, 31.0))
)
SOMEWHERE: Final = a_place(None, longitude=114.3, latitude=30.5)
FAR_OFF: Final = a_place(None, longitude=116.3, latitude=30.5)


@pytest.mark.parametrize(
    ("row", "sighting", "is_lawful"),
    [
        pytest.param(a_designated_place(), a_sighting(), True, id="R11: at a place by its id"),
        pytest.param(
            a_designated_place(), a_sighting(place=a_place("jiefang-2")), False,
            id="R11: the next place isn't",
        ),
        pytest.param(
            a_designated_place(place_ids=(), grid_cells=["420106-07"]),
            a_sighting(place=a_place(grid_cell="420106-07")), True, id="R11: in a grid cell",
        ),
        pytest.param(
            a_designated_place(place_ids=(), grid_cells=["420106-07"]),
            a_sighting(place=a_place(grid_cell="420106-08")), False, id="R11: the next cell isn't",
        ),
        pytest.param(
            a_designated_place(place_ids=(), outline=MARKET), a_sighting(place=SOMEWHERE), True,
            id="R11: within an outline",
        ),
        pytest.param(
            a_designated_place(place_ids=(), outline=MARKET), a_sighting(place=FAR_OFF), False,
            id="R11: outside of it",
        ),
        pytest.param(
            a_designated_place(place_ids=(), outline=MARKET), a_sighting(), False,
            id="R11: no position, no outline",
        ),
        pytest.param(
            a_designated_place(place_ids=()), a_sighting(place=SOMEWHERE), False,
            id="R11: a row that names no place names none",
        ),
        pytest.param(
            a_designated_place(matters=[UNLISTED]), a_sighting(), False, id="R11: another matter",
        ),
        pytest.param(
            a_designated_place(hours=(time(12), time(13))), a_sighting(), True,
            id="R11: from its first instant in China",
        ),
        pytest.param(
            a_designated_place(hours=(time(12, 0, 1), time(13))), a_sighting(), False,
            id="R11: a second before it isn't",
        ),
        pytest.param(
            a_designated_place(hours=(time(11), time(12))), a_sighting(), False,
            id="R11: at its end it is over",
        ),
        pytest.param(
            a_designated_place(hours=(time(11), time(12, 0, 1))), a_sighting(), True,
            id="R11: a second before its end it isn't",
        ),
        pytest.param(
            a_designated_place(weekdays=[4]), a_sighting(), True, id="R11: on a Friday",
        ),
        pytest.param(
            a_designated_place(weekdays=[0, 1, 2, 3, 5, 6]), a_sighting(), False,
            id="R11: on every other day",
        ),
        pytest.param(
            a_designated_place(days=(TODAY, TODAY)), a_sighting(), True,
            id="R11: valid on its first and last day",
        ),
        pytest.param(
            a_designated_place(days=(TOMORROW, TOMORROW)), a_sighting(), False,
            id="R11: not valid yet",
        ),
        pytest.param(
            a_designated_place(days=(YESTERDAY, YESTERDAY)), a_sighting(), False,
            id="R11: no longer valid",
        ),
        pytest.param(
            a_designated_place(matters=[LITTER]), a_sighting(matter=LITTER), False,
            id="R11: only what would be met softly",
        ),
        pytest.param(
            a_designated_place(), a_sighting(phase=Phase.ENDED), False,
            id="R11: an end may add to a case",
        ),
        pytest.param(
            a_designated_place(), a_sighting(phase=Phase.CONTINUED), True, id="R11: a stay goes on",
        ),
    ],
)  # fmt: skip
def test_what_is_lawful_here_and_now_is_let_go(
    row: Designated, sighting: Sighting, is_lawful: bool
) -> None:
    found = routed(sighting, with_lawful(row))

    assert (found.rule.id == LAWFUL_HERE) is is_lawful
    assert (found.route is None) is is_lawful


def test_the_reason_names_the_lawful_place_and_its_clause() -> None:
    (reason,) = routed(a_sighting(), with_lawful(a_designated_place())).reasons

    assert "A-1 解放路早市 the Jiefang road market, for tests" in reason.clause


def test_a_lawful_stall_that_is_sampled_goes_to_a_person() -> None:
    found = routed(a_sighting(), with_lawful(a_designated_place(), sample_one_in=1))

    assert (found.rule.id, found.route, found.site) == (LAWFUL_HERE, Route.TRIAGE, None)


@pytest.mark.parametrize(
    ("sighting", "rule"),
    [
        pytest.param(a_sighting(zone_kind=ZoneKind.FIRE_LANE), FIRE_LANE, id="a fire lane"),
        pytest.param(a_sighting(matter=BLOCKED_EXIT), SAFETY_MATTER, id="a safety matter"),
    ],
)
def test_no_lawful_place_makes_a_danger_lawful(sighting: Sighting, rule: str) -> None:
    found = routed(sighting, with_lawful(a_designated_place(matters=[STALL, BLOCKED_EXIT])))

    assert (found.rule.id, found.queue) == (rule, Queue.ZERO_TOLERANCE)


def test_an_alias_is_lawful_where_its_matter_is() -> None:
    policy = replace(with_lawful(a_designated_place()), aliases={"04-06": STALL})

    found = routed(a_sighting(matter=OLD_STALL), policy)

    assert [reason.rule for reason in found.reasons] == [LAWFUL_HERE, ALIAS]


@pytest.mark.parametrize(
    ("camera", "by_camera", "rule"),
    [
        pytest.param(CAMERA, False, NOT_BY_CAMERA, id="R14: a camera isn't heard about it"),
        pytest.param(None, False, BY_THE_PACK, id="R14: a person is"),
        pytest.param(CAMERA, True, BY_THE_PACK, id="R14: other matters aren't asked"),
    ],
)
def test_a_person_in_need_is_never_looked_for_by_camera(
    camera: CameraId | None, by_camera: bool, rule: str
) -> None:
    policy = a_policy(matters=[replace(a_matter_policy(STALL), by_camera=by_camera)])

    found = routed(replace(a_sighting(), camera=camera), policy)

    assert found.rule.id == rule
