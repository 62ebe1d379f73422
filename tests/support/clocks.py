"""Builds deadlines, ladders and clocks: name only what the test is about."""

from datetime import datetime, timedelta
from typing import Final

from handlers.decisions.clocks import in_milliseconds, start
from handlers.decisions.law.deadlines import Deadline, Ladder, Rung
from schemas.act import SubjectId
from schemas.certainty import Certainty
from schemas.clock import Clock, ClockKind, ClockState, Firing, FiringKind
from schemas.disposition import Page
from schemas.limit import Limit, Unit
from schemas.person import Role
from schemas.words import Words
from tests.support.calendars import CALENDAR, china, continuous

MONDAY: Final = china("2026-03-09 09:00")
SUBJECT: Final = SubjectId("C260309-AAAAAAAAAAAA")
NO_LADDER: Final = Ladder(id="none", rungs=())
LADDER: Final = Ladder(
    id="danger",
    rungs=(
        Rung(after=None, role=Role.DUTY_CHIEF),
        Rung(after=continuous(10, Unit.MINUTE), role=Role.HEAD),
        Rung(after=continuous(1), role=Role.AUDITOR),
    ),
)


def a_deadline(
    limit: Limit | None = None,
    *,
    kind: ClockKind = ClockKind.DISPOSAL,
    is_statutory: bool = False,
    warn_before: tuple[Limit, ...] = (),
    ladder: str = "danger",
    clause: str = "for tests",
) -> Deadline:
    return Deadline(
        kind=kind,
        title=Words("处置时限", "Disposal"),
        limit=limit or continuous(2),
        is_statutory=is_statutory,
        warn_before=warn_before,
        ladder=ladder,
        clause=clause,
        certainty=Certainty.PROPOSAL,
    )


def a_clock(
    deadline: Deadline | None = None,
    *,
    ladder: Ladder = LADDER,
    subject: SubjectId = SUBJECT,
    number: int = 1,
    at: datetime = MONDAY,
) -> Clock:
    return start(
        deadline or a_deadline(),
        ladder,
        subject,
        number=number,
        at=at,
        calendar=CALENDAR,
    )


def a_page(role: Role | None = Role.DUTY_CHIEF) -> Page:
    return Page(
        id=f"{SUBJECT}/disposal/1/1",
        subject=SUBJECT,
        clock=ClockKind.DISPOSAL,
        firing=FiringKind.BREACH,
        role=role,
        due_at=MONDAY,
        at=MONDAY,
        title_zh="处置时限",
        title_en="Disposal",
    )


def a_bare_clock(
    subject: str = SUBJECT,
    *,
    due_at: datetime,
    kind: ClockKind = ClockKind.DISPOSAL,
    number: int = 1,
    above: tuple[timedelta, ...] = (),
) -> Clock:
    """It has a breach, and rungs so long after it."""
    due_at = in_milliseconds(due_at)
    rungs = tuple(
        Firing(at=due_at + after, kind=FiringKind.ESCALATE, role=Role.HEAD) for after in above
    )
    return Clock(
        subject=SubjectId(subject),
        kind=kind,
        number=number,
        state=ClockState.RUNNING,
        started_at=due_at - timedelta(hours=2),
        due_at=due_at,
        plan=(Firing(at=due_at, kind=FiringKind.BREACH, role=Role.DUTY_CHIEF), *rungs),
    )
