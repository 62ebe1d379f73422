"""The unit of work of people's acts on PostgreSQL: one command, together or not at all.

    begin    1  the subject's shard of acts       locked: acts on a subject take turns
    dossier  2  the case, then its clocks         locked: no sighting changes them meanwhile
    record   3  the act, what it left behind, clocks, letters
             4  the shard moved; commit

A worker takes cases, then clocks, and never a shard of acts: the two can't wait for each other.
"""

import zlib
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.acts import ACTS, KnownAnswer, SettledAct
from handlers.decisions.answer import Done
from handlers.decisions.dossier import Dossier
from handlers.decisions.gates.gate import Prior, Standing
from handlers.ports import Head
from infra.store import act_statements as sql
from infra.store.act_rows import act_row, person_of, prior_of
from infra.store.act_tables import ACT_SHARDS
from infra.store.clocks import keep as keep_clocks
from infra.store.dossiers import read_dossier
from infra.store.failures import is_lost, told_by_remedy
from infra.store.left_behind import leave_behind, party_digest
from infra.store.posting import TopicOf, outbox_row
from infra.store.rows import case_of, digest_bytes, digest_of, site_digest
from infra.store.work import Driver, driver_of
from schemas.act import CommandId, SubjectId
from schemas.errors import OffsiteError, RefusedError
from schemas.ids import Address, CaseId, Sha256
from schemas.person import Person, PersonId
from schemas.workfile import Site, WorkFile


class PostgresActWork:
    """Makes transactions. Share one a process; each transaction has its own connection."""

    def __init__(self, engine: AsyncEngine, *, topic_of: TopicOf) -> None:
        self._engine: Final = engine
        self._topic_of: Final = topic_of

    @asynccontextmanager
    async def begin(self, subject: SubjectId) -> AsyncIterator["PostgresActTransaction"]:
        """Lock the subject's shard; commit when the block ends well, else leave no trace.

        Raises:
            TemporarilyUnavailableError: the database is away, or another was in the way.
        """
        with told_by_remedy():
            async with self._engine.connect() as connection:
                try:
                    driver = await driver_of(connection)
                    yield await _begun(driver, act_shard(subject), self._topic_of)
                    await driver.commit()
                except psycopg.Error as error:
                    if is_lost(error):
                        await connection.invalidate()
                        await self._engine.dispose()
                    raise


class PostgresActTransaction:
    """One command. Not to be shared between tasks."""

    def __init__(
        self, driver: Driver, *, shard: int, head: Head, now: datetime, topic_of: TopicOf
    ) -> None:
        self._driver: Final = driver
        self._shard: Final = shard
        self._head: Final = head
        self._now: Final = now
        self._topic_of: Final = topic_of

    @property
    def head(self) -> Head:
        """Locked until the transaction ends."""
        return self._head

    @property
    def shard(self) -> int:
        """Which shard of acts the subject lies in."""
        return self._shard

    @property
    def now(self) -> datetime:
        """The database's clock, once the shard was ours."""
        return self._now

    async def answered(self, command: CommandId) -> KnownAnswer | None:
        """Absent for a command that is new.

        Raises:
            RefusedError: what it was answered has been erased by law.
        """
        row = await (await self._driver.execute(sql.ANSWERED, (command,))).fetchone()
        if row is None:
            return None
        shard, number, digest, answer = row
        address = Address(ACTS, shard, number)
        if answer is None:
            raise RefusedError(f"command {command}: its answer at {address} was erased by law")
        return KnownAnswer(address=address, input=digest_of(digest), answer=bytes(answer))

    async def dossier(self, subject: SubjectId) -> Dossier | None:
        """The subject, locked; absent where nobody knows it."""
        return await read_dossier(self._driver, subject, locks=True)

    async def people(self, ids: Collection[PersonId]) -> Mapping[PersonId, Person]:
        """Those of them that the register knows."""
        found = await self._driver.execute(sql.PEOPLE, (sorted(ids),))
        people = [person_of(row) for row in await found.fetchall()]
        return {person.id: person for person in people}

    async def prior(self, dossier: Dossier, party: str) -> tuple[Prior, ...]:
        """What was found in other cases about a party and this matter, oldest first."""
        if dossier.case is None or dossier.case.matter is None:
            return ()
        asked = (party_digest(party), str(dossier.case.matter), dossier.case.id)
        found = await self._driver.execute(sql.PRIOR, asked)
        return tuple(prior_of(row) for row in await found.fetchall())

    async def case(self, case_id: CaseId) -> WorkFile | None:
        """Another case, not locked."""
        row = await (await self._driver.execute(sql.CASE, (case_id,))).fetchone()
        return None if row is None else case_of(row[:-1])

    async def is_open(self, site: Site, *, besides: SubjectId) -> bool:
        """Whether another open case stands at a site."""
        asked = (site_digest(site), besides)
        row = await (await self._driver.execute(sql.IS_SITE_TAKEN, asked)).fetchone()
        return row is not None and bool(row[0])

    async def standing(self, digest: Sha256) -> Standing:
        """Who proposed and who published a pack."""
        row = await (await self._driver.execute(sql.STANDING, (digest_bytes(digest),))).fetchone()
        proposed_by, published_by = row or (None, None)
        return Standing(digest=digest, proposed_by=proposed_by, published_by=published_by)

    async def named(self, name: str, version: str) -> Sha256 | None:
        """The pack that was proposed first under a name and version."""
        await self._driver.execute(sql.NAME_TURN, (name, version))
        row = await (await self._driver.execute(sql.NAMED, (name, version))).fetchone()
        return None if row is None else digest_of(row[0])

    async def record(self, settled: SettledAct, *, head: Head) -> None:
        """Write the answer; where it was done, the subject, its clocks and its letters too."""
        await self._driver.execute(sql.KEEP_ACT, act_row(settled))
        await leave_behind(self._driver, settled)
        if isinstance(settled.answer, Done):
            await keep_clocks(self._driver, settled.answer.clocks)
        for letter in settled.letters:
            row = outbox_row(letter, self._topic_of(letter), self._now)
            await self._driver.execute(sql.POST, row)
        moved = (head.next, digest_bytes(head.chain), head.lines, self._shard)
        await self._driver.execute(sql.MOVE_SHARD, moved)


def act_shard(subject: SubjectId) -> int:
    """Which shard a subject lies in. The same in every process and every year."""
    return zlib.crc32(subject.encode()) % ACT_SHARDS


async def _begun(driver: Driver, shard: int, topic_of: TopicOf) -> PostgresActTransaction:
    row = await (await driver.execute(sql.LOCK_SHARD, (shard,))).fetchone()
    now = await (await driver.execute(sql.NOW)).fetchone()
    if row is None or now is None:
        raise OffsiteError(f"expected shard {shard} of the acts in the database, got none")
    at, chain, lines = row
    return PostgresActTransaction(
        driver,
        shard=shard,
        head=Head(next=at, chain=digest_of(chain), lines=lines),
        now=now[0],
        topic_of=topic_of,
    )
