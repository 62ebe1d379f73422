"""What leaves for the dispatchers: a task, a change of it, or a dead letter."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.evidence import EvidenceRef
from schemas.ids import Address, EventId, Sha256
from schemas.workfile import WorkFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A rule that spoke, with the clause a lawyer will ask for."""

    rule: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChanged:
    """A case has a new version. `id` is the consumer's dedupe key."""

    id: str
    case: WorkFile
    change: Change
    reasons: tuple[Reason, ...]
    evidence: tuple[EvidenceRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that could not become a decision, told by address and digest, not by content."""

    id: str
    address: Address
    reason: str
    payload: Sha256
    event_id: EventId | None = None
