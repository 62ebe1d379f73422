"""Verifies the ledger of people's acts: each line from its content, and what lies beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.acts import ACTS
from handlers.ledger import GENESIS, Sealed, line_hash, seal
from infra.store.act_tables import ACT_SHARDS, act_shards, acts
from infra.store.chains import ChainReport, Fault
from infra.store.failures import told_by_remedy
from infra.store.records import AnyRow
from infra.store.rows import digest_of
from schemas.ids import Address, Sha256

_AT_A_TIME: Final = 1000


@dataclass(slots=True)
class _Walk:
    """From line to line. Mutable: it remembers the last hash."""

    shard: int
    previous: Sha256 = GENESIS
    lines: int = 0
    erased: int = 0
    faults: list[Fault] = field(default_factory=list)

    def step(self, row: AnyRow) -> None:
        address = Address(ACTS, self.shard, row.number)
        sealed = _sealed_of(row)
        computed = line_hash(
            self.previous,
            shard=f"{ACTS}/{self.shard}",
            number=self.lines,
            address=address,
            sealed=sealed,
        )
        wrong = list(_wrong_beside(row, sealed))
        if row.number != self.lines:
            wrong.append(f"line {self.lines} is missing")
        if digest_of(row.previous) != self.previous:
            wrong.append("does not hang on the line before it")
        if digest_of(row.hash) != computed:
            wrong.append("its hash is not that of its content")
        self.faults += [Fault(number=row.number, address=address, what=what) for what in wrong]
        self.erased += row.erased_at is not None
        self.previous, self.lines = digest_of(row.hash), row.number + 1


class ActChains:
    """Reads the ledger of acts as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def verify_all(self) -> dict[int, ChainReport]:
        """Every shard's chain."""
        return {shard: await self.verify(shard) for shard in range(ACT_SHARDS)}

    async def verify(self, shard: int) -> ChainReport:
        """Walk a whole chain. What was erased by law is counted, and is no fault."""
        walk = _Walk(shard)
        lines = select(acts).where(acts.c.shard == shard).order_by(acts.c.number)
        with told_by_remedy():
            rows = await self._connection.stream(lines, execution_options={"yield_per": _AT_A_TIME})
            async for row in rows:
                walk.step(row)
            head = (
                await self._connection.execute(
                    select(act_shards).where(act_shards.c.shard == shard)
                )
            ).one()
        if (head.lines, digest_of(head.chain)) != (walk.lines, walk.previous):
            what = f"the head knows {head.lines} lines, the ledger ends otherwise"
            walk.faults.append(Fault(number=walk.lines, address=None, what=what))
        return ChainReport(
            lines=walk.lines, head=walk.previous, erased=walk.erased, faults=tuple(walk.faults)
        )


def _sealed_of(row: AnyRow) -> Sealed:
    return Sealed(
        input=digest_of(row.sealed_input),
        facts=digest_of(row.sealed_facts),
        policy=digest_of(row.sealed_policy),
        decision=digest_of(row.sealed_decision),
        case=digest_of(row.sealed_case),
    )


def _wrong_beside(row: AnyRow, sealed: Sealed) -> Iterator[str]:
    if row.salt is None:
        return
    contents = {
        "input": (digest_of(row.input).encode(), sealed.input),
        "facts": (row.facts, sealed.facts),
        "policy": (digest_of(row.policy).encode(), sealed.policy),
        "decision": (row.answer, sealed.decision),
    }
    broken = [
        label
        for label, (content, digest) in contents.items()
        if seal(content, label=label, salt=row.salt) != digest
    ]
    yield from (f"its {label} is not what was sealed" for label in broken)
    if {"facts", "decision"}.isdisjoint(broken):
        yield from _wrong_columns(row, sealed)


def _wrong_columns(row: AnyRow, sealed: Sealed) -> Iterator[str]:
    """What stands in columns of its own for searching must be what the sealed bytes say."""
    command = orjson.loads(row.facts)["facts"]["command"]
    answer = orjson.loads(row.answer)
    is_done = answer["answer"] == "done"
    said = {
        "act": command["act"],
        "command_id": command["id"],
        "person": command["person"],
        "subject": command["subject"],
        "details": command["details"]["fields"],
        "is_done": is_done,
        "version": answer["taken"]["number"] if is_done else None,
        "role": answer["taken"]["role"] if is_done else command["role"],
        "event": answer["event"] if is_done else None,
        "refused_by": None if is_done else answer["refusals"][0]["rule"],
    }
    for name, value in said.items():
        if getattr(row, name) != value:
            yield f"its {name} is not the one in what was sealed"
    case = f"{command['subject']}/{command['expected'] + is_done}".encode()
    if seal(case, label="case", salt=row.salt) != sealed.case:
        yield "its case is not what was sealed"
