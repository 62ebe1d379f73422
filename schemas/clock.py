"""A clock that runs on a subject: when it warns, when it is broken, and who is told then.

start ├──────────── warn ── warn ──┤ due: breach ── rung ── rung ──►
                                   └ the limit of the deadline, in its own calendar
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from schemas.act import SubjectId
from schemas.errors import InvalidValueError
from schemas.limit import Calendar
from schemas.person import Role


class ClockKind(StrEnum):
    """One subject never has two open clocks of one kind."""

    # the work file (platform clocks, city's own; they may pause)
    TAKE = "take"
    DISPATCH = "dispatch"
    DISPOSAL = "disposal"
    DANGER = "danger"
    VERIFY = "verify"
    SUSPENSION_REVIEW = "suspension-review"
    TRANSFER_RECEIPT = "transfer-receipt"
    # the penalty case (statutory; they don't stop unless the statute says so)
    CORRECTION = "correction"
    FILING = "filing"
    PENALTY_90 = "penalty-90"
    RECORD_REVIEW = "record-review"
    TELL = "tell"
    DEFENCE = "defence"
    PRESERVATION = "preservation"
    URGENT_APPROVAL = "urgent-approval"
    SEIZURE = "seizure"
    HEARING_REQUEST = "hearing-request"
    HEARING_NOTICE = "hearing-notice"
    SERVICE = "service"
    PAYMENT = "payment"
    DEMAND = "demand"
    COURT = "court"
    REMEDY = "remedy"
    WITHDRAWAL = "withdrawal"
    SPOT_REPORT = "spot-report"
    # opinion incidents
    OPINION_REPORT = "opinion-report"


PLATFORM_CLOCKS: Final = frozenset(
    {
        ClockKind.TAKE,
        ClockKind.DISPATCH,
        ClockKind.DISPOSAL,
        ClockKind.DANGER,
        ClockKind.VERIFY,
        ClockKind.SUSPENSION_REVIEW,
        ClockKind.TRANSFER_RECEIPT,
    }
)
"""The city's own clocks, of the work file; they may pause. No other clock stops for us."""


class ClockState(StrEnum):
    """Only platform clocks pause; a statutory clock runs on."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class FiringKind(StrEnum):
    """What it means that an instant has come."""

    WARN = "warn"
    BREACH = "breach"
    ESCALATE = "escalate"


class Firing(Struct, frozen=True, kw_only=True):
    """An instant of a clock's plan. `role` is who is told; a warning goes to who works on it."""

    at: datetime
    kind: FiringKind
    role: Role | None = None


class Clock(Struct, frozen=True, kw_only=True):
    """A clock as it stands. `number` counts the clocks of its kind on the subject, from 1.

    `plan` is in order of time; the first `fired` of it have been told. `left_min` stands only
    while it is paused: how many minutes of its own calendar, `counted_by`, were left.
    """

    subject: SubjectId
    kind: ClockKind
    number: int
    state: ClockState
    started_at: datetime
    due_at: datetime
    plan: tuple[Firing, ...]
    fired: int = 0
    ended_at: datetime | None = None
    left_min: int | None = None
    reason: str = ""
    counted_by: Calendar = Calendar.CONTINUOUS

    def __post_init__(self) -> None:
        if not 0 <= self.fired <= len(self.plan):
            raise InvalidValueError(
                expected=f"0 … {len(self.plan)} firings told", got=self.fired, field=self.id
            )
        if (self.left_min is not None) != (self.state is ClockState.PAUSED):
            raise InvalidValueError(
                expected="what is left, while paused and only then",
                got=self.left_min,
                field=self.id,
            )

    @property
    def id(self) -> str:
        """Unique: subject, kind and number."""
        return f"{self.subject}/{self.kind}/{self.number}"

    @property
    def is_open(self) -> bool:
        """Runs, or will run again."""
        return self.state is not ClockState.STOPPED

    @property
    def next_at(self) -> datetime | None:
        """When it fires next, if it runs and has anything left to say."""
        if self.state is not ClockState.RUNNING or self.fired == len(self.plan):
            return None
        return self.plan[self.fired].at
