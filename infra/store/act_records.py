"""What people's commands were answered, address by address, with the facts that it rested on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.acts import ACTS
from infra.store.act_tables import acts
from infra.store.failures import told_by_remedy
from infra.store.rows import digest_of
from schemas.ids import Address, Sha256

_AT_A_TIME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRecord:
    """One answer. `facts` and `answer` are absent once they were erased by law."""

    address: Address
    recorded_at: datetime
    policy: Sha256
    facts: bytes | None
    answer: bytes | None
    erased_because: str | None


class ActRecords:
    """Reads answers as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def between(self, since: datetime, until: datetime) -> AsyncIterator[ActRecord]:
        """Those recorded in [since, until), shard by shard, in order.

        However many there are, only some hundreds are in memory at a time.
        """
        query = (
            select(
                *(acts.c.shard, acts.c.number, acts.c.recorded_at, acts.c.policy),
                *(acts.c.facts, acts.c.answer, acts.c.erased_because),
            )
            .where(and_(acts.c.recorded_at >= since, acts.c.recorded_at < until))
            .order_by(acts.c.shard, acts.c.number)
        )
        with told_by_remedy():
            rows = await self._connection.stream(query, execution_options={"yield_per": _AT_A_TIME})
            async for row in rows:
                yield ActRecord(
                    address=Address(ACTS, row.shard, row.number),
                    recorded_at=row.recorded_at,
                    policy=digest_of(row.policy),
                    facts=row.facts,
                    answer=row.answer,
                    erased_because=row.erased_because,
                )
