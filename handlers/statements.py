"""A day's statement: what was accepted and what became of it, in a form that others can check.

    last statement        cut = decided to here           the broker's end
         ├── expected = voids + outcomes ─┼── waits behind the cut ──┤
                                          └ the next statement begins here

Ranges tile: each begins where the last one was cut, at a log's head and never at a time. Below a
head everything is decided, so a range waits for nothing; what lies behind the cut is told apart.
Losses are those of the whole journal, however old, so that a loss doesn't end with its day.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from handlers.ports import Void
from schemas.ids import Partition, Sha256
from schemas.instants import instant_text
from schemas.wire.canonical import Json, canonical_bytes

FORM: Final = 1
LOSSES_LISTED: Final = 1000
"""All are counted; a statement stays small enough to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerHead:
    """Where a ledger ends: `name` is its shard's."""

    name: str
    lines: int
    head: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerHolds:
    """What the broker has of a log: offsets [start, end)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRange:
    """One log's [first, cut). `voids` lie within it; `broker` is absent where the log is gone."""

    topic: str
    log: Partition
    first: int
    cut: int
    voids: Sequence[Void]
    outcomes: Mapping[str, int]
    waiting: int
    broker: BrokerHolds | None

    @property
    def expected(self) -> int:
        """Offsets that must have an outcome."""
        return self.cut - self.first - sum(void.end - void.first for void in self.voids)

    @property
    def difference(self) -> int:
        """Not zero: something has no outcome, or one too many."""
        return self.expected - sum(self.outcomes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Journals:
    """All that doors and spools told their senders: how many, and one digest over it."""

    entries: int
    digest: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class LossStated:
    """An acknowledged message that isn't where its door was told it is."""

    address: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """All of it. `previous` is the digest of the statement before; `so_far`: the day isn't over."""

    day: date
    made_at: datetime
    so_far: bool
    number: int
    previous: Sha256 | None
    software: str
    key: Sha256
    cluster: str | None
    ranges: Sequence[StatedRange]
    journals: Journals
    lost: int
    losses: Sequence[LossStated]
    ledgers: Sequence[LedgerHead]

    @property
    def is_fine(self) -> bool:
        """Nothing missing, nothing lost."""
        return self.lost == 0 and all(each.difference == 0 for each in self.ranges)


def statement_bytes(statement: Statement) -> bytes:
    """What is signed: RFC 8785."""
    return canonical_bytes(
        {
            "form": FORM,
            "day": statement.day.isoformat(),
            "made_at": instant_text(statement.made_at),
            "so_far": statement.so_far,
            "number": statement.number,
            "previous": statement.previous,
            "software": statement.software,
            "key": statement.key,
            "cluster": statement.cluster,
            "logs": [_spelt(each) for each in statement.ranges],
            "journals": {
                "entries": statement.journals.entries,
                "sha256": statement.journals.digest,
            },
            "lost": statement.lost,
            "losses": [
                {"address": each.address, "why": each.why}
                for each in statement.losses[:LOSSES_LISTED]
            ],
            "ledgers": [_head(each) for each in statement.ledgers],
            "root": merkle_root([canonical_bytes(_head(each)) for each in statement.ledgers]),
        }
    )


def _spelt(each: StatedRange) -> Json:
    broker: Json = None
    if each.broker is not None:
        broker = {"start": each.broker.start, "end": each.broker.end}
    voids: list[Json] = [
        {"from": void.first, "to": void.end, "reason": void.reason} for void in each.voids
    ]
    return {
        "topic": each.topic,
        "topic_id": each.log.topic_id,
        "partition": each.log.number,
        "from": each.first,
        "cut": each.cut,
        "voids": voids,
        "expected": each.expected,
        "outcomes": dict(each.outcomes),
        "difference": each.difference,
        "waiting": each.waiting,
        "broker": broker,
    }


def _head(each: LedgerHead) -> dict[str, Json]:
    return {"ledger": each.name, "lines": each.lines, "head": each.head}


def digest_of_statement(content: bytes) -> Sha256:
    """What the next statement names as the one before it."""
    return Sha256(hashlib.sha256(content).hexdigest())


def merkle_root(leaves: Sequence[bytes]) -> Sha256:
    """One digest over all ledgers, as RFC 6962 has it: leaf 0x00, node 0x01."""
    return Sha256(_root(leaves).hex())


def _root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below
    return hashlib.sha256(b"\1" + _root(leaves[:split]) + _root(leaves[split:])).digest()


def clipped(voids: Sequence[Void], *, first: int, end: int) -> Sequence[Void]:
    """The parts of voids that lie in [first, end), each offset once, the earliest reason first."""
    parts: list[Void] = []
    at = first
    for void in sorted(voids, key=lambda each: (each.first, each.end)):
        start, stop = max(void.first, at), min(void.end, end)
        if stop > start:
            parts.append(Void(first=start, end=stop, reason=void.reason))
            at = stop
    return parts
