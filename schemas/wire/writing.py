"""From words to wire: every message that we publish, as a structured CloudEvent."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import orjson

from schemas.danger import Danger
from schemas.disposition import (
    CaseChanged,
    DeadLetter,
    Disposition,
    Page,
    ProbeReturned,
    Reason,
)
from schemas.events import Event
from schemas.evidence import EvidenceRef
from schemas.ids import Address
from schemas.instants import instant_text
from schemas.matter import MatterKey
from schemas.observation import Observation, Thing
from schemas.place import Place
from schemas.probe import Probe
from schemas.report import Report
from schemas.signal import StreamSignal
from schemas.words import Words
from schemas.workfile import WorkFile

CASES: Final = "/offsite/cases"
"""Source of what the workers publish."""

Outgoing = Disposition | CaseChanged | DeadLetter | Page | ProbeReturned


def write_event(event: Event) -> bytes:
    """An observation, report, signal or probe for the way in."""
    body = event.body
    if isinstance(body, Observation):
        return _cloud_event(event, "offsite.observation.v1", _observation(body))
    if isinstance(body, StreamSignal):
        return _cloud_event(event, "offsite.signal.v1", _signal(body))
    if isinstance(body, Probe):
        return _cloud_event(event, "offsite.probe.v1", _probe(body))
    return _cloud_event(event, "offsite.report.v1", _report(body))


def write_outgoing(message: Outgoing, *, at: datetime) -> bytes:
    """A task, change, page, probe or dead letter for the way out. `at`: when it was decided."""
    if isinstance(message, Disposition):
        kind, data = "offsite.disposition.v1", _disposition(message)
    elif isinstance(message, CaseChanged):
        kind, data = "offsite.case-changed.v1", _case_changed(message)
    elif isinstance(message, Page):
        kind, data = "offsite.page.v1", _page(message)
    elif isinstance(message, ProbeReturned):
        kind, data = "offsite.probe-returned.v1", _probe_returned(message)
    else:
        kind, data = "offsite.dead-letter.v1", _dead_letter(message)
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": message.id,
            "source": CASES,
            "type": kind,
            "time": instant_text(at),
            "datacontenttype": "application/json",
            "data": data,
        }
    )


def _cloud_event(event: Event, kind: str, data: Mapping[str, object]) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": event.id.id,
            "source": event.id.source,
            "type": kind,
            "time": instant_text(event.occurred_at),
            "datacontenttype": "application/json",
            "data": data,
        }
    )


def _observation(body: Observation) -> dict[str, object]:
    return {
        "matter": matter_data(body.matter),
        "place": place_data(body.place),
        "camera": body.camera,
        "zone": {"id": body.zone, "kind": body.zone_kind},
        "rule": body.rule,
        "occurrence": body.occurrence,
        "phase": body.phase,
        "sequence": body.sequence,
        "first_seen_at": instant_text(body.first_seen_at),
        "last_seen_at": instant_text(body.last_seen_at),
        "dwell": {
            "at_least_ms": milliseconds(body.dwell.at_least),
            "at_most_ms": milliseconds(body.dwell.at_most),
        },
        "confidence": body.confidence,
        "frame": {"width": body.frame.width, "height": body.frame.height},
        "things": [_thing(thing) for thing in body.things],
        "evidence": evidence_data(body.evidence),
        "model": body.model,
        **_dangers(body.dangers),
        **_reason(body.reason),
    }


def _thing(thing: Thing) -> dict[str, object]:
    box = thing.box
    return {
        "kind": thing.kind,
        "box": [box.x1, box.y1, box.x2, box.y2],
        "confidence": thing.confidence,
        "track": thing.track,
    }


def _report(body: Report) -> dict[str, object]:
    return {
        "reporter": body.reporter,
        "text": body.text,
        "matter": matter_data(body.matter) if body.matter else None,
        "place": place_data(body.place) if body.place else None,
        "camera": body.camera,
        "upstream_number": body.upstream_number,
        "evidence": evidence_data(body.evidence),
        **_dangers(body.dangers),
    }


def _dangers(dangers: Collection[Danger]) -> dict[str, object]:
    """Nothing where there are none: what was sent before dangers were told keeps its bytes."""
    return {"dangers": sorted(dangers)} if dangers else {}


def _reason(reason: Words | None) -> dict[str, object]:
    """Nothing where there is none, for the same reason."""
    return {} if reason is None else {"reason": {"zh": reason.zh, "en": reason.en}}


def _signal(body: StreamSignal) -> dict[str, object]:
    return {
        "camera": body.camera,
        "kind": body.kind,
        "from_at": instant_text(body.from_at),
        "until_at": instant_text(body.until_at),
        "text": body.text,
        "frames": body.frames,
    }


def _disposition(message: Disposition) -> dict[str, object]:
    return {
        "case": case_data(message.case),
        "title": {"zh": message.title_zh, "en": message.title_en},
        "reasons": reason_data(message.reasons),
        "evidence": evidence_data(message.evidence),
    }


def _case_changed(message: CaseChanged) -> dict[str, object]:
    return {
        "case": case_data(message.case),
        "change": message.change,
        "reasons": reason_data(message.reasons),
        "evidence": evidence_data(message.evidence),
    }


def _page(message: Page) -> dict[str, object]:
    return {
        "subject": message.subject,
        "clock": message.clock,
        "firing": message.firing,
        "role": message.role,
        "due_at": instant_text(message.due_at),
        "at": instant_text(message.at),
        "title": {"zh": message.title_zh, "en": message.title_en},
    }


def _dead_letter(message: DeadLetter) -> dict[str, object]:
    return {
        "address": _address(message.address),
        "reason": message.reason,
        "payload_sha256": message.payload,
        "source": message.event_id.source if message.event_id else None,
        "id": message.event_id.id if message.event_id else None,
    }


def _probe(body: Probe) -> dict[str, object]:
    return {"lane": body.lane, "number": body.number, "sent_at": instant_text(body.sent_at)}


def _probe_returned(message: ProbeReturned) -> dict[str, object]:
    return {
        "lane": message.lane,
        "number": message.number,
        "sent_at": instant_text(message.sent_at),
        "received_at": instant_text(message.received_at),
        "address": _address(message.address),
    }


def _address(address: Address) -> dict[str, object]:
    return {
        "topic_id": address.topic_id,
        "partition": address.partition,
        "offset": address.offset,
    }


def case_data(case: WorkFile) -> dict[str, object]:
    """A case as JSON: the same on the wire, in the API and in `--json`."""
    return {
        "id": case.id,
        "version": case.version,
        "state": case.state,
        "route": case.route,
        "queue": case.queue,
        "matter": matter_data(case.matter) if case.matter else None,
        "place": place_data(case.place) if case.place else None,
        "camera": case.camera,
        "opened_at": instant_text(case.opened_at),
        "due_at": instant_text(case.due_at),
        "last_seen_at": instant_text(case.last_seen_at),
        "sightings": case.sightings,
        "acts": case.acts,
        "linked": case.linked,
    }


def matter_data(matter: MatterKey) -> dict[str, str]:
    """A matter as JSON."""
    return {"standard": matter.standard, "kind": matter.kind, "code": matter.code}


def place_data(place: Place) -> dict[str, object]:
    """A place as JSON, degrees as numbers."""
    return {
        "id": place.id,
        "grid_cell": place.grid_cell,
        "address": place.address,
        "longitude": place.longitude,
        "latitude": place.latitude,
    }


def reason_data(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    """Reasons as JSON."""
    return [{"rule": reason.rule, "clause": reason.clause} for reason in reasons]


def evidence_data(evidence: Sequence[EvidenceRef]) -> list[dict[str, object]]:
    """Evidence references as JSON."""
    return [
        {
            "sha256": item.sha256,
            "media_type": item.media_type,
            "bytes": item.size_bytes,
            "kind": item.kind,
            "media_time_ms": None if item.media_time is None else milliseconds(item.media_time),
        }
        for item in evidence
    ]


def milliseconds(duration: timedelta) -> int:
    """Whole milliseconds, cut off: a stay is never told longer than it was."""
    return duration // timedelta(milliseconds=1)
