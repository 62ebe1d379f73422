"""The unit of work on PostgreSQL: one partition's batch, together or not at all.

    begin   1  the head row                      locked, made when absent
    claim   2  event ids, sorted                 waits for who claims the same
    open    3  work files, sorted by id          locked
    record  4  work files written, then the outbox's sequence taken
            5  outcomes, records, ledger lines,
               signals, clocks that begin        nobody waits for these
            6  cameras, sorted                   shared, so held as shortly as may be
            7  the head moved; commit

Every transaction takes its locks in this order, so that two can hardly wait for each other.
"""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.decisions.facts import Claim
from handlers.ledger import GENESIS
from handlers.ports import Head, Settled, Shard, Void
from infra.store import statements as sql
from infra.store.arrays import array, bytes_array
from infra.store.clock_rows import CLOCK_TYPES, clock_row
from infra.store.clock_statements import COPY_CLOCKS
from infra.store.failures import is_lost, told_by_remedy
from infra.store.fencing import end_stopped_workers
from infra.store.posting import TopicOf, TraceOf, outbox_row
from infra.store.rows import (
    camera_of,
    case_of,
    case_row,
    digest_bytes,
    digest_of,
    line_row,
    occurred_at,
    outcome_row,
    record_row,
    signal_row,
    site_digest,
)
from infra.store.signal_tables import SIGNAL_TYPES
from schemas.errors import OffsiteError
from schemas.ids import Address, CaseId, EventId
from schemas.workfile import Site, WorkFile

Driver = psycopg.AsyncConnection[tuple[Any, ...]]


def _nobody_follows(_: Address) -> None:
    return None


class PostgresWork:
    """Makes transactions. Share one a process; each transaction has its own connection."""

    def __init__(
        self, engine: AsyncEngine, *, topic_of: TopicOf, trace_of: TraceOf = _nobody_follows
    ) -> None:
        self._engine: Final = engine
        self._topic_of: Final = topic_of
        self._trace_of: Final = trace_of

    @asynccontextmanager
    async def begin(self, shard: Shard) -> AsyncIterator["PostgresTransaction"]:
        """Lock the shard's head; commit when the block ends well, else leave no trace.

        Raises:
            TemporarilyUnavailableError: the database is away, or another was in the way.
        """
        with told_by_remedy():
            async with self._engine.connect() as connection:
                try:
                    driver = await driver_of(connection)
                    head, now = await _head_or_fence(driver, shard)
                    yield PostgresTransaction(
                        driver,
                        shard=shard,
                        head=head,
                        now=now,
                        topic_of=self._topic_of,
                        trace_of=self._trace_of,
                    )
                    await driver.commit()
                except psycopg.Error as error:
                    if is_lost(error):
                        await connection.invalidate()
                        await self._engine.dispose()
                    raise


class PostgresTransaction:
    """One partition's batch. Not to be shared between tasks."""

    def __init__(
        self,
        driver: Driver,
        *,
        shard: Shard,
        head: Head,
        now: datetime,
        topic_of: TopicOf,
        trace_of: TraceOf,
    ) -> None:
        self._driver: Final = driver
        self._shard: Final = shard
        self._head: Final = head
        self._now: Final = now
        self._topic_of: Final = topic_of
        self._trace_of: Final = trace_of

    @property
    def head(self) -> Head:
        """Locked until the transaction ends."""
        return self._head

    async def claim(self, claims: Collection[Claim]) -> Mapping[EventId, Claim]:
        """Note who said each event id first, and answer who that was.

        The claims are for messages of this shard.
        """
        if not claims:
            return {}
        claims = sorted(claims, key=lambda claim: claim.event_id)
        log = self._shard.log
        inserted = await self._driver.execute(
            sql.CLAIM,
            (
                log.topic_id,
                log.number,
                array([claim.event_id.source for claim in claims]),
                array([claim.event_id.id for claim in claims]),
                array([claim.first.offset for claim in claims]),
                bytes_array([digest_bytes(claim.input) for claim in claims]),
            ),
        )
        mine = {offset for (offset,) in await inserted.fetchall()}
        holders = {claim.event_id: claim for claim in claims if claim.first.offset in mine}
        others = [claim.event_id for claim in claims if claim.first.offset not in mine]
        return {**holders, **await self._holders(others)} if others else holders

    async def _holders(self, event_ids: Sequence[EventId]) -> Mapping[EventId, Claim]:
        found = await self._driver.execute(
            sql.HOLDERS,
            (array([each.source for each in event_ids]), array([each.id for each in event_ids])),
        )
        holders: dict[EventId, Claim] = {}
        for source, name, topic_id, partition, offset, digest in await found.fetchall():
            event_id, first = EventId(source, name), Address(topic_id, partition, offset)
            holders[event_id] = Claim(event_id=event_id, first=first, input=digest_of(digest))
        return holders

    async def open_cases(self, sites: Collection[Site]) -> Mapping[Site, WorkFile]:
        """The cases open at these sites, locked until the transaction ends."""
        if not sites:
            return {}
        found = await self._driver.execute(
            sql.LOCK_OPEN_CASES, (bytes_array([site_digest(site) for site in sites]),)
        )
        cases = [case_of(row) for row in await found.fetchall()]
        return {case.site: case for case in cases if case.site is not None}

    async def record(
        self, settled: Sequence[Settled], *, voids: Sequence[Void], head: Head
    ) -> None:
        """Write each address's only outcome with its effects, and move the head."""
        await self._keep_cases(settled)
        await self._post(settled)
        await self._copy_outcomes(settled)
        await self._start_clocks(settled)
        log = self._shard.log
        for void in voids:
            span = (log.topic_id, log.number, void.first, void.end, void.reason)
            await self._driver.execute(sql.KEEP_VOID, span)
        await self._see_cameras(settled)
        chain = digest_bytes(head.chain)
        await self._driver.execute(
            sql.MOVE_HEAD, (head.next, chain, head.lines, log.topic_id, log.number)
        )

    async def _keep_cases(self, settled: Sequence[Settled]) -> None:
        """Write each case once, as it stands after the batch."""
        last: dict[CaseId, tuple[object, ...]] = {}
        for each in settled:
            case = each.decision.case
            if case is not None:
                last[case.id] = (*case_row(case), digest_bytes(each.policy))
        if not last:
            return
        rows = sorted(last.values(), key=_by_site)
        written = await self._driver.execute(sql.KEEP_CASES, sql.case_arrays(rows))
        if written.rowcount != len(rows):
            raise OffsiteError(f"{len(rows) - written.rowcount} cases clash with other cases")

    async def _post(self, settled: Sequence[Settled]) -> None:
        rows = [
            outbox_row(
                letter,
                self._topic_of(letter),
                self._now,
                trace=self._trace_of(each.facts.address),
            )
            for each in settled
            for letter in each.letters
        ]
        if rows:
            await self._copy(sql.COPY_OUTBOX, sql.OUTBOX_TYPES, rows)

    async def _copy_outcomes(self, settled: Sequence[Settled]) -> None:
        if not settled:
            return
        await self._copy(sql.COPY_OUTCOMES, sql.OUTCOME_TYPES, map(outcome_row, settled))
        await self._copy(sql.COPY_RECORDS, sql.RECORD_TYPES, map(record_row, settled))
        await self._copy(sql.COPY_LINES, sql.LINE_TYPES, map(line_row, settled))
        signals = [row for row in map(signal_row, settled) if row is not None]
        if signals:
            await self._copy(sql.COPY_SIGNALS, SIGNAL_TYPES, signals)

    async def _start_clocks(self, settled: Sequence[Settled]) -> None:
        rows = [clock_row(clock) for each in settled for clock in each.clocks]
        if rows:
            await self._copy(COPY_CLOCKS, CLOCK_TYPES, rows)

    async def _copy(
        self, statement: str, types: Sequence[str], rows: Iterable[tuple[object, ...]]
    ) -> None:
        async with self._driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                await copy.write_row(row)

    async def _see_cameras(self, settled: Sequence[Settled]) -> None:
        messages: Counter[str] = Counter()
        event_at: dict[str, datetime] = {}
        received_at: dict[str, datetime] = {}
        for each in settled:
            camera, facts = camera_of(each.facts), each.facts
            if camera is None:
                continue
            messages[camera] += 1
            event_at[camera] = max(event_at.get(camera, occurred_at(facts)), occurred_at(facts))
            received_at[camera] = max(received_at.get(camera, facts.received_at), facts.received_at)
        cameras = sorted(messages)
        if cameras:
            columns = (
                [event_at[camera] for camera in cameras],
                [received_at[camera] for camera in cameras],
                [messages[camera] for camera in cameras],
            )
            await self._driver.execute(sql.SEE_CAMERAS, (cameras, *columns))


async def driver_of(connection: AsyncConnection) -> Driver:
    """The psycopg connection beneath, for COPY and prepared statements."""
    pooled = await connection.get_raw_connection()
    driver = pooled.driver_connection
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError(f"expected a connection of psycopg, got {type(driver)}")
    return driver


async def _head_or_fence(driver: Driver, shard: Shard) -> tuple[Head, datetime]:
    try:
        return await _locked_head(driver, shard)
    except psycopg.errors.LockNotAvailable:
        await end_stopped_workers(driver)
        raise


async def _locked_head(driver: Driver, shard: Shard) -> tuple[Head, datetime]:
    log = (shard.log.topic_id, shard.log.number)
    row = await (await driver.execute(sql.LOCK_HEAD, log)).fetchone()
    if row is None:
        genesis = digest_bytes(GENESIS)
        await driver.execute(sql.MEET_SHARD, (*log, shard.topic, shard.lane.value, genesis))
        row = await (await driver.execute(sql.LOCK_HEAD, log)).fetchone()
    if row is None:
        raise OffsiteError(f"no head for {shard.topic}/{shard.log.number}")
    offset, chain, lines, now = row
    return Head(next=offset, chain=digest_of(chain), lines=lines), now


def _by_site(row: tuple[object, ...]) -> tuple[bytes, str]:
    """New cases of two transactions at the same sites are written in the same order."""
    case_id, site = row[0], row[9]
    return site if isinstance(site, bytes) else b"", str(case_id)
