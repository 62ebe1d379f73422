from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from handlers.decisions.gates.gate import Verdict
from handlers.decisions.law.authority import GrantKind
from handlers.decisions.policy import Policy
from schemas.act import Act
from schemas.matter import MatterKey
from schemas.workfile import Route
from tests.support.authorities import ELSEWHERE, STRUCTURE, a_grant, an_authority
from tests.support.benches import a_bench, a_case
from tests.support.builders import STALL
from tests.support.calendars import china
from tests.support.cities import PARKING, a_city, a_punishable
from tests.support.proofs import answer_of, missing_in

PASS, BLOCK = Verdict.PASS, Verdict.BLOCK


def with_powers(**changes: Any) -> Policy:
    return a_city(authority=an_authority(**changes))


@pytest.mark.parametrize(
    ("grant", "at", "expected"),
    [
        pytest.param({}, china("2026-03-09 09:00"), PASS, id="ours"),
        pytest.param(
            {"valid_from": date(2026, 3, 9)}, china("2026-03-09 00:00"), PASS, id="its first day"
        ),
        pytest.param(
            {"valid_from": date(2026, 3, 9)},
            china("2026-03-08 23:59"),
            BLOCK,
            id="a minute before its first day in China",
        ),
        pytest.param(
            {"valid_until": date(2026, 3, 9)}, china("2026-03-09 23:59"), PASS, id="its last day"
        ),
        pytest.param(
            {"valid_until": date(2026, 3, 9)},
            china("2026-03-10 00:00"),
            BLOCK,
            id="the minute after its last day in China",
        ),
        pytest.param(
            {"matters": frozenset({STRUCTURE})}, china("2026-03-09 09:00"), BLOCK, id="for others"
        ),
        pytest.param({"areas": ("421399",)}, china("2026-03-09 09:00"), BLOCK, id="for elsewhere"),
        pytest.param({"areas": ("",)}, china("2026-03-09 09:00"), PASS, id="for everywhere"),
        pytest.param(
            {"published": ""}, china("2026-03-09 09:00"), PASS, id="own power unpublished"
        ),
        pytest.param(
            {"kind": GrantKind.HANDED_OVER}, china("2026-03-09 09:00"), PASS, id="handed over"
        ),
        pytest.param(
            {"kind": GrantKind.HANDED_OVER, "published": ""},
            china("2026-03-09 09:00"),
            BLOCK,
            id="handed over and unpublished",
        ),
        pytest.param(
            {"kind": GrantKind.ENTRUSTED, "published": " "},
            china("2026-03-09 09:00"),
            BLOCK,
            id="entrusted and unpublished",
        ),
    ],
)
@pytest.mark.parametrize("act", [Act.CONSIDER, Act.DECIDE, Act.APPROVE_SEIZURE])
def test_p02_the_body_holds_the_power_on_the_day(
    act: Act, grant: Mapping[str, Any], at: datetime, expected: Verdict
) -> None:
    bench = a_bench(act, policy=with_powers(grants=(a_grant(**grant),)), at=at)

    assert answer_of("P02", bench).verdict is expected


def test_p02_a_place_without_a_grid_cell_is_no_districts() -> None:
    bench = a_bench(Act.FILE, case=a_case(grid_cell=None))

    assert answer_of("P02", bench).verdict is BLOCK


def test_p02_says_why_each_grant_does_not_help() -> None:
    expired = a_grant(id="old", valid_until=date(2026, 1, 31))
    unpublished = a_grant(id="quiet", kind=GrantKind.ENTRUSTED, published="")
    bench = a_bench(Act.FILE, policy=with_powers(grants=(expired, unpublished)))

    missing = missing_in(answer_of("P02", bench))

    assert "grant old is valid 2025-01-01 … 2026-01-31, not on 2026-03-09" in missing
    assert "grant quiet (entrusted) is published nowhere" in missing


def test_p02_the_place_counts_not_the_office() -> None:
    bench = a_bench(Act.FILE, case=a_case(grid_cell=ELSEWHERE))

    finding = answer_of("P02", bench)

    assert finding.verdict is BLOCK
    assert ELSEWHERE in missing_in(finding)


FIRE_LANE = MatterKey("GB/T 47678.5-2026", "matter", "09012")
OURS = frozenset({PARKING, FIRE_LANE})


def parking_city(**powers: Any) -> Policy:
    city = with_powers(**powers)
    named = (
        a_punishable(PARKING, name="illegal_parking"),
        a_punishable(
            FIRE_LANE, name="fire_lane_blocked", is_safety=True, route=Route.ZERO_TOLERANCE
        ),
    )
    return replace(city, matters={**city.matters, **{row.key: row for row in named}})


@pytest.mark.parametrize(
    ("gate", "matter", "grant", "expected"),
    [
        pytest.param("A5", PARKING, None, BLOCK, id="cars are the traffic police's"),
        pytest.param("A5", PARKING, a_grant(matters=OURS), PASS, id="cars were transferred to us"),
        pytest.param(
            "A5",
            PARKING,
            a_grant(matters=OURS, valid_until=date(2026, 3, 8)),
            BLOCK,
            id="cars were ours until yesterday",
        ),
        pytest.param("A5", STALL, None, PASS, id="a stall is no car"),
        pytest.param("A6", FIRE_LANE, None, BLOCK, id="fire lanes are the fire body's"),
        pytest.param(
            "A6", FIRE_LANE, a_grant(matters=OURS), PASS, id="fire lanes by a published grant"
        ),
        pytest.param(
            "A6",
            FIRE_LANE,
            a_grant(matters=OURS, published=""),
            BLOCK,
            id="fire lanes by a grant that nobody published",
        ),
        pytest.param("A6", STALL, None, PASS, id="a stall is no fire lane"),
    ],
)
@pytest.mark.parametrize("act", [Act.FILE, Act.DECIDE_ON_SPOT])
def test_a5_a6_what_is_not_ours_is_transferred(
    act: Act, gate: str, matter: MatterKey, grant: Any, expected: Verdict
) -> None:
    policy = parking_city(grants=() if grant is None else (grant,))
    bench = a_bench(act, policy=policy, case=a_case(matter=matter))

    finding = answer_of(gate, bench)

    assert finding.verdict is expected
    assert ("transfer it" in missing_in(finding)) is (expected is BLOCK)
