"""The packs that come with the house: whole, grounded, and what they say they are."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from handlers.decisions.clocks import start
from handlers.decisions.devices import device_fault, is_for_public_security
from handlers.decisions.law.catalogue import HasParty, MatterPolicy, Norm
from handlers.decisions.lawful import lawful_row
from handlers.decisions.lives.tables import ALL_STEPS
from handlers.decisions.policy import Policy
from handlers.policies.floor import PAIRS, STATUTE
from handlers.policies.pack import load
from schemas.act import SubjectId
from schemas.certainty import Certainty
from schemas.clock import ClockKind, FiringKind
from schemas.danger import Danger
from schemas.ids import CameraId
from schemas.limit import Calendar, Unit
from schemas.matter import MatterKey
from schemas.person import Role
from schemas.place import Place
from schemas.workfile import Route
from tests.support.calendars import china, city, continuous

NAMES: Final = ("base", "demo", "suizhou-example")
COVERS: Final = frozenset(f"01{n:03}" for n in range(1, 24) if n != 16)
ZERO: Final = frozenset({"09012", "08013", "08003", "08011", "06014", "06020", "09019"})
MENDED: Final = COVERS | {"01057", "10002", "10001"}
SOFT: Final = frozenset(
    {
        *("08002", "09009", "09010", "09006", "09001", "09005", "09021", "06029", "06010"),
        *("06011", "06036", "06007", "06001", "06027", "06028", "07001", "07003"),
    }
)
SERVED: Final = frozenset({"06013", "06042", "06012", "09003"})
"""The catalogue by route; what is mended concerns safety, what is served doesn't."""


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Policy]:
    """The one look at the disk: the packs are part of the code."""
    return {name: load(name) for name in NAMES}


@pytest.fixture(scope="module")
def base(shipped: Mapping[str, Policy]) -> Policy:
    return shipped["base"]


@pytest.fixture(scope="module")
def town(shipped: Mapping[str, Policy]) -> Policy:
    return shipped["suizhou-example"]


def the(code: str) -> MatterKey:
    return MatterKey("GB/T 47678.5-2026", "matter", code)


def codes(rows: Mapping[MatterKey, MatterPolicy], **wanted: object) -> set[str]:
    return {
        key.code
        for key, row in rows.items()
        if all(getattr(row, name) == value for name, value in wanted.items())
    }


def test_the_shipped_packs_are_whole(shipped: Mapping[str, Policy]) -> None:
    assert [pack.name for pack in shipped.values()] == list(NAMES)
    assert len({pack.digest for pack in shipped.values()}) == 3
    assert shipped["base"].matters.keys() == shipped["demo"].matters.keys()
    assert shipped["base"].matters.keys() < shipped["suizhou-example"].matters.keys()


def test_each_shipped_row_names_its_clause_and_its_titles(shipped: Mapping[str, Policy]) -> None:
    rows = [row for pack in shipped.values() for row in pack.matters.values()]

    assert [row.key for row in rows if not (row.clause and row.title_zh and row.title_en)] == []


def test_the_demo_pack_is_the_base_pack_with_shorter_stays(shipped: Mapping[str, Policy]) -> None:
    base, demo = shipped["base"], shipped["demo"]

    longer = [
        key
        for key, row in demo.matters.items()
        if row.dwell_threshold > base.matters[key].dwell_threshold
    ]

    assert longer == []
    assert (demo.triage_limit, demo.sample_one_in) == (base.triage_limit, base.sample_one_in)


def test_the_whole_catalogue_is_there_by_its_routes(base: Policy) -> None:
    assert codes(base.matters, route=Route.ZERO_TOLERANCE, is_safety=True) == ZERO
    assert codes(base.matters, route=Route.SERVICE, is_safety=True) == MENDED
    assert codes(base.matters, route=Route.SOFT, is_safety=False) == SOFT
    assert codes(base.matters, route=Route.SERVICE, is_safety=False) == SERVED
    assert len(base.matters) == 53


@pytest.mark.parametrize(
    ("code", "name", "dwell_s", "limit"),
    [
        pytest.param("09012", "fire_lane_blocked", 60, continuous(30, Unit.MINUTE), id="fire lane"),
        pytest.param("08013", "unsafe_suspended_work", 30, continuous(2), id="suspended work"),
        pytest.param("08003", "unpermitted_excavation", 300, continuous(2), id="dug up"),
        pytest.param("08002", "construction_on_road", 600, continuous(4), id="construction"),
        pytest.param("08011", "uncovered_muck_truck", 0, continuous(2), id="muck truck"),
        pytest.param("06014", "road_spill", 120, continuous(2), id="spill"),
        pytest.param("01001", "manhole_abnormal", 30, continuous(30, Unit.MINUTE), id="manhole"),
        pytest.param(
            "01013", "fire_facility_abnormal", 30, continuous(30, Unit.MINUTE), id="hydrant"
        ),
        pytest.param("01057", "gas_pipe_abnormal", 0, continuous(5, Unit.MINUTE), id="gas pipe"),
        pytest.param("10002", "hanging_cable", 60, continuous(1), id="cable"),
        pytest.param("10001", "snow_ice", 900, city(4), id="ice"),
        pytest.param("06013", "road_damage", 0, city(3, Unit.DAY), id="pothole"),
        pytest.param("06020", "open_burning", 10, continuous(30, Unit.MINUTE), id="burning"),
        pytest.param("09019", "accessible_route_blocked", 120, continuous(1), id="ramp"),
        pytest.param("09009", "illegal_parking", 300, city(2), id="parking"),
        pytest.param("09010", "bike_parking", 600, city(4), id="bicycles"),
        pytest.param("09006", "road_occupying_vending", 180, city(2), id="stall"),
        pytest.param("09001", "mobile_vendor", 180, city(2), id="vendor"),
        pytest.param("09005", "out_of_store", 600, city(2), id="shop"),
        pytest.param("09021", "roadside_car_wash", 300, city(2), id="car wash"),
        pytest.param("06029", "outdoor_barbecue", 120, city(2), id="barbecue"),
        pytest.param("06010", "exposed_garbage", 900, city(4), id="garbage"),
        pytest.param("06042", "bin_overflow", 1800, city(4), id="bin"),
        pytest.param("06011", "accumulated_waste", 86400, city(2, Unit.DAY), id="muck"),
        pytest.param("06012", "dirty_road", 900, city(2), id="dirty road"),
        pytest.param("06036", "piled_goods", 1800, city(4), id="piled goods"),
        pytest.param("06007", "street_hanging", 1800, city(1, Unit.DAY), id="laundry"),
        pytest.param("06001", "illegal_structure", 86400, city(20, Unit.DAY), id="structure"),
        pytest.param("06027", "fume", 600, city(1, Unit.DAY), id="fumes"),
        pytest.param("06028", "noise", 300, city(1), id="noise"),
        pytest.param("07001", "illegal_flyer", 0, city(1, Unit.DAY), id="flyer"),
        pytest.param("07003", "illegal_billboard", 0, city(3, Unit.DAY), id="billboard"),
        pytest.param("09003", "person_in_need", 0, continuous(1), id="person in need"),
    ],
)
def test_a_matter_waits_and_lasts_as_the_catalogue_says(
    base: Policy, code: str, name: str, dwell_s: int, limit: object
) -> None:
    row = base.matters[the(code)]

    assert (row.name, row.disposal_limit) == (name, limit)
    assert row.dwell_threshold == timedelta(seconds=dwell_s)


@pytest.mark.parametrize(
    ("code", "dangers"),
    [
        pytest.param("08002", {Danger.UNGUARDED}, id="construction without a guard"),
        pytest.param("06013", {Danger.DEEP_HOLE}, id="a deep pothole"),
        pytest.param("06029", {Danger.GAS_BOTTLES, Danger.FLAMES}, id="gas bottles at a barbecue"),
        pytest.param("06036", {Danger.ESCAPE_ROUTE, Danger.FIRE_LANE}, id="goods in a fire zone"),
        pytest.param("07003", {Danger.MAY_FALL}, id="a sign that may fall"),
        pytest.param("06010", set(), id="garbage"),
    ],
)
def test_a_matter_is_lifted_by_what_the_catalogue_names(
    base: Policy, code: str, dangers: set[Danger]
) -> None:
    assert base.matters[the(code)].lifted_by == dangers


def test_others_have_the_power_over_carriageway_parking_and_fire_lanes(base: Policy) -> None:
    receivers = {
        key.code: row.receiver.en for key, row in base.matters.items() if row.receiver is not None
    }

    assert receivers == {"09009": "traffic police", "09012": "fire and rescue service"}


def test_a_basis_is_a_law_or_regulation_and_one_from_memory_says_so(base: Policy) -> None:
    based = {key.code: row.basis for key, row in base.matters.items() if row.basis is not None}

    assert {based["09009"].norm, based["09012"].norm} == {Norm.LAW}
    assert {basis.norm for basis in based.values()} == {Norm.LAW, Norm.ADMINISTRATIVE_REGULATION}
    assert {code for code, row in based.items() if row.certainty is Certainty.MEMORY} == {"07001"}
    assert all(
        basis.certainty is Certainty.TEXT for code, basis in based.items() if code != "07001"
    )


def test_what_was_not_read_in_a_text_says_that_a_city_must_confirm_it(base: Policy) -> None:
    uncertain = {Certainty.PROPOSAL, Certainty.MEMORY}
    bands = {band.certainty for band in base.discretion.bands.values()}
    lists = {row.certainty for row in base.leniency.first_violations.values()}

    assert {row.certainty for row in base.matters.values()} <= uncertain
    assert bands | lists == {Certainty.PROPOSAL}
    assert all("from memory" in year.source for year in base.calendar.years.values())
    assert base.discretion.published == ""


def test_a_matter_has_bands_and_a_list_row_where_the_base_pack_offers_them(base: Policy) -> None:
    offered = {the(code) for code in ("09006", "09005", "09001", "07001", "06010")}

    assert base.leniency.first_violations.keys() == offered
    assert {band.matter for band in base.discretion.bands.values()} == offered
    assert len(base.discretion.bands) == 5 * 2 * 3 * 4


def test_no_body_and_no_camera_has_a_power_that_no_city_gave(base: Policy) -> None:
    authority = base.authority

    assert (authority.grants, authority.device_bases, authority.devices) == ((), (), {})
    assert (authority.publications, authority.unregistered) == ((), "lead")


@pytest.mark.parametrize(
    ("kind", "amount", "unit", "calendar"),
    [
        pytest.param("penalty-90", 90, "day", "calendar", id="ninety days to decide"),
        pytest.param("danger", 5, "minute", "continuous", id="five minutes to take a danger"),
        pytest.param("take", 30, "minute", "continuous", id="half an hour to take the rest"),
        pytest.param("verify", 2, "hour", "city-working", id="two working hours to verify"),
        pytest.param("suspension-review", 30, "day", "calendar", id="thirty days suspended"),
        pytest.param("filing", 2, "day", "statutory-working", id="two days to file or not"),
        pytest.param("record-review", 5, "day", "statutory-working", id="five days to review"),
        *(
            pytest.param(kind.value, limit.amount, limit.unit, limit.calendar, id=f"law: {kind}")
            for kind, limit in STATUTE.items()
        ),
    ],
)
def test_a_clock_runs_as_long_as_the_law_or_the_platform_says(
    base: Policy, kind: str, amount: int, unit: str, calendar: str
) -> None:
    limit = base.deadlines[ClockKind(kind)].limit

    assert (limit.amount, limit.unit, limit.calendar) == (amount, unit, calendar)


def test_opinion_incidents_warn_at_two_six_and_eight_hours(base: Policy) -> None:
    deadline = base.deadlines[ClockKind.OPINION_REPORT]

    assert [10 - limit.amount for limit in deadline.warn_before] == [2, 6, 8]
    assert {limit.unit for limit in deadline.warn_before} == {Unit.HOUR}


def test_a_danger_that_nobody_takes_goes_to_the_duty_chief_and_then_to_the_head(
    base: Policy,
) -> None:
    rungs = base.ladders[base.deadlines[ClockKind.DANGER].ladder].rungs

    assert [rung.role for rung in rungs] == [Role.DUTY_CHIEF, Role.HEAD]
    assert [rung.after for rung in rungs] == [None, continuous(5, Unit.MINUTE)]


@pytest.mark.parametrize("kind", ClockKind)
def test_every_clock_can_be_started_and_tells_somebody(base: Policy, kind: ClockKind) -> None:
    deadline = base.deadlines[kind]

    clock = start(
        deadline,
        base.ladders[deadline.ladder],
        SubjectId("C261120-AAAAAAAAAAAA"),
        number=1,
        at=china("2026-11-20 10:00"),
        calendar=base.calendar,
    )

    breach = next(firing for firing in clock.plan if firing.kind is FiringKind.BREACH)
    assert breach.role is not None
    assert sum(firing.kind is FiringKind.WARN for firing in clock.plan) == len(deadline.warn_before)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param("2026-02-14", True, id="a Saturday that is worked"),
        pytest.param("2026-02-16", False, id="a Monday of Spring Festival"),
        pytest.param("2026-10-08", True, id="the day after National Day"),
        pytest.param("2027-02-10", False, id="a day off for a festival on a weekend"),
        pytest.param("2027-02-11", True, id="no more than the law gives"),
    ],
)
def test_the_calendar_knows_festivals_and_make_up_days(base: Policy, day: str, works: bool) -> None:
    assert base.calendar.is_working_day(china(f"{day} 12:00").date()) is works


def test_every_act_is_somebodys_in_every_shipped_pack(shipped: Mapping[str, Policy]) -> None:
    for pack in shipped.values():
        may = pack.duties.may
        orphans = {
            (step.act, step.life)
            for step in ALL_STEPS
            if not any(step.act in may[role] for role in step.who if role in may)
        }

        assert orphans == set()


def test_the_base_pack_keeps_more_apart_than_the_law_does(base: Policy) -> None:
    ids = {pair.id for pair in base.duties.pairs}

    assert ids - PAIRS.keys() == {
        "spot-collect",
        "intake-dispatch",
        "intake-verify",
        "duty-chief-officer",
        "patrol-enforce",
    }


def test_an_auxiliary_may_only_help(base: Policy) -> None:
    acts = base.duties.may[Role.AUXILIARY]

    assert acts == {"persuade", "demonstrate", "corrected", "recheck"}
    assert not any(step.harms for step in ALL_STEPS if step.act in acts)


@pytest.mark.parametrize(
    ("place", "at", "lawful"),
    [
        pytest.param(Place(id="stall-street-1"), "2026-11-20 17:00", True, id="as it opens"),
        pytest.param(Place(id="stall-street-1"), "2026-11-20 16:59", False, id="before it opens"),
        pytest.param(Place(id="stall-street-1"), "2026-11-20 22:00", False, id="as it closes"),
        pytest.param(
            Place(longitude=113.379, latitude=31.71), "2026-11-20 18:00", True, id="in its outline"
        ),
        pytest.param(
            Place(longitude=113.381, latitude=31.71), "2026-11-20 18:00", False, id="beside it"
        ),
        pytest.param(Place(id="stall-square-2"), "2026-11-22 03:00", True, id="all day, all week"),
        pytest.param(Place(id="elsewhere"), "2026-11-20 18:00", False, id="elsewhere"),
    ],
)
def test_the_example_city_has_lawful_places(
    town: Policy, place: Place, at: str, lawful: bool
) -> None:
    row = lawful_row(the("09006"), place, china(at), town.leniency)

    assert (row is not None) is lawful


@pytest.mark.parametrize(
    ("camera", "fault"),
    [
        pytest.param("cam-market-1", None, id="in order"),
        pytest.param("cam-old-2", "2025-08-31", id="out of date"),
        pytest.param("cam-plaza-3", None, id="a security camera in order"),
        pytest.param("cam-unknown", "not in the register", id="unregistered"),
    ],
)
def test_the_example_city_has_cameras_of_each_standing(
    town: Policy, camera: str, fault: str | None
) -> None:
    said = device_fault(CameraId(camera), datetime(2026, 11, 20, 4, tzinfo=UTC), town.authority)

    assert (said is None) if fault is None else (said is not None and fault in said)


def test_one_camera_of_the_example_city_is_for_public_security(town: Policy) -> None:
    cameras = ("cam-market-1", "cam-old-2", "cam-plaza-3")

    found = [c for c in cameras if is_for_public_security(CameraId(c), town.authority)]

    assert found == ["cam-plaza-3"]


@pytest.mark.parametrize(
    ("alias", "code"),
    [
        pytest.param("OffStoreOperation", "09005", id="a vendor's word for goods outside"),
        pytest.param("RoadOccupatedInOperation", "09006", id="a vendor's word for a stall"),
        pytest.param("wellCoverAbnormal", "01023", id="a vendor's word for a cover"),
        pytest.param("FireOrSmokeDetected", "06020", id="a vendor's word for fire"),
        pytest.param("04-01", "09001", id="the code of 2013 for a vendor"),
        pytest.param("01-10", "06010", id="the code of 2013 for garbage"),
        pytest.param("03-11", "08011", id="the code of 2013 for a muck truck"),
        pytest.param("0501", "09001", id="an older code for a vendor"),
        pytest.param("0504", "09005", id="an older code for goods outside"),
        pytest.param("0505", "09009", id="an older code for a car"),
    ],
)
def test_the_example_city_knows_other_peoples_names(town: Policy, alias: str, code: str) -> None:
    assert town.aliases[alias] == the(code)


def test_a_pond_on_the_road_has_no_code_so_a_person_sorts_it(town: Policy) -> None:
    assert "RoadPonding" not in town.aliases


def test_the_example_city_is_published_granted_and_says_that_it_is_an_example(
    town: Policy,
) -> None:
    kinds = {grant.kind for grant in town.authority.grants}

    assert town.discretion.published
    assert kinds == {"own", "handed-over"}
    assert all(grant.published for grant in town.authority.grants)
    assert "EXAMPLE ONLY" in town.authority.device_bases[0].clause
    assert {g.certainty for g in town.authority.grants} == {Certainty.PROPOSAL}


def test_no_power_is_granted_over_what_others_punish(town: Policy) -> None:
    granted = {key for grant in town.authority.grants for key in grant.matters}
    others = {key for key, row in town.matters.items() if row.receiver is not None}
    blameless = {key for key, row in town.matters.items() if row.has_party is HasParty.NO}

    assert granted & (others | blameless) == set()


def test_city_limits_are_counted_in_the_citys_hours(base: Policy) -> None:
    row = base.matters[the("09006")]

    due = base.due(row.disposal_limit, china("2026-11-20 16:30"))

    assert row.disposal_limit.calendar is Calendar.CITY_WORKING
    assert due == china("2026-11-23 09:30")
