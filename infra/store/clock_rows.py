"""Translates between clocks and the rows that hold them; rows go no further than here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from psycopg.types.json import Jsonb

from handlers.clock_keeping import Round
from handlers.decisions.clock_records import Told
from infra.store.rows import digest_bytes
from schemas.act import SubjectId
from schemas.clock import Clock, ClockKind, ClockState, Firing, FiringKind
from schemas.instants import instant_text
from schemas.limit import Calendar
from schemas.person import Role

CLOCK_COLUMNS: Final = (
    *("subject", "kind", "number", "state", "started_at", "due_at", "plan", "fired", "next_at"),
    *("ended_at", "left_min", "reason", "counted_by"),
)
CLOCK_TYPES: Final = (
    *("text", "text", "int4", "text", "timestamptz", "timestamptz", "jsonb", "int4"),
    *("timestamptz", "timestamptz", "int4", "text", "text"),
)
FIRING_COLUMNS: Final = (
    *("subject", "kind", "number", "index", "firing", "at", "role", "shard", "line"),
)
FIRING_TYPES: Final = (
    *("text", "text", "int4", "int2", "text", "timestamptz", "text", "int2", "int8"),
)
ROUND_COLUMNS: Final = (
    *("shard", "number", "fired_at", "firings", "previous", "input_digest", "facts_digest"),
    *("policy_digest", "decision_digest", "hash", "facts", "decision", "salt"),
)

_KINDS: Final = {kind.value: kind for kind in ClockKind}
_FIRINGS: Final = {kind.value: kind for kind in FiringKind}
_ROLES: Final[Mapping[str | None, Role | None]] = {None: None, **{r.value: r for r in Role}}
"""Looked up, since an enum's own call takes five times as long, and a plan has many."""


def clock_row(clock: Clock) -> tuple[object, ...]:
    """In the order of `CLOCK_COLUMNS`."""
    return (
        clock.subject,
        clock.kind.value,
        clock.number,
        clock.state.value,
        clock.started_at,
        clock.due_at,
        Jsonb([_firing_out(firing) for firing in clock.plan], dumps=orjson.dumps),
        clock.fired,
        clock.next_at,
        clock.ended_at,
        clock.left_min,
        clock.reason,
        clock.counted_by.value,
    )


def clock_of(row: Sequence[Any]) -> Clock:
    """From the order of `CLOCK_COLUMNS`, with the plan as text. More columns may follow."""
    subject, kind, number, state, started_at, due_at, plan, fired = row[:8]
    _, ended_at, left_min, reason, counted_by = row[8:13]
    return Clock(
        subject=SubjectId(subject),
        kind=_KINDS[kind],
        number=number,
        state=ClockState(state),
        started_at=started_at,
        due_at=due_at,
        plan=tuple(
            Firing(at=datetime.fromisoformat(at), kind=_FIRINGS[firing], role=_ROLES[role])
            for at, firing, role in orjson.loads(plan)
        ),
        fired=fired,
        ended_at=ended_at,
        left_min=left_min,
        reason=reason,
        counted_by=Calendar(counted_by),
    )


def firing_row(told: Told, kept: Round) -> tuple[object, ...]:
    """In the order of `FIRING_COLUMNS`."""
    clock, firing, address = told.clock, told.firing, kept.line.address
    return (
        clock.subject,
        clock.kind.value,
        clock.number,
        told.index,
        firing.kind.value,
        firing.at,
        None if firing.role is None else firing.role.value,
        address.partition,
        address.offset,
    )


def round_row(kept: Round) -> tuple[object, ...]:
    """In the order of `ROUND_COLUMNS`."""
    line, sealed = kept.line, kept.line.sealed
    return (
        line.address.partition,
        line.number,
        kept.now,
        len(kept.told),
        digest_bytes(line.previous),
        digest_bytes(sealed.input),
        digest_bytes(sealed.facts),
        digest_bytes(sealed.policy),
        digest_bytes(sealed.decision),
        digest_bytes(line.hash),
        kept.facts_bytes,
        kept.decision_bytes,
        kept.salt,
    )


def _firing_out(firing: Firing) -> tuple[str, str, str | None]:
    role = None if firing.role is None else firing.role.value
    return instant_text(firing.at), firing.kind.value, role
