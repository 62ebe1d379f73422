"""Recomputes the ledger of the clocks' rounds, and holds what lies beside it against its seals."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.clock_keeping import CLOCKS
from handlers.ledger import GENESIS, Sealed, line_hash, seal
from infra.store.clock_tables import clock_rounds
from infra.store.failures import told_by_remedy
from infra.store.rows import digest_of
from schemas.ids import Address

_AT_A_TIME: Final = 200

Fault = tuple[str, str]
"""The address of a line, and what is wrong there."""


async def verify_rounds(connection: AsyncConnection) -> list[Fault]:
    """Walk every shard. What was erased by law is no fault."""
    faults: list[Fault] = []
    at, previous = (-1, 0), GENESIS
    query = select(clock_rounds).order_by(clock_rounds.c.shard, clock_rounds.c.number)
    with told_by_remedy():
        rows = await connection.stream(query, execution_options={"yield_per": _AT_A_TIME})
        async for row in rows:
            if row.shard != at[0]:
                at, previous = (row.shard, 0), GENESIS
            address = Address(CLOCKS, row.shard, row.number)
            if row.number != at[1]:
                faults.append((str(address), f"line {at[1]} is missing before it"))
            if digest_of(row.previous) != previous:
                faults.append((str(address), "does not hang on the line before it"))
            faults += ((str(address), what) for what in _wrong(row, address))
            at, previous = (row.shard, row.number + 1), digest_of(row.hash)
    return faults


def _wrong(row: Row[*tuple[Any, ...]], address: Address) -> Iterator[str]:
    sealed = Sealed(
        input=digest_of(row.input_digest),
        facts=digest_of(row.facts_digest),
        policy=digest_of(row.policy_digest),
        decision=digest_of(row.decision_digest),
        case=None,
    )
    computed = line_hash(
        digest_of(row.previous),
        shard=f"{CLOCKS}/{row.shard}",
        number=row.number,
        address=address,
        sealed=sealed,
    )
    if digest_of(row.hash) != computed:
        yield "its hash is not that of its content"
    if row.salt is None:
        return
    contents = (("facts", row.facts, sealed.facts), ("decision", row.decision, sealed.decision))
    for label, content, digest in contents:
        if seal(content, label=label, salt=row.salt) != digest:
            yield f"its {label} is not what was sealed"
