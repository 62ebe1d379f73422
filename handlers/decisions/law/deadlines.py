"""Deadlines: which clock an act starts, how long it runs, and who is told when it doesn't stop."""

from dataclasses import dataclass

from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.limit import Limit
from schemas.person import Role
from schemas.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A row of `deadlines.toml`. `warn_before` counts back from the end, in the same calendar.

    A statutory clock never pauses. `ladder` names who is told of the breach, rung by rung.
    """

    kind: ClockKind
    title: Words
    limit: Limit
    is_statutory: bool
    warn_before: tuple[Limit, ...]
    ladder: str
    clause: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """`after` the breach (absent: at once) these are told."""

    after: Limit | None
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Who is told of a breach, soonest first."""

    id: str
    rungs: tuple[Rung, ...]
