"""A policy pack is what its files say: taken whole, digested to the byte, never half."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Final

import pytest

from handlers.decisions.law.catalogue import HasParty, MatterPolicy, Norm, PenaltyBasis
from handlers.decisions.law.discretion import BandStep, HarmClass, PartyKind
from handlers.decisions.policy import Policy
from handlers.policies.files import Files, digest
from handlers.policies.pack import pack_from
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.danger import Danger
from schemas.geometry import Point
from schemas.ids import CameraId
from schemas.lane import Lane
from schemas.limit import Calendar, Limit, Unit
from schemas.matter import MatterKey
from schemas.penalty import Ground, SoftMeasure
from schemas.person import Role
from schemas.words import Words
from schemas.workfile import Queue, Route
from tests.support.builders import BLOCKED_EXIT, OPEN_MANHOLE, STALL, UNLISTED, a_policy
from tests.support.town import BIN_ROW, DUTIES, HEIR, PACK, TOWN, a_town, the_fair, the_town

FIRE: Final = MatterKey("GB/T 47678.5-2026", "matter", "06020")
BIN: Final = MatterKey("GB/T 47678.5-2026", "matter", "06042")


@pytest.fixture(scope="module")
def town() -> Policy:
    return pack_from(the_town(), "town")


def the_heir(pack: str = HEIR, **texts: str) -> Policy:
    return pack_from(the_fair(pack, **texts), "fair")


def test_a_pack_says_what_its_first_file_says(town: Policy) -> None:
    assert (town.name, town.version, town.valid_from) == ("town", "1", date(2026, 11, 1))
    assert (town.sample_one_in, town.least_confidence_permille) == (20, 250)
    assert town.triage_limit == {
        Queue.ZERO_TOLERANCE: Limit(amount=5, unit=Unit.MINUTE, calendar=Calendar.CONTINUOUS),
        Queue.SOFT: Limit(amount=30, unit=Unit.MINUTE, calendar=Calendar.CONTINUOUS),
    }


def test_a_matter_says_all_that_its_row_says(town: Policy) -> None:
    assert town.matters[STALL] == MatterPolicy(
        key=STALL,
        name="stall",
        title_zh="占道经营",
        title_en="Street stall",
        is_safety=False,
        why="passage",
        route=Route.SOFT,
        dwell_threshold=timedelta(minutes=3),
        disposal_limit=Limit(amount=2, unit=Unit.HOUR, calendar=Calendar.CITY_WORKING),
        clause="城市道路管理条例 27",
        certainty=Certainty.TEXT,
        has_party=HasParty.YES,
        close_condition=Words("道路畅通", "the road is free"),
        basis=PenaltyBasis(
            norm=Norm.ADMINISTRATIVE_REGULATION,
            forbids="城市道路管理条例 27",
            punishes="城市道路管理条例 42",
            certainty=Certainty.TEXT,
        ),
        lifted_by=frozenset({Danger.GAS_BOTTLES}),
        is_amenity=True,
    )
    assert town.matters[FIRE].receiver == Words("消防救援机构", "fire service")


def test_lawful_places_and_the_list_are_read(town: Policy) -> None:
    (place,) = town.leniency.designated
    row = town.leniency.first_violations[STALL]

    assert (place.id, place.place_ids, place.weekdays) == ("square", {"square-1"}, {5, 6})
    assert place.outline is not None
    assert place.outline.corners[0] == Point(113.1, 31.1)
    assert (place.from_time, place.until_time) == (time(17), time(22))
    assert (row.ground, row.most_harm_fen, row.needs_cooperation) == (Ground.FIRST, 20_000, False)
    assert town.leniency.measures == tuple(SoftMeasure)


def test_a_band_is_found_by_all_that_chooses_it(town: Policy) -> None:
    key = (STALL, HarmClass.GRAVE, BandStep.LIGHTER, PartyKind.CITIZEN)

    band = town.discretion.bands[key]

    assert (band.least_fen, band.most_fen) == (99, 300)
    assert len(town.discretion.bands) == 12
    assert town.discretion.circumstances["coerced"].step is BandStep.LIGHTER


def test_powers_devices_and_publications_are_read(town: Policy) -> None:
    authority = town.authority
    device = authority.devices[CameraId("cam-1")]

    assert [grant.id for grant in authority.grants] == ["own"]
    assert [basis.areas for basis in authority.device_bases] == [("",)]
    assert device.legal_review is not None
    assert (device.legal_review.by, device.is_marked, device.filed_on) == ("chen", True, None)
    assert authority.publications[0].remedies == "https://town.example/remedies"
    assert authority.offsite_items[0].matters == {STALL}
    assert authority.sector_rules[0].title == "令55号"


def test_clocks_calendar_duties_and_aliases_are_read(town: Policy) -> None:
    rungs = town.ladders["all"].rungs

    assert town.deadlines.keys() == set(ClockKind)
    assert [(rung.role, rung.after is None) for rung in rungs] == [
        (Role.HEAD, True),
        (Role.AUDITOR, False),
    ]
    assert town.calendar.working_days(2026, 10) == 18
    assert Act.DECIDE in town.duties.may[Role.HEAD]
    assert "decide-collect" in {pair.id for pair in town.duties.pairs}
    assert town.duties.discard_reasons["false-alarm"].title.zh == "误报"
    assert town.aliases == {"RoadOccupied": STALL, "Smoke": FIRE}


def test_an_heir_that_says_nothing_of_its_own_is_its_parent_by_another_name(town: Policy) -> None:
    heir = the_heir()

    assert (heir.name, heir.version, heir.valid_from) == ("fair", "2", date(2026, 12, 1))
    assert heir.digest != town.digest
    assert (heir.matters, heir.leniency, heir.duties) == (town.matters, town.leniency, town.duties)
    assert (heir.authority, heir.deadlines) == (town.authority, town.deadlines)


def test_an_heir_changes_thresholds_in_a_word(town: Policy) -> None:
    heir = the_heir(f'{HEIR}[dwell_s]\n"{STALL}" = 15\n"{FIRE}" = 5\n')

    assert heir.matters[STALL].dwell_threshold == timedelta(seconds=15)
    assert heir.matters[FIRE].dwell_threshold == timedelta(seconds=5)
    assert heir.matters[STALL].disposal_limit == town.matters[STALL].disposal_limit


def test_an_heir_replaces_rows_by_key_and_adds_others(town: Policy) -> None:
    own = BIN_ROW.replace("1800", "60") + BIN_ROW.replace("06042", "06012")

    heir = the_heir(matters=own)

    assert heir.matters[BIN].dwell_threshold == timedelta(minutes=1)
    assert heir.matters.keys() - town.matters.keys() == {
        MatterKey("GB/T 47678.5-2026", "matter", "06012")
    }
    assert heir.matters[STALL] == town.matters[STALL]


@pytest.mark.parametrize(
    ("file", "text", "read"),
    [
        pytest.param(
            "leniency", 'measures = ["warn", "persuade", "demonstrate", "interview"]',
            lambda heir: heir.leniency.measures[0] is SoftMeasure.WARN
            and len(heir.leniency.designated) == 1,
            id="another order of the measures, the same places",
        ),
        pytest.param(
            "leniency", TOWN["leniency"].split("[[first", maxsplit=1)[0].replace("22:00", "21:00"),
            lambda heir: heir.leniency.designated[0].until_time == time(21)
            and STALL in heir.leniency.first_violations,
            id="another time for the same place",
        ),
        pytest.param(
            "discretion", 'published = ""',
            lambda heir: heir.discretion.published == "" and len(heir.discretion.bands) == 12,
            id="a table that is withdrawn from publication",
        ),
        pytest.param(
            "discretion", "[[bands]]" + TOWN["discretion"].split("[[bands]]")[1].replace(
                "citizen", "organisation"
            ),
            lambda heir: {band.party for band in heir.discretion.bands.values()}
            == {PartyKind.ORGANISATION},
            id="a matter's whole table in the place of the parent's",
        ),
        pytest.param(
            "authority", 'unregistered = "triage"',
            lambda heir: heir.authority.unregistered == "triage" and heir.authority.grants,
            id="another word on unregistered cameras",
        ),
        pytest.param(
            "calendar", "[[year]]" + TOWN["calendar"].split("[[year]]")[1].replace("2026", "2027"),
            lambda heir: sorted(heir.calendar.years) == [2026, 2027] and heir.calendar.hours,
            id="a year more",
        ),
        pytest.param(
            "duties", '[may]\nfinance = ["pay"]',
            lambda heir: heir.duties.may[Role.FINANCE] == {Act.PAY}
            and Act.DECIDE in heir.duties.may[Role.HEAD],
            id="fewer acts for a role",
        ),
        pytest.param(
            "aliases", f'[aliases]\n"05-01" = "{STALL}"',
            lambda heir: heir.aliases.keys() == {"RoadOccupied", "Smoke", "05-01"},
            id="an alias more",
        ),
    ],
)  # fmt: skip
def test_an_heir_says_otherwise_in_any_file(
    file: str, text: str, read: Callable[[Policy], object]
) -> None:
    heir = the_heir(**{file: text})

    assert read(heir)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(the_town(pack=PACK + "\n"), id="a newline"),
        pytest.param(the_town(pack=PACK + "# noted"), id="a comment"),
        pytest.param(a_town("matters", "= 180", "= 181"), id="a number"),
        pytest.param(the_town(duties=DUTIES.replace("\n", "\r\n")), id="line ends"),
    ],
)
def test_the_digest_changes_with_any_byte(changed: Files, town: Policy) -> None:
    assert pack_from(changed, "town").digest != town.digest


def test_every_single_byte_counts() -> None:
    """Each is changed where TOML doesn't mind: inside of a comment."""
    remark = b"# as laid down"
    digests = set()
    for at in range(2, len(remark)):
        changed = remark[:at] + b"!" + remark[at + 1 :]
        digests.add(digest({**the_town(), "town/pack.toml": PACK.encode() + changed}))

    assert len(digests) == len(remark) - 2


def test_a_change_of_the_parent_is_a_change_of_the_heir() -> None:
    before, after = the_fair(), {**the_fair(), **the_town(pack=PACK + "# noted")}

    assert pack_from(before, "fair").digest != pack_from(after, "fair").digest


def test_the_order_in_which_files_are_read_changes_nothing() -> None:
    files = the_fair()
    turned = dict(reversed(files.items()))

    assert pack_from(turned, "fair") == pack_from(files, "fair")


def test_a_byte_that_moves_from_one_file_to_the_next_is_a_change(town: Policy) -> None:
    before = the_town(leniency="#\n" + TOWN["leniency"])
    after = the_town(duties="#\n" + TOWN["duties"])

    assert len({pack_from(files, "town").digest for files in (before, after)}) == 2


@pytest.mark.parametrize(
    ("key", "lane"),
    [
        pytest.param(BLOCKED_EXIT, Lane.SAFETY, id="danger"),
        pytest.param(OPEN_MANHOLE, Lane.SAFETY, id="danger that is mended"),
        pytest.param(STALL, Lane.GENERAL, id="a stall"),
        pytest.param(UNLISTED, None, id="not in the pack"),
        pytest.param(None, None, id="no matter"),
    ],
)
def test_the_safety_table_says_the_lane(key: MatterKey | None, lane: Lane | None) -> None:
    assert a_policy().lane_of(key) is lane
