"""A whole policy pack for tests of the law: every deadline, bands, grants, devices, two years."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from handlers.decisions.law.calendar import WorkingCalendar, Year
from handlers.decisions.law.catalogue import HasParty, MatterPolicy, Norm, PenaltyBasis
from handlers.decisions.law.deadlines import Deadline
from handlers.decisions.law.discretion import (
    Band,
    BandKey,
    BandStep,
    Circumstance,
    Discretion,
    HarmClass,
    PartyKind,
)
from handlers.decisions.law.duties import Duties, ForbiddenPair, ReasonCode
from handlers.decisions.law.leniency import FirstViolation, Leniency
from handlers.decisions.policy import Policy
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.clock import PLATFORM_CLOCKS, ClockKind
from schemas.danger import Danger
from schemas.limit import Limit, Unit
from schemas.matter import MatterKey
from schemas.penalty import Ground
from schemas.words import Words
from schemas.workfile import Queue, Route
from tests.support.authorities import STRUCTURE, an_authority
from tests.support.builders import (
    BLOCKED_EXIT,
    LITTER,
    OPEN_MANHOLE,
    STALL,
    a_digest,
    a_matter_policy,
)
from tests.support.calendars import CALENDAR, HOURS, calendar_days, continuous, days, statutory
from tests.support.clocks import LADDER, NO_LADDER

PARKING: Final = MatterKey("GB/T 47678.5-2026", "matter", "09009")
"""Soft; the traffic police have the power."""


TWO_YEARS: Final = WorkingCalendar(
    years={
        **CALENDAR.years,
        2027: Year(
            holidays=frozenset(
                {
                    *days("2027-01-01", "2027-01-03"),
                    *days("2027-02-05", "2027-02-11"),
                    *days("2027-04-03", "2027-04-05"),
                    *days("2027-05-01", "2027-05-05"),
                    *days("2027-06-09", "2027-06-09"),
                    *days("2027-09-15", "2027-09-15"),
                    *days("2027-10-01", "2027-10-07"),
                }
            ),
            make_up_days=frozenset(),
            source="made up, for tests",
        ),
    },
    hours=HOURS,
)

_LIMITS: Final[Mapping[ClockKind, Limit]] = {
    ClockKind.TAKE: continuous(30, Unit.MINUTE),
    ClockKind.DISPATCH: continuous(30, Unit.MINUTE),
    ClockKind.DISPOSAL: continuous(2),
    ClockKind.DANGER: continuous(5, Unit.MINUTE),
    ClockKind.VERIFY: continuous(2),
    ClockKind.SUSPENSION_REVIEW: calendar_days(30),
    ClockKind.TRANSFER_RECEIPT: statutory(1),
    ClockKind.CORRECTION: statutory(3),
    ClockKind.FILING: statutory(2),
    ClockKind.PENALTY_90: calendar_days(90),
    ClockKind.RECORD_REVIEW: statutory(5),
    ClockKind.TELL: statutory(5),
    ClockKind.DEFENCE: statutory(3),
    ClockKind.PRESERVATION: statutory(7),
    ClockKind.URGENT_APPROVAL: continuous(24),
    ClockKind.SEIZURE: calendar_days(30),
    ClockKind.HEARING_REQUEST: statutory(5),
    ClockKind.HEARING_NOTICE: statutory(7),
    ClockKind.SERVICE: statutory(7),
    ClockKind.PAYMENT: calendar_days(15),
    ClockKind.DEMAND: statutory(10),
    ClockKind.COURT: calendar_days(3, Unit.MONTH),
    ClockKind.REMEDY: calendar_days(6, Unit.MONTH),
    ClockKind.WITHDRAWAL: statutory(3),
    ClockKind.SPOT_REPORT: statutory(2),
    ClockKind.OPINION_REPORT: continuous(10),
}
_YUAN: Final[Mapping[HarmClass, int]] = {
    HarmClass.MINOR: 100,
    HarmClass.ORDINARY: 500,
    HarmClass.GRAVE: 2000,
}
"""What the middle step begins at for a citizen; an organisation pays ten times as much."""
_FACTORS: Final[Mapping[BandStep, tuple[int, int]]] = {
    BandStep.BELOW_RANGE: (0, 20),
    BandStep.LIGHTER: (20, 100),
    BandStep.ORDINARY: (100, 200),
    BandStep.HEAVIER: (200, 300),
}
"""Per cent of it: from, to."""
_CIRCUMSTANCES: Final = (
    ("coerced", "受他人胁迫", BandStep.BELOW_RANGE),
    ("corrected", "主动消除或减轻危害后果", BandStep.LIGHTER),
    ("confessed", "主动供述", BandStep.LIGHTER),
    ("aged-14-17", "十四至十七周岁", BandStep.LIGHTER),
    ("repeated", "一年内再次违法", BandStep.HEAVIER),
    ("obstructed", "妨碍执法", BandStep.HEAVIER),
)


def a_deadline_of(kind: ClockKind) -> Deadline:
    return Deadline(
        kind=kind,
        title=Words("时限", f"{kind} limit"),
        limit=_LIMITS[kind],
        is_statutory=kind not in PLATFORM_CLOCKS,
        warn_before=(),
        ladder="danger" if kind is ClockKind.DANGER else "none",
        clause="for tests",
        certainty=Certainty.PROPOSAL,
    )


def bands(matter: MatterKey = STALL, *, percent: int = 100) -> dict[BandKey, Band]:
    """A band for each harm, step and party: 20–100 yuan, 100–500 … ; `percent` moves them all."""
    made = {}
    for harm, middle in _YUAN.items():
        for step, (least, most) in _FACTORS.items():
            for party, times in ((PartyKind.CITIZEN, 1), (PartyKind.ORGANISATION, 10)):
                made[matter, harm, step, party] = Band(
                    matter=matter,
                    harm=harm,
                    step=step,
                    party=party,
                    least_fen=middle * times * least * percent // 100,
                    most_fen=middle * times * most * percent // 100,
                    clause="for tests",
                    certainty=Certainty.PROPOSAL,
                )
    return made


def a_discretion(
    *, percent: int = 100, published: str = "https://city.example/2026-3"
) -> Discretion:
    return Discretion(
        bands={**bands(percent=percent), **bands(BLOCKED_EXIT, percent=percent)},
        circumstances={
            id_: Circumstance(
                id=id_,
                title=Words(zh, id_),
                step=step,
                clause="行政处罚法 30 – 32",
                certainty=Certainty.TEXT,
            )
            for id_, zh, step in _CIRCUMSTANCES
        },
        published=published,
    )


def a_first_violation_row(matter: MatterKey = STALL, **changes: Any) -> FirstViolation:
    row = FirstViolation(
        matter=matter,
        ground=Ground.FIRST,
        look_back=calendar_days(12, Unit.MONTH),
        most_harm_fen=50_000,
        harm=Words("危害后果轻微", "slight harm"),
        correction=continuous(2),
        needs_cooperation=False,
        clause="行政处罚法 33",
        certainty=Certainty.PROPOSAL,
    )
    return replace(row, **changes)


def a_punishable(key: MatterKey = STALL, **changes: Any) -> MatterPolicy:
    """A soft matter of ours with a party and a basis."""
    matter = replace(
        a_matter_policy(key),
        has_party=HasParty.YES,
        basis=PenaltyBasis(
            norm=Norm.ADMINISTRATIVE_REGULATION,
            forbids="城市市容和环境卫生管理条例 14",
            punishes="城市市容和环境卫生管理条例 36",
            certainty=Certainty.TEXT,
        ),
    )
    return replace(matter, **changes)


def _matters() -> tuple[MatterPolicy, ...]:
    return (
        a_punishable(is_amenity=True, lifted_by=frozenset({Danger.FIRE_LANE})),
        a_punishable(BLOCKED_EXIT, is_safety=True, route=Route.ZERO_TOLERANCE),
        a_punishable(STRUCTURE),
        a_punishable(PARKING, receiver=Words("公安交通管理部门", "traffic police")),
        a_matter_policy(OPEN_MANHOLE, route=Route.SERVICE, is_safety=True),
        a_matter_policy(LITTER, route=Route.SERVICE),
    )


def a_city(**changes: Any) -> Policy:
    """The whole pack. Each call gives a new, equal one; name only what the test is about."""
    policy = Policy(
        name="test-city",
        version="1",
        valid_from=date(2026, 1, 1),
        digest=a_digest("test city"),
        sample_one_in=10**12,
        least_confidence_permille=500,
        triage_limit={queue: continuous(30, Unit.MINUTE) for queue in Queue},
        matters={matter.key: matter for matter in _matters()},
        calendar=TWO_YEARS,
        leniency=Leniency(first_violations={STALL: a_first_violation_row()}),
        discretion=a_discretion(),
        authority=an_authority(),
        deadlines={kind: a_deadline_of(kind) for kind in ClockKind},
        ladders={"danger": LADDER, "none": NO_LADDER},
        duties=Duties(
            pairs=(
                ForbiddenPair(
                    id="decide-collect",
                    title=Words("罚缴分离", "decide and collect"),
                    these=frozenset({Act.DECIDE}),
                    those=frozenset({Act.PAY}),
                    clause="行政处罚法 67",
                ),
            ),
            discard_reasons={
                "not-a-violation": ReasonCode(
                    id="not-a-violation", title=Words("不构成违法", "no violation")
                ),
            },
        ),
    )
    return replace(policy, **changes)
