"""Cameras' signals and probes among the facts, as canonical bytes and back again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.decisions.facts import CameraSignal, ProbeSaid
from schemas.ids import CameraId
from schemas.instants import instant_text, parse_instant
from schemas.lane import Lane
from schemas.wire.canonical import Json


def signal_record(signal: CameraSignal) -> dict[str, Json]:
    """Spell a signal; those recorded in the first form say nothing of from when to when."""
    said: dict[str, Json] = {
        "from_at": None if signal.from_at is None else instant_text(signal.from_at),
        "until_at": None if signal.until_at is None else instant_text(signal.until_at),
        "text": signal.text,
        "frames": signal.frames,
    }
    return {
        "is": "signal",
        "occurred_at": instant_text(signal.occurred_at),
        "camera": signal.camera,
        "kind": signal.kind,
        **{key: value for key, value in said.items() if value is not None},
    }


def read_signal(record: Mapping[str, Any]) -> CameraSignal:
    """Take up what `signal_record` laid down."""
    return CameraSignal(
        occurred_at=parse_instant(record["occurred_at"]),
        camera=CameraId(record["camera"]),
        kind=record["kind"],
        from_at=_read_instant(record.get("from_at")),
        until_at=_read_instant(record.get("until_at")),
        text=record.get("text"),
        frames=record.get("frames"),
    )


def probe_record(probe: ProbeSaid) -> dict[str, Json]:
    """Spell a probe."""
    return {
        "is": "probe",
        "occurred_at": instant_text(probe.occurred_at),
        "lane": probe.lane.value,
        "number": probe.number,
    }


def read_probe(record: Mapping[str, Any]) -> ProbeSaid:
    """Take up what `probe_record` laid down."""
    return ProbeSaid(
        occurred_at=parse_instant(record["occurred_at"]),
        lane=Lane(record["lane"]),
        number=record["number"],
    )


def _read_instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)
