"""All that a decision rests on. Stored with it, so that it can be made again years later."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.evidence import EvidenceRef
from schemas.ids import Address, CameraId, CaseId, EventId, OccurrenceId, Sha256
from schemas.lane import Lane
from schemas.matter import MatterKey
from schemas.observation import Observation, Phase
from schemas.place import Place
from schemas.probe import Probe
from schemas.report import Report
from schemas.signal import StreamSignal
from schemas.workfile import WorkFile


class Sighting(Struct, frozen=True, kw_only=True):
    """Something is said to be wrong somewhere: the common ground of observations and reports.

    `dwell`, `confidence_permille`, `phase` and `occurrence` are absent where a person speaks.
    """

    occurred_at: datetime
    matter: MatterKey | None
    place: Place | None
    camera: CameraId | None
    evidence: tuple[EvidenceRef, ...]
    zone_kind: ZoneKind | None = None
    phase: Phase | None = None
    occurrence: OccurrenceId | None = None
    dwell_at_least: timedelta | None = None
    confidence_permille: int | None = None
    dangers: frozenset[Danger] = frozenset()

    @property
    def place_key(self) -> str | None:
        """The same key is the same spot."""
        return None if self.place is None else self.place.key


class CameraSignal(Struct, frozen=True, kw_only=True):
    """A camera worker says when it looked, when it could not, or that time can't be trusted.

    What was recorded before stretches were kept has none.
    """

    occurred_at: datetime
    camera: CameraId
    kind: str
    from_at: datetime | None = None
    until_at: datetime | None = None
    text: str | None = None
    frames: int | None = None


class ProbeSaid(Struct, frozen=True, kw_only=True):
    """A message of the prober's: `occurred_at` is when it was sent."""

    occurred_at: datetime
    lane: Lane
    number: int


class Undecodable(Struct, frozen=True, kw_only=True):
    """Bytes that no reader of ours understands, with what was expected and what came."""

    reason: str


Content = Sighting | CameraSignal | ProbeSaid | Undecodable


class Claim(Struct, frozen=True, kw_only=True):
    """Who said an event id first, and the digest of what was said then."""

    event_id: EventId
    first: Address
    input: Sha256


class Overload(Struct, frozen=True, kw_only=True):
    """A lane that is behind: by so much as its oldest message was taken up, and since when."""

    lag: timedelta
    since: datetime


class Facts(Struct, frozen=True, kw_only=True):
    """One message and what the city knew when it was decided.

    `received_at` is the broker's append time, so it is the same at every replay.
    `claim` is absent where no event id could be read. `open_case` is the case that was open at
    the sighting's site; `linked_case` the soft one there, where a danger is lifted out of it.
    `overload` is absent where the lane kept up, or where nobody asked.
    """

    address: Address
    received_at: datetime
    lane: Lane
    input: Sha256
    content: Content
    claim: Claim | None = None
    open_case: WorkFile | None = None
    linked_case: CaseId | None = None
    overload: Overload | None = None


def sighting_of(body: Observation | Report, *, occurred_at: datetime) -> Sighting:
    """Take from a message what decisions may look at."""
    if isinstance(body, Report):
        return Sighting(
            occurred_at=occurred_at,
            matter=body.matter,
            place=_to_millionths(body.place),
            camera=body.camera,
            evidence=body.evidence,
            dangers=body.dangers,
        )
    return Sighting(
        occurred_at=occurred_at,
        matter=body.matter,
        place=_to_millionths(body.place),
        camera=body.camera,
        evidence=body.evidence,
        zone_kind=body.zone_kind,
        phase=body.phase,
        occurrence=body.occurrence,
        dwell_at_least=body.dwell.at_least,
        confidence_permille=int(body.confidence * 1000),
        dangers=body.dangers,
    )


def signal_of(body: StreamSignal, *, occurred_at: datetime) -> CameraSignal:
    """Take from a camera's signal what is kept of it."""
    return CameraSignal(
        occurred_at=occurred_at,
        camera=body.camera,
        kind=body.kind.value,
        from_at=_to_milliseconds(body.from_at),
        until_at=_to_milliseconds(body.until_at),
        text=body.text,
        frames=body.frames,
    )


def probe_of(body: Probe) -> ProbeSaid:
    """Take from a probe what comes back of it."""
    return ProbeSaid(occurred_at=_to_milliseconds(body.sent_at), lane=body.lane, number=body.number)


def _to_milliseconds(instant: datetime) -> datetime:
    """Cut as the record does, so that the same stretch is kept in both."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _to_millionths(place: Place | None) -> Place | None:
    """Round as the record does, so that a replay finds the same cell."""
    if place is None or place.longitude is None or place.latitude is None:
        return place
    longitude = round(place.longitude * 1_000_000) / 1_000_000
    latitude = round(place.latitude * 1_000_000) / 1_000_000
    if (longitude, latitude) == (place.longitude, place.latitude):
        return place
    return replace(place, longitude=longitude, latitude=latitude)
