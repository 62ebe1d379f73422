"""How dead letters are told: their state in words, and bytes that can't harm a terminal."""

from typing import Any

from handlers.decisions.decision import Outcome
from infra.cli.cases import local
from infra.store.dead_letter_tables import ActKind
from infra.store.dead_letters import Parked
from schemas.errors import InvalidValueError
from schemas.instants import instant_text
from schemas.wire.envelope import LONGEST_NAME, Envelope, open_envelope
from streams.logs import Kept
from streams.redriving import REDRIVE_OF

_PARKED_AGAIN = frozenset({Outcome.PARKED, Outcome.ID_CONFLICT})


def state_of(parked: Parked) -> str:
    """What was done about it, and what came of that."""
    act = parked.act
    if act is None:
        return "waiting"
    if act.kind is ActKind.DROP:
        return f"dropped because {act.reason}"
    if act.new is None:
        return f"under way since {instant_text(act.at)}"
    if parked.became is None:
        return f"redriven at {act.new}, not decided yet"
    again = "parked again" if parked.became in _PARKED_AGAIN else parked.became.value
    return f"redriven at {act.new}: {again}"


def dead_json(parked: Parked, kept: Kept | None) -> dict[str, Any]:
    """For programs. What only the bytes tell is absent where they are gone."""
    envelope = None if kept is None else _opened(kept)
    act = parked.act
    new = None if act is None else act.new
    return {
        "address": str(parked.address),
        "topic": parked.topic,
        "received_at": instant_text(parked.received_at),
        "parked_at": instant_text(parked.decided_at),
        "outcome": parked.outcome.value,
        "reason": parked.because,
        "digest": parked.input,
        "source": parked.source or (None if envelope is None else envelope.id.source),
        "id": parked.event_id or (None if envelope is None else envelope.id.id),
        "type": None if envelope is None else envelope.type,
        "bytes": None if kept is None else len(kept.value),
        "state": state_of(parked),
        "act": None
        if act is None
        else {
            "kind": act.kind.value,
            "by": act.person,
            "because": act.reason,
            "at": instant_text(act.at),
        },
        "redriven_to": None if new is None else str(new),
        "redrive_of": _redrive_of(parked, kept),
        "became": None if parked.became is None else parked.became.value,
    }


def dead_row(parked: Parked, kept: Kept | None) -> tuple[object, ...]:
    """For people, in the order of the columns of `dead ls`."""
    said = dead_json(parked, kept)
    return (
        *(said["address"], local(parked.decided_at), said["reason"] or "erased by law"),
        *(said["digest"][:12], said["source"] or "-", said["type"] or "-"),
        *("-" if said["bytes"] is None else said["bytes"], said["state"]),
    )


def safe_text(value: bytes, *, at_most: int) -> str:
    """The beginning of what came, with all that could steer a terminal spelt out."""
    text = value[:at_most].decode("utf-8", errors="backslashreplace")
    shown = "".join(sign if sign.isprintable() or sign == "\n" else _spelt(sign) for sign in text)
    left = len(value) - at_most
    return f"{shown}… and {left} bytes more" if left > 0 else shown


def _redrive_of(parked: Parked, kept: Kept | None) -> str | None:
    """By our record; a copy that was published just before a death has it in its header only."""
    if parked.redrive_of is not None:
        return str(parked.redrive_of)
    said = None if kept is None else kept.message_headers.get(REDRIVE_OF)
    return None if said is None else safe_text(said, at_most=LONGEST_NAME)


def _spelt(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def _opened(kept: Kept) -> Envelope | None:
    try:
        return open_envelope(kept.value, kept.message_headers)
    except InvalidValueError:
        return None
