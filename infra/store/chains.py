"""Recomputes a ledger from its lines, and holds what lies beside it against its seals."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson
from sqlalchemy import ColumnElement, Select, Table, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.ledger import GENESIS, Sealed, line_hash, seal
from infra.store.failures import told_by_remedy
from infra.store.records import AnyRow
from infra.store.rows import digest_of
from infra.store.tables import decision_records, heads, ledger_lines, outcomes
from schemas.ids import Address, Partition, Sha256

_AT_A_TIME: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A line, or what lies beside it, that isn't what was sealed."""

    number: int
    address: Address | None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """How long the chain is, where it ends, how many facts were erased, and what is wrong."""

    lines: int
    head: Sha256
    erased: int
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Walk:
    """From line to line. Mutable: it remembers the last hash."""

    log: Partition
    previous: Sha256 = GENESIS
    lines: int = 0
    erased: int = 0
    faults: list[Fault] = field(default_factory=list)

    def step(self, row: AnyRow) -> None:
        address = Address(self.log.topic_id, self.log.number, row.offset)
        sealed = _sealed_of(row)
        computed = line_hash(
            self.previous,
            shard=f"{self.log.topic_id}/{self.log.number}",
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


class Chains:
    """Reads ledgers as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def verify(self, log: Partition) -> ChainReport:
        """Walk a whole chain. What was erased by law is counted, and is no fault."""
        walk = _Walk(log)
        with told_by_remedy():
            rows = await self._connection.stream(
                _lines_of(log), execution_options={"yield_per": _AT_A_TIME}
            )
            async for row in rows:
                walk.step(row)
            head = (await self._connection.execute(_head_of(log))).one_or_none()
        if head is not None and (head.lines, digest_of(head.chain)) != (walk.lines, walk.previous):
            what = f"the head knows {head.lines} lines, the ledger ends otherwise"
            walk.faults.append(Fault(number=walk.lines, address=None, what=what))
        return ChainReport(
            lines=walk.lines, head=walk.previous, erased=walk.erased, faults=tuple(walk.faults)
        )


def _sealed_of(row: AnyRow) -> Sealed:
    return Sealed(
        input=digest_of(row.input),
        facts=digest_of(row.facts),
        policy=digest_of(row.policy),
        decision=digest_of(row.decision),
        case=None if row.case is None else digest_of(row.case),
    )


def _wrong_beside(row: AnyRow, sealed: Sealed) -> Iterator[str]:
    if row.outcome is None:
        yield "has no outcome"
    if row.kept_policy is None:
        yield "has no record"
    if row.salt is None:
        return
    contents = {
        "input": (digest_of(row.kept_input).encode(), sealed.input),
        "facts": (row.kept_facts, sealed.facts),
        "policy": (digest_of(row.kept_policy).encode(), sealed.policy),
        "decision": (row.kept_decision, sealed.decision),
    }
    for label, (content, digest) in contents.items():
        if seal(content, label=label, salt=row.salt) != digest:
            yield f"its {label} is not what was sealed"
    case = None if row.case_id is None else f"{row.case_id}/{row.case_version}".encode()
    if (None if case is None else seal(case, label="case", salt=row.salt)) != sealed.case:
        yield "its case is not what was sealed"
    if orjson.loads(row.kept_decision)["outcome"] != row.outcome:
        yield "its outcome is not the one in its decision"


def _head_of(log: Partition) -> Select[bytes, int]:
    return select(heads.c.chain, heads.c.lines).where(
        heads.c.topic_id == log.topic_id, heads.c.partition == log.number
    )


def _lines_of(log: Partition) -> Select:  # type: ignore[type-arg]
    line, record = ledger_lines.c, decision_records.c
    return (
        select(
            ledger_lines,
            *(outcomes.c.outcome, outcomes.c.case_id, outcomes.c.case_version),
            outcomes.c.input.label("kept_input"),
            *(record[name].label(f"kept_{name}") for name in ("facts", "policy", "decision")),
            *(record.salt, record.erased_at),
        )
        .outerjoin_from(ledger_lines, outcomes, _same_address(outcomes))
        .outerjoin(decision_records, _same_address(decision_records))
        .where(line.topic_id == log.topic_id, line.partition == log.number)
        .order_by(line.number)
    )


def _same_address(table: Table) -> ColumnElement[bool]:
    names = ("topic_id", "partition", "offset")
    return and_(*(table.c[name] == ledger_lines.c[name] for name in names))
