"""Translates between our words and the rows that hold them; rows go no further than here."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from handlers.decisions.decision import Outcome
from handlers.decisions.facts import CameraSignal, Facts, Sighting, Undecodable
from handlers.ports import Settled
from schemas.ids import Address, CameraId, CaseId, Sha256
from schemas.matter import parse_matter
from schemas.place import Place
from schemas.wire.writing import place_data
from schemas.workfile import CaseState, Queue, Route, Site, WorkFile

CASE_COLUMNS: Final = (
    *("case_id", "version", "state", "route", "queue", "opened_at", "due_at", "last_seen_at"),
    *("sightings", "site", "place_key", "matter", "place", "camera", "acts", "linked"),
)
OUTCOME_COLUMNS: Final = (
    *("topic_id", "partition", "offset", "outcome", "input", "received_at", "source", "event_id"),
    *("camera", "matter", "case_id", "case_version"),
    *("first_topic_id", "first_partition", "first_offset"),
)
RECORD_COLUMNS: Final = (
    *("topic_id", "partition", "offset", "policy", "facts", "decision", "salt"),
)
LINE_COLUMNS: Final = (
    *("topic_id", "partition", "number", "offset", "previous", "input", "facts", "policy"),
    *("decision", "case", "hash"),
)


def digest_bytes(digest: Sha256) -> bytes:
    """A digest as it is kept."""
    return bytes.fromhex(digest)


def digest_of(kept: bytes) -> Sha256:
    """A digest as we speak of it."""
    return Sha256(bytes(kept).hex())


def site_digest(site: Site) -> bytes:
    """Tells sites apart in 32 bytes, whatever the length of their names."""
    return hashlib.sha256(f"{site.queue}|{site.matter}|{site.place_key}".encode()).digest()


def case_row(case: WorkFile) -> tuple[object, ...]:
    """In the order of `CASE_COLUMNS`."""
    site = case.site
    return (
        case.id,
        case.version,
        case.state.value,
        case.route.value,
        case.queue.value,
        case.opened_at,
        case.due_at,
        case.last_seen_at,
        case.sightings,
        None if site is None else site_digest(site),
        None if site is None else site.place_key,
        None if case.matter is None else str(case.matter),
        None if case.place is None else orjson.dumps(place_data(case.place)).decode(),
        case.camera,
        case.acts,
        case.linked,
    )


def case_of(row: Sequence[Any]) -> WorkFile:
    """From the order of `CASE_COLUMNS`."""
    case_id, version, state, route, queue, opened_at, due_at, last_seen_at = row[:8]
    sightings, _, place_key, matter_text, place, camera, acts, linked = row[8:]
    matter = None if matter_text is None else parse_matter(matter_text)
    return WorkFile(
        id=CaseId(case_id),
        version=version,
        state=CaseState(state),
        route=Route(route),
        queue=Queue(queue),
        opened_at=opened_at,
        due_at=due_at,
        last_seen_at=last_seen_at,
        sightings=sightings,
        site=None if place_key is None or matter is None else Site(place_key, matter, Queue(queue)),
        matter=matter,
        place=None if place is None else _place_of(place),
        camera=None if camera is None else CameraId(camera),
        acts=acts,
        linked=None if linked is None else CaseId(linked),
    )


def _place_of(kept: Mapping[str, Any]) -> Place:
    return Place(
        id=kept["id"],
        grid_cell=kept["grid_cell"],
        address=kept["address"],
        longitude=kept["longitude"],
        latitude=kept["latitude"],
    )


def outcome_row(settled: Settled) -> tuple[object, ...]:
    """In the order of `OUTCOME_COLUMNS`."""
    facts, decision = settled.facts, settled.decision
    content, case, first = facts.content, decision.case, decision.first
    event_id = None if facts.claim is None else facts.claim.event_id
    matter = content.matter if isinstance(content, Sighting) else None
    return (
        *_address(facts.address),
        decision.outcome.value,
        digest_bytes(facts.input),
        facts.received_at,
        None if event_id is None else event_id.source,
        None if event_id is None else event_id.id,
        camera_of(facts),
        None if matter is None else str(matter),
        None if case is None else case.id,
        None if case is None else case.version,
        *((None, None, None) if first is None else _address(first)),
    )


def record_row(settled: Settled) -> tuple[object, ...]:
    """In the order of `RECORD_COLUMNS`."""
    return (
        *_address(settled.facts.address),
        digest_bytes(settled.policy),
        settled.facts_bytes,
        settled.decision_bytes,
        settled.salt,
    )


def line_row(settled: Settled) -> tuple[object, ...]:
    """In the order of `LINE_COLUMNS`."""
    line = settled.line
    sealed = line.sealed
    return (
        line.address.topic_id,
        line.address.partition,
        line.number,
        line.address.offset,
        digest_bytes(line.previous),
        digest_bytes(sealed.input),
        digest_bytes(sealed.facts),
        digest_bytes(sealed.policy),
        digest_bytes(sealed.decision),
        None if sealed.case is None else digest_bytes(sealed.case),
        digest_bytes(line.hash),
    )


def signal_row(settled: Settled) -> tuple[object, ...] | None:
    """In the order of `SIGNAL_COLUMNS`; nothing where no signal is recorded, or only again."""
    content = settled.facts.content
    is_recorded = settled.decision.outcome is Outcome.SIGNAL_RECORDED
    if not is_recorded or not isinstance(content, CameraSignal) or content.from_at is None:
        return None
    return (
        *_address(settled.facts.address),
        content.camera,
        content.kind,
        content.from_at,
        content.until_at,
        content.text or "",
        content.frames,
    )


def camera_of(facts: Facts) -> CameraId | None:
    """The camera that a message is from, where it says so."""
    content = facts.content
    return content.camera if isinstance(content, Sighting | CameraSignal) else None


def occurred_at(facts: Facts) -> datetime:
    """When the source says that it happened; else when we had it."""
    content = facts.content
    if isinstance(content, Undecodable):
        return facts.received_at
    return content.occurred_at


def _address(address: Address) -> tuple[str, int, int]:
    return address.topic_id, address.partition, address.offset
