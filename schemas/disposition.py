"""What leaves the house: a task, a change of it, a page of a clock, or a dead letter."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from schemas.act import SubjectId
from schemas.clock import ClockKind, FiringKind
from schemas.evidence import EvidenceRef
from schemas.ids import Address, EventId, Sha256
from schemas.lane import Lane
from schemas.person import Role
from schemas.workfile import WorkFile


class Reason(Struct, frozen=True, kw_only=True):
    """A rule that spoke, with the clause a lawyer will ask for."""

    rule: str
    clause: str


class Disposition(Struct, frozen=True, kw_only=True):
    """A new case for a queue. `id` is the consumer's dedupe key: it may come twice."""

    id: str
    case: WorkFile
    title_zh: str
    title_en: str
    reasons: tuple[Reason, ...]
    evidence: tuple[EvidenceRef, ...]


class Change(StrEnum):
    """What happened to a case that was already in a queue."""

    EXTENDED = "extended"
    ACTED = "acted"


class CaseChanged(Struct, frozen=True, kw_only=True):
    """A case has a new version. `id` is the consumer's dedupe key."""

    id: str
    case: WorkFile
    change: Change
    reasons: tuple[Reason, ...]
    evidence: tuple[EvidenceRef, ...]


class Page(Struct, frozen=True, kw_only=True):
    """A clock has something to say. `id` is the consumer's dedupe key: it may come twice.

    `at` is the instant of the clock's plan. No `role`: it goes to who works on the subject.
    """

    id: str
    subject: SubjectId
    clock: ClockKind
    firing: FiringKind
    role: Role | None
    due_at: datetime
    at: datetime
    title_zh: str
    title_en: str


class DeadLetter(Struct, frozen=True, kw_only=True):
    """A message that could not become a decision, told by address and digest, not by content."""

    id: str
    address: Address
    reason: str
    payload: Sha256
    event_id: EventId | None = None


class ProbeReturned(Struct, frozen=True, kw_only=True):
    """A probe was decided. Only the prober waits for it; `id` is its dedupe key."""

    id: str
    lane: Lane
    number: int
    sent_at: datetime
    received_at: datetime
    address: Address
