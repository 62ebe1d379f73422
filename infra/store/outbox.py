"""What leaves: rows that wait for the relay, under a lease a shard.

    unsent ──relay──► sent ──housekeeping──► forgotten

One relay a shard at a time, by the database's clock. A relay that slept through its lease gets
no more rows; what it still had in hand may go out twice, under the same letter id.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Row, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import BigInteger, Integer, Interval, SmallInteger, Text

from infra.store.failures import told_by_remedy
from infra.store.tables import RELAY_SHARDS, outbox, relay_leases


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A letter that Kafka has not acknowledged yet."""

    id: int
    shard: int
    topic: str
    key: str
    value: bytes
    letter_id: str
    created_at: datetime
    trace: str | None = None


class Sent(Protocol):
    """Where a row lies in Kafka now."""

    @property
    def id(self) -> int:
        """The row."""
        ...

    @property
    def partition(self) -> int:
        """Of the letter's topic."""
        ...

    @property
    def offset(self) -> int:
        """In that partition."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits in all shards together."""

    letters: int
    oldest_at: datetime | None


URGENT_ROUND_LETTERS: Final = 100
ROUND_LETTERS: Final = 60
"""Short: urgent letters share the loop with the others, and wait for a turn of it."""

_WAITING: Final = (
    *(outbox.c.id, outbox.c.relay_shard, outbox.c.topic, outbox.c.key),
    *(outbox.c.value, outbox.c.letter_id, outbox.c.created_at, outbox.c.trace),
)

# While a flood fills the table, PostgreSQL knows it as it was: small. It would then sort all that
# waits for each round, which took 678 ms of 60,000 letters; by the index it takes 0.2.
_IN_INDEX_ORDER: Final = text("SET LOCAL enable_sort = off")

# Mine first, so that `at_most` never makes a relay trade one shard for another.
_LEASE: Final = text(
    """
    WITH free AS (
        SELECT relay_shard FROM relay_leases
        WHERE owner = :owner OR until IS NULL OR until < clock_timestamp()
        ORDER BY owner IS DISTINCT FROM :owner, relay_shard LIMIT :at_most
        FOR UPDATE SKIP LOCKED
    )
    UPDATE relay_leases SET owner = :owner, until = clock_timestamp() + :lease
    FROM free WHERE relay_leases.relay_shard = free.relay_shard
    RETURNING relay_leases.relay_shard
    """
).bindparams(bindparam("lease", type_=Interval))

_MARK: Final = text(
    """
    UPDATE outbox SET
        sent_at = clock_timestamp(), sent_partition = sent.partition, sent_offset = sent."offset"
    FROM unnest(:ids, :partitions, :offsets) AS sent (id, partition, "offset")
    WHERE outbox.id = sent.id AND outbox.sent_at IS NULL
    """
).bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)),
    bindparam("partitions", type_=ARRAY(Integer)),
    bindparam("offsets", type_=ARRAY(BigInteger)),
)


class Outbox:
    """One a relay, for urgent letters or for the others. `owner` tells processes apart."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        owner: str,
        urgent: bool,
        lease: timedelta = timedelta(seconds=10),
    ) -> None:
        self._engine: Final = engine
        self._owner: Final = owner
        self._urgent: Final = urgent
        self._lease: Final = lease

    async def lease(self, at_most: int = RELAY_SHARDS) -> frozenset[int]:
        """Take free shards and renew ours; what isn't in the answer isn't ours any more.

        Call it a few times a lease. Doesn't wait for other relays.
        """
        wanted = {"owner": self._owner, "at_most": at_most, "lease": self._lease}
        with told_by_remedy():
            async with self._engine.begin() as connection:
                return frozenset(await connection.scalars(_LEASE, wanted))

    async def unsent(
        self, shards: Collection[int], *, held: Collection[str] = ()
    ) -> Sequence[Waiting]:
        """Rows that were never acknowledged, oldest first, but none of the keys in `held`.

        Only of shards whose lease is still ours by the database's clock.
        """
        ours = select(relay_leases.c.relay_shard).where(
            relay_leases.c.owner == self._owner,
            relay_leases.c.until > func.clock_timestamp(),
            relay_leases.c.relay_shard == func.any(bindparam("shards", type_=ARRAY(SmallInteger))),
        )
        query = (
            select(*_WAITING)
            .where(
                outbox.c.sent_at.is_(None),
                outbox.c.urgent.is_(self._urgent),
                outbox.c.relay_shard == func.any(func.array(ours.scalar_subquery())),
                outbox.c.key != func.all(bindparam("held", type_=ARRAY(Text))),
            )
            .order_by(outbox.c.id)
            .limit(URGENT_ROUND_LETTERS if self._urgent else ROUND_LETTERS)
        )
        with told_by_remedy():
            async with self._engine.connect() as connection:
                await connection.execute(_IN_INDEX_ORDER)
                rows = await connection.execute(query, {"shards": list(shards), "held": list(held)})
        return [_waiting(row) for row in rows]

    async def mark_sent(self, sent: Sequence[Sent]) -> None:
        """May be repeated: a row keeps the first place that it was sent to."""
        if not sent:
            return
        columns = {
            "ids": [row.id for row in sent],
            "partitions": [row.partition for row in sent],
            "offsets": [row.offset for row in sent],
        }
        with told_by_remedy():
            async with self._engine.begin() as connection:
                await connection.execute(_MARK, columns)

    async def release(self) -> None:
        """Give the shards back at once."""
        mine = relay_leases.c.owner == self._owner
        with told_by_remedy():
            async with self._engine.begin() as connection:
                await connection.execute(
                    update(relay_leases).where(mine).values(owner=None, until=None)
                )

    async def backlog(self) -> Backlog:
        """What waits now, whoever is to carry it."""
        query = select(func.count(), func.min(outbox.c.created_at)).where(
            outbox.c.sent_at.is_(None)
        )
        with told_by_remedy():
            async with self._engine.connect() as connection:
                letters, oldest_at = (await connection.execute(query)).one()
        return Backlog(letters=letters, oldest_at=oldest_at)

    async def forget_sent(self, before: datetime, *, limit: int = 10_000) -> int:
        """Remove up to `limit` rows that were sent before that; answer how many."""
        old = (
            select(outbox.c.id).where(outbox.c.sent_at < before).order_by(outbox.c.id).limit(limit)
        )
        with told_by_remedy():
            async with self._engine.begin() as connection:
                gone = await connection.execute(delete(outbox).where(outbox.c.id.in_(old)))
        return gone.rowcount


def _waiting(row: Row[*tuple[Any, ...]]) -> Waiting:
    return Waiting(
        id=row.id,
        shard=row.relay_shard,
        topic=row.topic,
        key=row.key,
        value=row.value,
        letter_id=row.letter_id,
        created_at=row.created_at,
        trace=row.trace,
    )
