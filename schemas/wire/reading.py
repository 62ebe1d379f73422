"""From wire to words: a message becomes an `Event`, or says which field is wrong."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from schemas.dwell import Dwell
from schemas.errors import InvalidValueError
from schemas.events import Event, EventBody
from schemas.evidence import EvidenceRef
from schemas.geometry import BoxXYXY, FrameSize
from schemas.ids import CameraId, OccurrenceId, Sha256, ZoneId
from schemas.matter import MatterKey
from schemas.observation import Observation, Thing
from schemas.place import Place
from schemas.probe import Probe
from schemas.report import Report
from schemas.signal import StreamSignal
from schemas.wire.checking import checked
from schemas.wire.data import (
    EvidenceData,
    MatterData,
    ObservationV1,
    PlaceData,
    ProbeV1,
    ReportV1,
    SignalV1,
    ThingData,
)
from schemas.wire.envelope import Envelope, Headers, open_envelope
from schemas.words import Words

_VERSION: Final = re.compile(r"v[0-9]{1,4}")


def read_event(value: bytes, headers: Headers) -> Event:
    """Decode a message of a type that may come in.

    Raises:
        InvalidValueError: which field, what was expected, what came.
    """
    return read_body(open_envelope(value, headers))


def read_body(envelope: Envelope) -> Event:
    """Decode the data of an envelope that is already open."""
    reader = READERS.get(envelope.type)
    if reader is None:
        raise _no_reader(envelope.type)
    return Event(id=envelope.id, occurred_at=envelope.time, body=reader(envelope.data))


def _no_reader(kind: str) -> InvalidValueError:
    """A version to come is told from a type that nobody knows: each has its own remedy."""
    family, _, version = kind.rpartition(".")
    versions = [name for name in READERS if name.rpartition(".")[0] == family]
    expected = f"a type that has a reader (known: {', '.join(READERS)})"
    if versions and _VERSION.fullmatch(version):
        expected = f"a version of {family} that has a reader (known: {', '.join(versions)})"
    return InvalidValueError(expected=expected, got=kind, field="type")


def _observation(content: Mapping[str, object]) -> Observation:
    data = checked(ObservationV1, content, root="data")
    return Observation(
        matter=_matter(data.matter),
        place=_place(data.place),
        camera=CameraId(data.camera),
        zone=ZoneId(data.zone.id),
        zone_kind=data.zone.kind,
        rule=data.rule,
        occurrence=OccurrenceId(data.occurrence),
        phase=data.phase,
        sequence=data.sequence,
        first_seen_at=data.first_seen_at,
        last_seen_at=data.last_seen_at,
        dwell=Dwell(
            at_least=timedelta(milliseconds=data.dwell.at_least_ms),
            at_most=timedelta(milliseconds=data.dwell.at_most_ms),
        ),
        confidence=data.confidence,
        frame=FrameSize(width=data.frame.width, height=data.frame.height),
        things=tuple(_thing(thing) for thing in data.things),
        evidence=evidence_of(data.evidence),
        model=data.model,
        dangers=frozenset(data.dangers),
        reason=None if data.reason is None else Words(data.reason.zh, data.reason.en),
    )


def _report(content: Mapping[str, object]) -> Report:
    data = checked(ReportV1, content, root="data")
    return Report(
        reporter=data.reporter,
        text=data.text,
        matter=_matter(data.matter) if data.matter else None,
        place=_place(data.place) if data.place else None,
        camera=CameraId(data.camera) if data.camera else None,
        upstream_number=data.upstream_number,
        evidence=evidence_of(data.evidence),
        dangers=frozenset(data.dangers),
    )


def _signal(content: Mapping[str, object]) -> StreamSignal:
    data = checked(SignalV1, content, root="data")
    return StreamSignal(
        camera=CameraId(data.camera),
        kind=data.kind,
        from_at=data.from_at,
        until_at=data.until_at,
        text=data.text,
        frames=data.frames,
    )


def _probe(content: Mapping[str, object]) -> Probe:
    data = checked(ProbeV1, content, root="data")
    return Probe(lane=data.lane, number=data.number, sent_at=data.sent_at)


READERS: Final[Mapping[str, Callable[[Mapping[str, object]], EventBody]]] = {
    "offsite.observation.v1": _observation,
    "offsite.report.v1": _report,
    "offsite.signal.v1": _signal,
    "offsite.probe.v1": _probe,
}


def _matter(data: MatterData) -> MatterKey:
    return MatterKey(data.standard, data.kind, data.code)


def _place(data: PlaceData) -> Place:
    return Place(
        id=data.id,
        grid_cell=data.grid_cell,
        address=data.address,
        longitude=data.longitude,
        latitude=data.latitude,
    )


def _thing(data: ThingData) -> Thing:
    x1, y1, x2, y2 = data.box
    return Thing(
        kind=data.kind,
        box=BoxXYXY(x1=x1, y1=y1, x2=x2, y2=y2),
        confidence=data.confidence,
        track=data.track,
    )


def evidence_of(items: Sequence[EvidenceData]) -> tuple[EvidenceRef, ...]:
    """References to bytes, in order."""
    return tuple(
        EvidenceRef(
            sha256=Sha256(item.sha256),
            media_type=item.media_type,
            size_bytes=item.bytes,
            kind=item.kind,
            media_time=None
            if item.media_time_ms is None
            else timedelta(milliseconds=item.media_time_ms),
        )
        for item in items
    )
