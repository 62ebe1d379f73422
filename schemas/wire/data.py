"""The data of each message type that may come in, as it stands in JSON.

These models are the source of `docs/schemas/`. Fields that we don't know are let through:
a newer producer may say more.
"""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.errors import InvalidValueError
from schemas.evidence import EvidenceKind
from schemas.instants import parse_instant
from schemas.lane import Lane
from schemas.observation import Phase
from schemas.report import Reporter
from schemas.signal import SignalKind
from schemas.wire.plain import is_plain, is_prose


def _plain(text: str) -> str:
    if not is_plain(text):
        raise InvalidValueError(expected="one line of printable characters", got=repr(text[:80]))
    return text


def _prose(text: str) -> str:
    if not is_prose(text):
        raise InvalidValueError(expected="printable characters", got=repr(text[:80]))
    return text


def _instant(value: object) -> datetime:
    if not isinstance(value, str):  # a TypeError would get past pydantic
        raise InvalidValueError(expected="an instant in RFC 3339", got=repr(value))
    return parse_instant(value)


Name = Annotated[str, Field(min_length=1, max_length=256), AfterValidator(_plain)]
Prose = Annotated[str, Field(max_length=4000), AfterValidator(_prose)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Confidence = Annotated[float, Field(strict=True, ge=0, le=1)]
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Data(BaseModel):
    """What all data has in common: frozen; unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Dangers = Annotated[list[Danger], Field(max_length=20)]
"""A closed list, so that no misspelt danger is passed over in silence."""


class MatterData(Data):
    """A matter by its only unique name."""

    standard: Name
    kind: Name
    code: Name


class PlaceData(Data):
    """At least one of id, grid_cell, longitude with latitude (CGCS2000), address."""

    id: Name | None = None
    grid_cell: Name | None = None
    address: Name | None = None
    longitude: Number | None = None
    latitude: Number | None = None


class EvidenceData(Data):
    """Bytes by their digest. `media_time_ms` counts from the recording's first frame."""

    sha256: Digest
    media_type: Name
    bytes: Annotated[int, Field(strict=True, ge=1, lt=2**53)]
    kind: EvidenceKind
    media_time_ms: Count | None = None


class FrameData(Data):
    """Picture size in pixels."""

    width: Annotated[int, Field(strict=True, ge=1, le=65_536)]
    height: Annotated[int, Field(strict=True, ge=1, le=65_536)]


class ThingData(Data):
    """An object; `box` is x1 y1 x2 y2 in pixels of `frame`."""

    kind: Name
    box: Annotated[list[Number], Field(min_length=4, max_length=4)]
    confidence: Confidence
    track: Name | None = None


class DwellData(Data):
    """Bounds of a stay: what was seen, and what was seen plus what was not."""

    at_least_ms: Count
    at_most_ms: Count


class ZoneData(Data):
    """The zone of the camera's picture, and what that ground is for."""

    id: Name
    kind: ZoneKind


class WordsData(Data):
    """The same said in Chinese and in English."""

    zh: Annotated[Prose, Field(min_length=1)]
    en: Annotated[Prose, Field(min_length=1)]


class ObservationV1(Data):
    """Data of `offsite.observation.v1`."""

    matter: MatterData
    place: PlaceData
    camera: Name
    zone: ZoneData
    rule: Name
    occurrence: Name
    phase: Phase
    sequence: Count
    first_seen_at: Instant
    last_seen_at: Instant
    dwell: DwellData
    confidence: Confidence
    frame: FrameData
    things: Annotated[list[ThingData], Field(max_length=200)] = []
    evidence: Annotated[list[EvidenceData], Field(max_length=50)] = []
    model: Name | None = None
    dangers: Dangers = []
    reason: WordsData | None = None


class ReportV1(Data):
    """Data of `offsite.report.v1`."""

    reporter: Reporter
    text: Prose = ""
    matter: MatterData | None = None
    place: PlaceData | None = None
    camera: Name | None = None
    upstream_number: Name | None = None
    evidence: Annotated[list[EvidenceData], Field(max_length=50)] = []
    dangers: Dangers = []


class SignalV1(Data):
    """Data of `offsite.signal.v1`."""

    camera: Name
    kind: SignalKind
    from_at: Instant
    until_at: Instant
    text: Prose
    frames: Count | None = None


class ProbeV1(Data):
    """Data of `offsite.probe.v1`: goes the whole way and means nothing else."""

    lane: Lane
    number: Count
    sent_at: Instant
