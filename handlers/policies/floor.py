"""What no pack may fall short of: the law's own pairs, and the law's own time limits."""

from collections.abc import Mapping
from typing import Final

from schemas.act import Act
from schemas.clock import ClockKind
from schemas.limit import Calendar, Limit, Unit

Sides = tuple[frozenset[Act], frozenset[Act]]

_INVESTIGATING: Final = frozenset({Act.COLLECT, Act.IDENTIFY, Act.PROPOSE, Act.NOTIFY})

PAIRS: Final[Mapping[str, Sides]] = {
    "capture-review": (frozenset({Act.COLLECT}), frozenset({Act.REVIEW_RECORD})),
    "investigate-legal-review": (_INVESTIGATING, frozenset({Act.REVIEW_LEGALLY})),
    "investigate-hearing": (_INVESTIGATING, frozenset({Act.HOLD_HEARING})),
    "handle-verify": (
        frozenset({Act.ACCEPT, Act.FEEDBACK}),
        frozenset({Act.VERIFY, Act.REWORK}),
    ),
    "decide-collect": (frozenset({Act.DECIDE}), frozenset({Act.PAY, Act.COLLECT_ON_SPOT})),
    "propose-publish": (frozenset({Act.PROPOSE_PACK}), frozenset({Act.PUBLISH_PACK})),
}
"""Pairs by id, with the least that stands on either side: 行政处罚法 41, 58, 64, 67."""


def _working_days(amount: int) -> Limit:
    return Limit(amount=amount, unit=Unit.DAY, calendar=Calendar.STATUTORY_WORKING)


def _calendar_days(amount: int) -> Limit:
    return Limit(amount=amount, unit=Unit.DAY, calendar=Calendar.CALENDAR)


STATUTE: Final[Mapping[ClockKind, Limit]] = {
    ClockKind.PRESERVATION: _working_days(7),
    ClockKind.URGENT_APPROVAL: Limit(amount=24, unit=Unit.HOUR, calendar=Calendar.CONTINUOUS),
    ClockKind.SEIZURE: _calendar_days(30),
    ClockKind.HEARING_REQUEST: _working_days(5),
    ClockKind.HEARING_NOTICE: _working_days(7),
    ClockKind.SERVICE: _working_days(7),
    ClockKind.PAYMENT: _calendar_days(15),
    ClockKind.DEMAND: _working_days(10),
    ClockKind.COURT: Limit(amount=3, unit=Unit.MONTH, calendar=Calendar.CALENDAR),
    ClockKind.WITHDRAWAL: _working_days(3),
    ClockKind.OPINION_REPORT: Limit(amount=10, unit=Unit.HOUR, calendar=Calendar.CONTINUOUS),
}
"""Limits that a law or the notice fixes: 行政处罚法 48, 56, 61, 64, 67; 行政强制法 19, 25, 53, 54.

The 90 days of 行政处罚法 60 are not among them: a law, regulation or rule may differ.
"""
