"""What a round of clocks looked at and what it told, as canonical bytes; and the same once more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from handlers.decisions.clocks import fire
from schemas.act import SubjectId
from schemas.clock import Clock, ClockKind, ClockState, Firing, FiringKind
from schemas.instants import instant_text, parse_instant
from schemas.person import Role
from schemas.wire.canonical import Json, canonical_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One firing of a clock as it stands afterwards. `index` counts in its plan, from 0."""

    clock: Clock
    index: int
    firing: Firing

    @property
    def id(self) -> str:
        """Unique for ever: a plan keeps what was told of it."""
        return f"{self.clock.id}/{self.index}"


def told_by(clocks: Iterable[Clock], now: datetime) -> list[Told]:
    """All that these clocks have to say by now, clock after clock."""
    told: list[Told] = []
    for clock in clocks:
        after, firings = fire(clock, now)
        told += (
            Told(clock=after, index=clock.fired + index, firing=firing)
            for index, firing in enumerate(firings)
        )
    return told


def round_facts(clocks: Sequence[Clock], now: datetime) -> bytes:
    """The clocks as they were found: how much was told before, when it is due, what waits.

    A line each, of few and plain words: there may be thousands, and each is walked twice.
    """
    return canonical_bytes(
        {
            "form": 1,
            "now": instant_text(now),
            "clocks": [
                [clock.id, clock.fired, *(_spelt(each) for each in clock.plan[clock.fired :])]
                for clock in clocks
            ],
        }
    )


def round_decision(told: Sequence[Told]) -> bytes:
    """What was told, in order."""
    return canonical_bytes({"form": 1, "told": [[each.id, _spelt(each.firing)] for each in told]})


def round_again(facts: bytes) -> bytes:
    """Decide once more from what was laid down: the same bytes, years later."""
    read = orjson.loads(facts)
    now = parse_instant(read["now"])
    told: list[Json] = []
    for id_, fired, *waiting in read["clocks"]:
        firings = fire(_clock(id_, waiting), now).firings
        told += ([f"{id_}/{fired + index}", _spelt(each)] for index, each in enumerate(firings))
    return canonical_bytes({"form": 1, "told": told})


def _spelt(firing: Firing) -> str:
    return f"{instant_text(firing.at)} {firing.kind} {firing.role or '-'}"


def _clock(id_: str, waiting: Sequence[str]) -> Clock:
    """Its plan begins with what waited."""
    subject, kind, number = id_.rsplit("/", 2)
    plan = tuple(_read(text) for text in waiting)
    return Clock(
        subject=SubjectId(subject),
        kind=ClockKind(kind),
        number=int(number),
        state=ClockState.RUNNING,
        started_at=plan[0].at,
        due_at=plan[0].at,
        plan=plan,
    )


def _read(text: str) -> Firing:
    at, kind, role = text.split(" ")
    return Firing(
        at=parse_instant(at), kind=FiringKind(kind), role=None if role == "-" else Role(role)
    )
