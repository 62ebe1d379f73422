from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pytest

from handlers.decisions.gates.gate import Gate, Verdict
from handlers.decisions.gates.life import GATES
from handlers.decisions.law.authority import GrantKind
from handlers.decisions.policy import Policy
from schemas.act import Act, Taken
from schemas.matter import MatterKey
from schemas.person import PersonId, Role
from schemas.place import Place
from schemas.workfile import Route, WorkFile
from tests.support.authorities import ELSEWHERE, a_grant, an_authority
from tests.support.benches import a_bench, a_case, a_person, a_taken, the_people, with_people
from tests.support.builders import BLOCKED_EXIT, STALL, UNLISTED
from tests.support.calendars import china
from tests.support.cities import PARKING, a_city

GATE: Mapping[str, Gate] = {gate.id: gate for gate in GATES}


def a_city_with_a_grant(**changes: Any) -> Policy:
    grant = a_grant(matters=frozenset({PARKING}), **changes)
    return a_city(authority=an_authority(grants=(grant,)))


@pytest.mark.parametrize(
    ("matter", "policy", "taken", "expected"),
    [
        pytest.param(STALL, a_city(), (), Verdict.PASS, id="our own power"),
        pytest.param(PARKING, a_city(), (), Verdict.NEEDS_HUMAN, id="the traffic police's"),
        pytest.param(
            PARKING, a_city(), (a_taken(Act.RECEIPT),), Verdict.PASS, id="with their receipt"
        ),
        pytest.param(PARKING, a_city_with_a_grant(), (), Verdict.PASS, id="granted to us"),
        pytest.param(
            PARKING,
            a_city_with_a_grant(kind=GrantKind.HANDED_OVER, published=""),
            (),
            Verdict.NEEDS_HUMAN,
            id="handed over and never published",
        ),
        pytest.param(
            PARKING,
            a_city_with_a_grant(kind=GrantKind.ENTRUSTED),
            (),
            Verdict.PASS,
            id="entrusted and published",
        ),
        pytest.param(
            PARKING,
            a_city_with_a_grant(areas=(ELSEWHERE,)),
            (),
            Verdict.NEEDS_HUMAN,
            id="granted elsewhere",
        ),
        pytest.param(
            PARKING,
            a_city_with_a_grant(valid_until=date(2026, 3, 9)),
            (),
            Verdict.PASS,
            id="the grant's last day",
        ),
        pytest.param(
            PARKING,
            a_city_with_a_grant(valid_until=date(2026, 3, 8)),
            (),
            Verdict.NEEDS_HUMAN,
            id="the day after it",
        ),
    ],
)
def test_what_others_have_the_power_over_needs_their_receipt(
    matter: MatterKey, policy: Policy, taken: tuple[Taken, ...], expected: Verdict
) -> None:
    bench = a_bench(Act.CLOSE, case=a_case(matter=matter), policy=policy, taken=taken)

    assert GATE["L03"].check(bench).verdict is expected


AN_ADDRESS = Place(address="解放路12号对面")


@pytest.mark.parametrize(
    ("case", "role", "expected"),
    [
        pytest.param(a_case(), Role.INTAKE, Verdict.PASS, id="a stall, by intake"),
        pytest.param(a_case(), Role.DUTY_CHIEF, Verdict.PASS, id="a stall, by the chief"),
        pytest.param(a_case(matter=None), Role.INTAKE, Verdict.BLOCK, id="unsorted"),
        pytest.param(a_case(matter=UNLISTED), Role.INTAKE, Verdict.BLOCK, id="of no row"),
        pytest.param(a_case(place=None), Role.INTAKE, Verdict.BLOCK, id="nowhere"),
        pytest.param(a_case(place=AN_ADDRESS), Role.INTAKE, Verdict.BLOCK, id="an address only"),
        pytest.param(
            a_case(place=Place(grid_cell="421303001002003")),
            Role.INTAKE,
            Verdict.PASS,
            id="a grid cell",
        ),
        pytest.param(
            a_case(matter=BLOCKED_EXIT, route=Route.ZERO_TOLERANCE),
            Role.INTAKE,
            Verdict.BLOCK,
            id="a danger, by intake",
        ),
        pytest.param(
            a_case(matter=BLOCKED_EXIT, route=Route.ZERO_TOLERANCE),
            Role.DUTY_CHIEF,
            Verdict.PASS,
            id="a danger, by the chief",
        ),
    ],
)
def test_a_file_is_opened_sorted_and_placed(case: WorkFile, role: Role, expected: Verdict) -> None:
    bench = a_bench(Act.OPEN, case=case, role=role)

    assert GATE["L05"].check(bench).verdict is expected


@pytest.mark.parametrize(
    ("act", "role", "returns", "expected"),
    [
        pytest.param(Act.RETURN, Role.HANDLER, 0, Verdict.PASS, id="the first return"),
        pytest.param(Act.RETURN, Role.HANDLER, 1, Verdict.PASS, id="the second"),
        pytest.param(Act.RETURN, Role.HANDLER, 2, Verdict.BLOCK, id="a third"),
        pytest.param(Act.DISPATCH, Role.DISPATCHER, 1, Verdict.PASS, id="sent again"),
        pytest.param(Act.DISPATCH, Role.DISPATCHER, 2, Verdict.BLOCK, id="sent a third time"),
        pytest.param(Act.DISPATCH, Role.DUTY_CHIEF, 2, Verdict.PASS, id="sent by the chief"),
    ],
)
def test_a_case_goes_back_twice_at_most(
    act: Act, role: Role, returns: int, expected: Verdict
) -> None:
    taken = [a_taken(Act.RETURN, person="hu", role=Role.HANDLER) for _ in range(returns)]

    finding = GATE["L07"].check(a_bench(act, role=role, taken=taken))

    assert finding.verdict is expected


HANDLED = a_taken(Act.ACCEPT, person="hu", role=Role.HANDLER)
REPORTED = a_taken(Act.FEEDBACK, person="hu", role=Role.HANDLER)
BY_OFFICER = a_taken(Act.FEEDBACK, person="li", role=Role.OFFICER)


@pytest.mark.parametrize("act", [Act.VERIFY, Act.REWORK])
@pytest.mark.parametrize(
    ("verifier", "taken", "expected"),
    [
        pytest.param(
            a_person("gao", Role.VERIFIER, unit="checks"),
            (HANDLED, REPORTED),
            Verdict.PASS,
            id="another unit",
        ),
        pytest.param(
            a_person("gao", Role.VERIFIER, unit="crew-1"),
            (HANDLED, REPORTED),
            Verdict.BLOCK,
            id="the crew's own unit",
        ),
        pytest.param(
            a_person("gao", Role.VERIFIER, unit="crew-1"),
            (HANDLED, BY_OFFICER),
            Verdict.BLOCK,
            id="the unit of who began it",
        ),
        pytest.param(
            a_person("hu", Role.VERIFIER, unit="checks"),
            (HANDLED, REPORTED),
            Verdict.BLOCK,
            id="the handler in another coat",
        ),
    ],
)
def test_the_verifier_is_of_another_unit(
    act: Act, verifier: Any, taken: tuple[Taken, ...], expected: Verdict
) -> None:
    bench = a_bench(
        act, people=with_people(verifier), person=verifier.id, role=Role.VERIFIER, taken=taken
    )

    assert GATE["L08"].check(bench).verdict is expected


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        pytest.param("checks", Verdict.NEEDS_HUMAN, id="nobody can say"),
        pytest.param("streets", Verdict.BLOCK, id="and of the unit of another handler"),
    ],
)
def test_a_handler_who_left_the_register_leaves_a_doubt(unit: str, expected: Verdict) -> None:
    people = {
        **{id_: person for id_, person in the_people().items() if id_ != "hu"},
        PersonId("gao"): a_person("gao", Role.VERIFIER, unit=unit),
    }
    bench = a_bench(Act.VERIFY, people=people, person="gao", taken=(HANDLED, BY_OFFICER))

    assert GATE["L08"].check(bench).verdict is expected


@pytest.mark.parametrize(
    ("is_met", "expected"),
    [
        pytest.param(True, Verdict.PASS, id="met"),
        pytest.param(False, Verdict.BLOCK, id="not met"),
    ],
)
def test_verified_means_that_the_close_condition_is_met(is_met: bool, expected: Verdict) -> None:
    finding = GATE["L10"].check(a_bench(Act.VERIFY, details={"condition_met": is_met}))

    assert finding.verdict is expected


def test_an_unmet_condition_is_told_in_the_packs_words() -> None:
    missing = GATE["L10"].check(a_bench(Act.VERIFY)).missing

    assert missing is not None
    assert "现场恢复" in missing.zh
    assert "the street is as it should be" in missing.en


CLOSED_AT = china("2026-03-02 09:00")
ON_DAY_SEVEN = china("2026-03-09 09:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    because: str = "recurrence"
    evidence: tuple[str, ...] = ("ab" * 32,)
    closed_at: datetime | None = CLOSED_AT
    at: datetime = ON_DAY_SEVEN


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(Reopening(), Verdict.PASS, id="on the seventh day"),
        pytest.param(
            Reopening(at=china("2026-03-09 23:59")), Verdict.PASS, id="at the seventh day's end"
        ),
        pytest.param(
            Reopening(at=china("2026-03-10 00:00")), Verdict.BLOCK, id="as the eighth day begins"
        ),
        pytest.param(
            Reopening(at=china("2026-03-10 00:00"), because="audit"),
            Verdict.PASS,
            id="an audit is never too late",
        ),
        pytest.param(
            Reopening(at=china("2026-03-10 00:00"), because="complaint-upheld"),
            Verdict.PASS,
            id="nor is a complaint",
        ),
        pytest.param(Reopening(evidence=()), Verdict.BLOCK, id="no evidence"),
        pytest.param(Reopening(closed_at=None), Verdict.BLOCK, id="no closing on record"),
    ],
)
def test_a_recurrence_opens_the_file_again_within_seven_days(
    asked: Reopening, expected: Verdict
) -> None:
    taken = () if asked.closed_at is None else (a_taken(Act.CLOSE, at=asked.closed_at),)
    bench = a_bench(
        Act.REOPEN,
        taken=taken,
        at=asked.at,
        details={"because": asked.because, "evidence": asked.evidence},
    )

    assert GATE["L11"].check(bench).verdict is expected


def test_the_days_count_from_the_latest_closing() -> None:
    closings = [
        a_taken(Act.CLOSE, at=china(day)) for day in ("2026-02-02 09:00", "2026-03-06 09:00")
    ]
    bench = a_bench(
        Act.REOPEN, taken=closings, details={"because": "recurrence", "evidence": ["ab" * 32]}
    )

    assert GATE["L11"].check(bench).verdict is Verdict.PASS


@pytest.mark.parametrize("act", [Act.DISCARD, Act.WITHDRAW])
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("not-a-violation", Verdict.PASS, id="of the pack"),
        pytest.param("no-time", Verdict.BLOCK, id="made up"),
    ],
)
def test_a_lead_is_let_go_by_a_reason_of_the_pack(act: Act, code: str, expected: Verdict) -> None:
    assert GATE["L14"].check(a_bench(act, details={"code": code})).verdict is expected


def test_a_pack_without_reasons_lets_nothing_go() -> None:
    duties = replace(a_city().duties, discard_reasons={})
    bench = a_bench(Act.DISCARD, policy=a_city(duties=duties), details={"code": "not-a-violation"})

    assert GATE["L14"].check(bench).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("proposer", "code", "expected"),
    [
        pytest.param("yang", "not-a-violation", Verdict.PASS, id="intake proposes"),
        pytest.param("xu", "not-a-violation", Verdict.BLOCK, id="an observer proposes"),
        pytest.param("nobody", "not-a-violation", Verdict.BLOCK, id="nobody knows who"),
        pytest.param("both", "not-a-violation", Verdict.BLOCK, id="the chief's own proposal"),
        pytest.param("yang", "no-time", Verdict.BLOCK, id="for a reason that is made up"),
    ],
)
def test_intake_proposes_what_the_chief_declines(
    proposer: str, code: str, expected: Verdict
) -> None:
    people = with_people(a_person("both", Role.DUTY_CHIEF, Role.INTAKE))
    chief = "both" if proposer == "both" else "guo"
    bench = a_bench(
        Act.DECLINE,
        people=people,
        person=chief,
        details={"proposed_by": proposer, "code": code},
    )

    assert GATE["L14"].check(bench).verdict is expected
