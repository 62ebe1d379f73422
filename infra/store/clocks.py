"""Clocks on PostgreSQL: kept in another's transaction, claimed and fired in one of their own.

    claim   1  due clocks, most overdue first     locked; what another has locked is passed over
            2  a free shard of the ledger         held until the commit
    record  3  clocks moved, then the outbox
            4  firings, the round with its line; commit

A firing's key is the clock and its place in the plan: the database itself refuses a second one.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.clock_keeping import Round, RoundHead
from handlers.ledger import GENESIS
from infra.store import clock_statements as sql
from infra.store.clock_rows import FIRING_TYPES, clock_of, clock_row, firing_row, round_row
from infra.store.failures import is_lost, told_by_remedy
from infra.store.posting import TopicOf, outbox_row
from infra.store.rows import digest_of
from infra.store.statements import COPY_OUTBOX, OUTBOX_TYPES
from infra.store.work import Driver, driver_of
from schemas.act import SubjectId
from schemas.clock import Clock
from schemas.errors import OffsiteError, TemporarilyUnavailableError


async def of_subject(driver: Driver, subject: SubjectId) -> tuple[Clock, ...]:
    """All clocks that a subject ever had, by kind and number, locked until the transaction ends."""
    found = await driver.execute(sql.LOCK_OF_SUBJECT, (subject,))
    return tuple(clock_of(row) for row in await found.fetchall())


async def keep(driver: Driver, clocks: Collection[Clock]) -> None:
    """Write clocks as they stand, in the transaction of the act that moved them.

    Raises:
        TemporarilyUnavailableError: one has fired meanwhile; read it again.
    """
    if not clocks:
        return
    # An ended clock makes room for the next one of its kind, so it is written before that.
    rows = [clock_row(clock) for clock in sorted(clocks, key=_ended_first)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    written = await driver.execute(sql.KEEP, columns)
    if written.rowcount != len(rows):
        raise TemporarilyUnavailableError("a clock has fired meanwhile: read it again")


def _ended_first(clock: Clock) -> tuple[bool, str, str, int]:
    return clock.is_open, clock.subject, clock.kind, clock.number


class PostgresClocks:
    """Makes claims. Share one a process; each claim has its own connection."""

    def __init__(self, engine: AsyncEngine, *, topic_of: TopicOf) -> None:
        self._engine: Final = engine
        self._topic_of: Final = topic_of

    @asynccontextmanager
    async def claim(self, *, at_most: int) -> AsyncIterator["PostgresClaim | None"]:
        """Lock clocks that are due and that nobody else has claimed; absent where none is.

        Raises:
            TemporarilyUnavailableError: the database is away, or too many keepers write at once.
        """
        with told_by_remedy():
            async with self._engine.connect() as connection:
                try:
                    driver = await driver_of(connection)
                    yield await _claimed(driver, at_most, self._topic_of)
                    await driver.commit()
                except psycopg.Error as error:
                    if is_lost(error):
                        await connection.invalidate()
                        await self._engine.dispose()
                    raise

    async def beat(self, name: str, said: str) -> None:
        """Say that a keeper is alive, by the database's clock."""
        with told_by_remedy():
            async with self._engine.begin() as connection:
                await (await driver_of(connection)).execute(sql.BEAT, (name, said))


class PostgresClaim:
    """Clocks that are due, locked. Not to be shared between tasks."""

    def __init__(
        self,
        driver: Driver,
        *,
        now: datetime,
        rows: Sequence[Sequence[Any]],
        head: RoundHead,
        topic_of: TopicOf,
    ) -> None:
        self._driver: Final = driver
        self._now: Final = now
        self._clocks: Final = [clock_of(row) for row in rows]
        self._places: Final = {
            clock.id: row[-1] for clock, row in zip(self._clocks, rows, strict=True)
        }
        self._head: Final = head
        self._topic_of: Final = topic_of

    @property
    def now(self) -> datetime:
        """The database's clock, as the transaction began."""
        return self._now

    @property
    def clocks(self) -> Sequence[Clock]:
        """The most overdue first."""
        return self._clocks

    @property
    def head(self) -> RoundHead:
        """Of a shard that no other keeper writes to now."""
        return self._head

    async def record(self, kept: Round) -> None:
        """Write the clocks as they stand, their firings and pages, and the line."""
        moved = {each.clock.id: each.clock for each in kept.told}
        columns = (
            " ".join(self._places[id_] for id_ in moved),
            " ".join(str(clock.fired) for clock in moved.values()),
            " ".join(_spelt(clock.next_at) for clock in moved.values()),
        )
        done = await self._driver.execute(sql.MOVE, columns)
        if done.rowcount != len(moved):
            raise OffsiteError(
                f"{len(moved) - done.rowcount} clocks are not where they were claimed"
            )
        pages = (outbox_row(page, self._topic_of(page), kept.now) for page in kept.pages)
        await self._copy(COPY_OUTBOX, OUTBOX_TYPES, pages)
        firings = (firing_row(each, kept) for each in kept.told)
        await self._copy(sql.COPY_FIRINGS, FIRING_TYPES, firings)
        await self._driver.execute(sql.KEEP_ROUND, round_row(kept))

    async def _copy(
        self, statement: str, types: Sequence[str], rows: Iterable[tuple[object, ...]]
    ) -> None:
        async with self._driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                await copy.write_row(row)


def _spelt(instant: datetime | None) -> str:
    return "-" if instant is None else instant.isoformat()


async def _claimed(driver: Driver, at_most: int, topic_of: TopicOf) -> PostgresClaim | None:
    found = await driver.execute(sql.CLAIM, (at_most,), binary=True)
    rows = await found.fetchall()
    if not rows:
        return None
    shard, now = await _free_shard(driver)
    last = await (await driver.execute(sql.LAST_LINE, (shard,))).fetchone()
    head = RoundHead(shard=shard, lines=0, chain=GENESIS)
    if last is not None:
        head = RoundHead(shard=shard, lines=last[0] + 1, chain=digest_of(last[1]))
    return PostgresClaim(driver, now=now, rows=rows, head=head, topic_of=topic_of)


async def _free_shard(driver: Driver) -> tuple[int, datetime]:
    """By a lock that ends with the transaction: a killed keeper holds none."""
    free = await (await driver.execute(sql.FREE_SHARD)).fetchone()
    if free is None:
        raise TemporarilyUnavailableError(f"{sql.SHARDS} keepers write at once: wait for one")
    return free[0], free[1]
