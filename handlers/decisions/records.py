"""Facts and decisions as canonical bytes, and facts back again for a replay.

Degrees stand as millionths and durations as milliseconds, since canonical bytes carry no
floats. What the code version or the writing time is stays out: the same facts and pack give
the same bytes in any year. What came into the form later stands only where it says something,
so that all before it keeps its bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import orjson

from handlers.decisions.decision import Decision
from handlers.decisions.facts import (
    CameraSignal,
    Claim,
    Content,
    Facts,
    ProbeSaid,
    Sighting,
    Undecodable,
)
from handlers.decisions.load_records import overload_record, read_overload
from handlers.decisions.signal_records import (
    probe_record,
    read_probe,
    read_signal,
    signal_record,
)
from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.ids import Address, CameraId, CaseId, EventId, OccurrenceId, Sha256
from schemas.instants import instant_text, parse_instant
from schemas.lane import Lane
from schemas.matter import MatterKey, parse_matter
from schemas.observation import Phase
from schemas.place import Place
from schemas.wire.canonical import Json, canonical_record
from schemas.workfile import CaseState, Queue, Route, Site, WorkFile

FORM: Final = 1
"""Raised when the meaning of a field changes; old records are read by their own form."""

_MILLISECOND: Final = timedelta(milliseconds=1)


def facts_bytes(facts: Facts) -> bytes:
    """Spell facts canonically."""
    return canonical_record(
        {
            "form": FORM,
            "address": _address(facts.address),
            "received_at": instant_text(facts.received_at),
            "lane": facts.lane.value,
            "input": facts.input,
            "content": _content(facts.content),
            "claim": None if facts.claim is None else _claim(facts.claim),
            "open_case": None if facts.open_case is None else case_record(facts.open_case),
            **({} if facts.linked_case is None else {"linked_case": facts.linked_case}),
            **({} if facts.overload is None else {"overload": overload_record(facts.overload)}),
        }
    )


def decision_bytes(decision: Decision) -> bytes:
    """Spell a decision canonically: what two replays are compared by."""
    return canonical_record(
        {
            "form": FORM,
            "outcome": decision.outcome.value,
            "reasons": [{"rule": r.rule, "clause": r.clause} for r in decision.reasons],
            "case": None if decision.case is None else case_record(decision.case),
            "first": None if decision.first is None else _address(decision.first),
            "parked_because": decision.parked_because,
            **({"starts": [kind.value for kind in decision.starts]} if decision.starts else {}),
        }
    )


def read_facts(recorded: bytes) -> Facts:
    """Take up what `facts_bytes` laid down."""
    record = orjson.loads(recorded)
    claim = record["claim"]
    open_case = record["open_case"]
    return Facts(
        address=_read_address(record["address"]),
        received_at=parse_instant(record["received_at"]),
        lane=Lane(record["lane"]),
        input=Sha256(record["input"]),
        content=_read_content(record["content"]),
        claim=None
        if claim is None
        else Claim(
            event_id=EventId(claim["source"], claim["id"]),
            first=_read_address(claim["first"]),
            input=Sha256(claim["input"]),
        ),
        open_case=None if open_case is None else read_case(open_case),
        linked_case=CaseId(record["linked_case"]) if "linked_case" in record else None,
        overload=read_overload(record["overload"]) if "overload" in record else None,
    )


def case_record(case: WorkFile) -> dict[str, Json]:
    """A case without floats."""
    record: dict[str, Json] = {
        "id": case.id,
        "version": case.version,
        "state": case.state.value,
        "route": case.route.value,
        "queue": case.queue.value,
        "opened_at": instant_text(case.opened_at),
        "due_at": instant_text(case.due_at),
        "last_seen_at": instant_text(case.last_seen_at),
        "sightings": case.sightings,
        "site": None if case.site is None else case.site.place_key,
        "matter": None if case.matter is None else str(case.matter),
        "place": None if case.place is None else _place(case.place),
        "camera": case.camera,
    }
    if case.acts:
        record["acts"] = case.acts
    if case.linked is not None:
        record["linked"] = case.linked
    return record


def read_case(record: Mapping[str, Any]) -> WorkFile:
    """Take up what `case_record` laid down."""
    matter = None if record["matter"] is None else parse_matter(record["matter"])
    queue = Queue(record["queue"])
    return WorkFile(
        id=CaseId(record["id"]),
        version=record["version"],
        state=CaseState(record["state"]),
        route=Route(record["route"]),
        queue=queue,
        opened_at=parse_instant(record["opened_at"]),
        due_at=parse_instant(record["due_at"]),
        last_seen_at=parse_instant(record["last_seen_at"]),
        sightings=record["sightings"],
        site=_read_site(record["site"], matter, queue),
        matter=matter,
        place=None if record["place"] is None else _read_place(record["place"]),
        camera=None if record["camera"] is None else CameraId(record["camera"]),
        acts=record.get("acts", 0),
        linked=CaseId(record["linked"]) if "linked" in record else None,
    )


def _read_site(place_key: str | None, matter: MatterKey | None, queue: Queue) -> Site | None:
    return None if place_key is None or matter is None else Site(place_key, matter, queue)


def _address(address: Address) -> dict[str, Json]:
    return {
        "topic_id": address.topic_id,
        "partition": address.partition,
        "offset": address.offset,
    }


def _read_address(record: Mapping[str, Any]) -> Address:
    return Address(record["topic_id"], record["partition"], record["offset"])


def _claim(claim: Claim) -> dict[str, Json]:
    return {
        "source": claim.event_id.source,
        "id": claim.event_id.id,
        "first": _address(claim.first),
        "input": claim.input,
    }


def _content(content: Content) -> dict[str, Json]:
    if isinstance(content, Undecodable):
        return {"is": "undecodable", "reason": content.reason}
    if isinstance(content, CameraSignal):
        return signal_record(content)
    if isinstance(content, ProbeSaid):
        return probe_record(content)
    return {
        "is": "sighting",
        "occurred_at": instant_text(content.occurred_at),
        "matter": None if content.matter is None else str(content.matter),
        "place": None if content.place is None else _place(content.place),
        "camera": content.camera,
        "evidence": _evidence(content.evidence),
        "zone_kind": None if content.zone_kind is None else content.zone_kind.value,
        "phase": None if content.phase is None else content.phase.value,
        "occurrence": content.occurrence,
        "dwell_at_least_ms": _ms(content.dwell_at_least),
        "confidence_permille": content.confidence_permille,
        **({"dangers": [*sorted(content.dangers)]} if content.dangers else {}),
    }


def _read_content(record: Mapping[str, Any]) -> Content:
    if record["is"] == "undecodable":
        return Undecodable(reason=record["reason"])
    if record["is"] == "signal":
        return read_signal(record)
    if record["is"] == "probe":
        return read_probe(record)
    return Sighting(
        occurred_at=parse_instant(record["occurred_at"]),
        matter=None if record["matter"] is None else parse_matter(record["matter"]),
        place=None if record["place"] is None else _read_place(record["place"]),
        camera=None if record["camera"] is None else CameraId(record["camera"]),
        evidence=tuple(_read_evidence(item) for item in record["evidence"]),
        zone_kind=None if record["zone_kind"] is None else ZoneKind(record["zone_kind"]),
        phase=None if record["phase"] is None else Phase(record["phase"]),
        occurrence=None if record["occurrence"] is None else OccurrenceId(record["occurrence"]),
        dwell_at_least=_read_ms(record["dwell_at_least_ms"]),
        confidence_permille=record["confidence_permille"],
        dangers=frozenset(Danger(danger) for danger in record.get("dangers", ())),
    )


def _place(place: Place) -> dict[str, Json]:
    return {
        "id": place.id,
        "grid_cell": place.grid_cell,
        "address": place.address,
        "longitude_millionths": _millionths(place.longitude),
        "latitude_millionths": _millionths(place.latitude),
    }


def _read_place(record: Mapping[str, Any]) -> Place:
    return Place(
        id=record["id"],
        grid_cell=record["grid_cell"],
        address=record["address"],
        longitude=_read_millionths(record["longitude_millionths"]),
        latitude=_read_millionths(record["latitude_millionths"]),
    )


def _evidence(evidence: Sequence[EvidenceRef]) -> list[Json]:
    return [
        {
            "sha256": item.sha256,
            "media_type": item.media_type,
            "bytes": item.size_bytes,
            "kind": item.kind.value,
            "media_time_ms": _ms(item.media_time),
        }
        for item in evidence
    ]


def _read_evidence(record: Mapping[str, Any]) -> EvidenceRef:
    return EvidenceRef(
        sha256=Sha256(record["sha256"]),
        media_type=record["media_type"],
        size_bytes=record["bytes"],
        kind=EvidenceKind(record["kind"]),
        media_time=_read_ms(record["media_time_ms"]),
    )


def _ms(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // _MILLISECOND


def _read_ms(amount: int | None) -> timedelta | None:
    return None if amount is None else timedelta(milliseconds=amount)


def _millionths(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees * 1_000_000)


def _read_millionths(amount: int | None) -> float | None:
    return None if amount is None else amount / 1_000_000
