"""The data of each message type that goes out to dispatchers, as it stands in JSON."""

from typing import Annotated

from pydantic import Field

from schemas.alarm import AlarmState
from schemas.clock import ClockKind, FiringKind
from schemas.disposition import Change
from schemas.lane import Lane
from schemas.person import Role
from schemas.trouble import Severity
from schemas.wire.data import (
    Count,
    Data,
    Digest,
    EvidenceData,
    Instant,
    MatterData,
    Name,
    PlaceData,
    Prose,
)
from schemas.workfile import CaseState, Queue, Route


class ReasonData(Data):
    """A rule that spoke, with the clause behind it."""

    rule: Name
    clause: Name


class CaseData(Data):
    """A case as it stood at `version`. `due_at` is the instant of its disposal limit.

    `acts` counts what people did on it; `linked` is the soft case that a danger was lifted out of.
    """

    id: Name
    version: Annotated[int, Field(strict=True, ge=1)]
    state: CaseState
    route: Route
    queue: Queue
    matter: MatterData | None
    place: PlaceData | None
    camera: Name | None
    opened_at: Instant
    due_at: Instant
    last_seen_at: Instant
    sightings: Count
    acts: Count
    linked: Name | None


class TitleData(Data):
    """The matter in words."""

    zh: Name
    en: Name


class DispositionV1(Data):
    """Data of `offsite.disposition.v1`: a new case for a queue."""

    case: CaseData
    title: TitleData
    reasons: list[ReasonData]
    evidence: list[EvidenceData]


class CaseChangedV1(Data):
    """Data of `offsite.case-changed.v1`: a case in a queue has a new version."""

    case: CaseData
    change: Change
    reasons: list[ReasonData]
    evidence: list[EvidenceData]


class PageV1(Data):
    """Data of `offsite.page.v1`: a clock warns, is broken, or goes up a rung.

    `at` is the instant that its plan names. No `role`: for whoever works on the subject.
    """

    subject: Name
    clock: ClockKind
    firing: FiringKind
    role: Role | None
    due_at: Instant
    at: Instant
    title: TitleData


class AddressData(Data):
    """Where the message lies in Kafka."""

    topic_id: Name
    partition: Count
    offset: Count


class DeadLetterV1(Data):
    """Data of `offsite.dead-letter.v1`: parked, by address and digest, never by content."""

    address: AddressData
    reason: Annotated[str, Field(max_length=2000)]
    payload_sha256: Digest
    source: Name | None = None
    id: Name | None = None


class ProbeReturnedV1(Data):
    """Data of `offsite.probe-returned.v1`: a probe was decided; nobody but the prober waits."""

    lane: Lane
    number: Count
    sent_at: Instant
    received_at: Instant
    address: AddressData


class AlarmV1(Data):
    """Data of `offsite.alarm.v1`: something is wrong with the house, or not any more.

    `alarm` stays the same from raised to recovered. `since`: when it went wrong; `at`: when the
    alarm was raised, or the trouble was over. `touches` names open cases that wait for it.
    """

    alarm: Name
    state: AlarmState
    key: Name
    kind: Name
    severity: Severity
    sentence: Prose
    touches: Prose
    since: Instant
    at: Instant
