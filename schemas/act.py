"""What people do, as values: a command, what it says, and what was done before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from schemas.errors import InvalidValueError
from schemas.instants import parse_instant, require_zone
from schemas.person import PersonId, Role

SubjectId = NewType("SubjectId", str)
"""What an act is about: a case, an opinion incident, a policy pack."""
CommandId = NewType("CommandId", str)


class Act(StrEnum):
    """Imperatives, one word each on the command line. The tables of the lives say the rest."""

    # the work file
    CLASSIFY = "classify"
    OPEN = "open"
    DECLINE = "decline"
    DISCARD = "discard"
    MERGE = "merge"
    LIFT = "lift"
    DOWNGRADE = "downgrade"
    DISPATCH = "dispatch"
    RETURN = "return"
    ACCEPT = "accept"
    CLEAR = "clear"
    SUSPEND = "suspend"
    RESUME = "resume"
    FEEDBACK = "feedback"
    VERIFY = "verify"
    REWORK = "rework"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    ESCALATE = "escalate"
    TRANSFER = "transfer"
    RECEIPT = "receipt"
    REFUSED_BY_RECEIVER = "refused-by-receiver"
    # evidence, footage and doubts, in either life
    SETTLE_DOUBT = "settle-doubt"
    VIEW = "view"
    FETCH = "fetch"
    PUBLISH_MEDIA = "publish-media"
    HOLD = "hold"
    RELEASE_HOLD = "release-hold"
    # the penalty case
    CONSIDER = "consider"
    PERSUADE = "persuade"
    DEMONSTRATE = "demonstrate"
    WARN = "warn"
    INTERVIEW = "interview"
    ORDER_CORRECTION = "order-correction"
    CORRECTED = "corrected"
    RECHECK = "recheck"
    EXCUSE = "excuse"
    FILE = "file"
    NOT_FILE = "not-file"
    ASSIGN_OFFICERS = "assign-officers"
    DECLARE_INTEREST = "declare-interest"
    DECIDE_RECUSAL = "decide-recusal"
    IDENTIFY = "identify"
    COLLECT = "collect"
    REVIEW_RECORD = "review-record"
    EXCLUDE = "exclude"
    TELL = "tell"
    PRESERVE = "preserve"
    SETTLE_PRESERVED = "settle-preserved"
    APPROVE_SEIZURE = "approve-seizure"
    SEIZE = "seize"
    EXTEND_SEIZURE = "extend-seizure"
    RELEASE = "release"
    PROPOSE = "propose"
    NOTIFY = "notify"
    DEFEND = "defend"
    WAIVE = "waive"
    LAPSE = "lapse"
    ANSWER_DEFENCE = "answer-defence"
    ASK_HEARING = "ask-hearing"
    ANNOUNCE_HEARING = "announce-hearing"
    HOLD_HEARING = "hold-hearing"
    SUBMIT_REVIEW = "submit-review"
    REVIEW_LEGALLY = "review-legally"
    DISCUSS = "discuss"
    DECIDE = "decide"
    DECIDE_ON_SPOT = "decide-on-spot"
    REPORT_SPOT = "report-spot"
    CONSENT_TO_E_SERVICE = "consent-to-e-service"
    SERVE = "serve"
    PAY = "pay"
    COLLECT_ON_SPOT = "collect-on-spot"
    DEFER = "defer"
    SURCHARGE = "surcharge"
    DEMAND = "demand"
    APPLY_TO_COURT = "apply-to-court"
    FORCE = "force"
    PERFORMED = "performed"
    PUBLISH_DECISION = "publish-decision"
    WITHDRAW_PUBLICATION = "withdraw-publication"
    FILE_REMEDY = "file-remedy"
    REMEDY_RESULT = "remedy-result"
    STAY = "stay"
    LIFT_STAY = "lift-stay"
    ARCHIVE = "archive"
    TERMINATE = "terminate"
    REVOKE = "revoke"
    DECLARE_VOID = "declare-void"
    HAND_TO_JUSTICE = "hand-to-justice"
    MERGE_PENALTY = "merge-penalty"
    COMPLAIN = "complain"
    CORRECT_ERROR = "correct-error"
    # opinion incidents
    DETECT_OPINION = "detect-opinion"
    GRADE_OPINION = "grade-opinion"
    ANSWER_OPINION = "answer-opinion"
    REPORT_OPINION = "report-opinion"
    CLOSE_OPINION = "close-opinion"
    # policy packs
    PROPOSE_PACK = "propose-pack"
    PUBLISH_PACK = "publish-pack"


class Method721(StrEnum):
    """721工作法: which kind of work an act is. Reported, and never a quota."""

    SERVICE = "service"
    MANAGE = "manage"
    ENFORCE = "enforce"


Plain = str | int | bool | Sequence[str]
"""What a field of an act may hold; money in fen, digests and ids as text."""


@dataclass(frozen=True, slots=True)
class Details:
    """What an act says, by the names that its row in the table gives. Checked before any gate."""

    fields: Mapping[str, Plain]

    def text(self, name: str) -> str:
        """Empty where it isn't said."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        """Absent where it isn't said."""
        value = self.fields.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def says(self, name: str) -> bool:
        """A flag; not said is no."""
        return self.fields.get(name) is True

    def listed(self, name: str) -> tuple[str, ...]:
        """Empty where it isn't said."""
        value = self.fields.get(name, ())
        return () if isinstance(value, str | int) else tuple(value)

    def instant(self, name: str) -> datetime | None:
        """Absent where it isn't said."""
        text = self.text(name)
        return parse_instant(text, name) if text else None

    def person(self, name: str) -> PersonId | None:
        """Absent where it isn't said."""
        text = self.text(name)
        return PersonId(text) if text else None


NOTHING_SAID: Details = Details({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a person wants done. The same `id` is the same command, however often it comes.

    `expected` is the number of acts that the person has seen on the subject; `at` is when it was
    done on the street, which may be some hours before it is entered. `role` may be left to us.
    """

    id: CommandId
    subject: SubjectId
    expected: int
    act: Act
    person: PersonId
    at: datetime
    role: Role | None = None
    details: Details = NOTHING_SAID

    def __post_init__(self) -> None:
        require_zone(self.at, "at")
        if not self.id or not self.subject or not self.person:
            raise InvalidValueError(expected="a command id, a subject and a person", got=repr(self))
        if self.expected < 0:
            raise InvalidValueError(expected="0 or more acts", got=self.expected, field="expected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An act that was done. `number` counts from 1 on its subject."""

    number: int
    act: Act
    person: PersonId
    role: Role
    at: datetime
    recorded_at: datetime
    details: Details

    @property
    def people(self) -> frozenset[PersonId]:
        """All who did it: who says so, and who is named as the second officer."""
        second = self.details.person("second")
        return frozenset({self.person} if second is None else {self.person, second})


def plain_details(fields: Mapping[str, Any]) -> Details:
    """Take up details from outside; nothing but text, whole numbers, flags and lists of text.

    Raises:
        InvalidValueError: which field, what came.
    """
    for name, value in fields.items():
        listed = isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
        if not isinstance(value, str | int) and not listed:
            raise InvalidValueError(
                expected="text, a whole number, true, false, or a list of texts",
                got=repr(value),
                field=f"details.{name}",
            )
    return Details({k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()})
