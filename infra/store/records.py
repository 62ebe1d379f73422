"""What was decided, address by address, with the facts that it rested on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.decisions.decision import Outcome
from infra.store.failures import told_by_remedy
from infra.store.rows import digest_of
from infra.store.tables import decision_records, effects, outcomes
from schemas.ids import Address, CaseId, EventId, Sha256

AnyRow = Row[*tuple[Any, ...]]
_AT_A_TIME: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One outcome. `facts` and `decision` are absent once they were erased by law."""

    address: Address
    received_at: datetime
    decided_at: datetime
    outcome: Outcome
    policy: Sha256
    facts: bytes | None
    decision: bytes | None
    erased_because: str | None


_ADDRESS: Final = (outcomes.c.topic_id, outcomes.c.partition, outcomes.c.offset)
_RECORDS: Final = select(
    *_ADDRESS,
    *(outcomes.c.received_at, outcomes.c.decided_at, outcomes.c.outcome),
    *(decision_records.c.policy, decision_records.c.facts, decision_records.c.decision),
    decision_records.c.erased_because,
).join_from(
    outcomes,
    decision_records,
    and_(
        outcomes.c.topic_id == decision_records.c.topic_id,
        outcomes.c.partition == decision_records.c.partition,
        outcomes.c.offset == decision_records.c.offset,
    ),
)


class Records:
    """Reads records as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def between(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """Those received in [since, until), log by log, in offset order: as a replay wants them.

        However many there are, only some hundreds are in memory at a time.
        """
        in_time = and_(outcomes.c.received_at >= since, outcomes.c.received_at < until)
        query = _RECORDS.where(in_time).order_by(*_ADDRESS)
        with told_by_remedy():
            rows = await self._connection.stream(query, execution_options={"yield_per": _AT_A_TIME})
            async for row in rows:
                yield _record_of(row)

    async def at(self, address: Address) -> Record | None:
        """The one outcome of an address, if it has been decided."""
        lies_there = (address.topic_id, address.partition, address.offset)
        found = await self._all(_RECORDS.where(tuple_(*_ADDRESS) == lies_there))
        return found[0] if found else None

    async def of_event(self, event: EventId) -> Record | None:
        """The outcome of the first message that said an event, if it has been decided."""
        first = (effects.c.topic_id, effects.c.partition, effects.c.offset)
        said = select(*first).where(
            effects.c.source == event.source, effects.c.event_id == event.id
        )
        found = await self._all(_RECORDS.where(tuple_(*_ADDRESS).in_(said)))
        return found[0] if found else None

    async def of_case(self, case_id: CaseId) -> tuple[Record, ...]:
        """All that touched a case, oldest version first."""
        query = _RECORDS.where(outcomes.c.case_id == case_id).order_by(outcomes.c.case_version)
        return await self._all(query)

    async def _all(self, query: Select[*tuple[Any, ...]]) -> tuple[Record, ...]:
        with told_by_remedy():
            return tuple(_record_of(row) for row in await self._connection.execute(query))


def _record_of(row: AnyRow) -> Record:
    return Record(
        address=Address(row.topic_id, row.partition, row.offset),
        received_at=row.received_at,
        decided_at=row.decided_at,
        outcome=Outcome(row.outcome),
        policy=digest_of(row.policy),
        facts=row.facts,
        decision=row.decision,
        erased_because=row.erased_because,
    )
