"""Reads subjects: a case, an incident or a pack with all that was done on it, seen and running."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.dossier import Dossier, Seen
from handlers.decisions.lives.standing import OPINION_PREFIX, PACK_PREFIX
from infra.store import act_statements as sql
from infra.store.act_rows import brought_by, taken_of
from infra.store.clock_rows import clock_of
from infra.store.clocks import of_subject
from infra.store.failures import told_by_remedy
from infra.store.left_behind import pack_digest
from infra.store.rows import case_of, digest_of
from infra.store.work import Driver, driver_of
from schemas.act import SubjectId, Taken
from schemas.clock import Clock
from schemas.opinion import OpinionState
from schemas.penalty import PenaltyState


class Dossiers:
    """Reads subjects as they stand, holding nobody up. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def dossier(self, subject: SubjectId) -> Dossier | None:
        """A subject at one instant; absent where nobody knows it.

        Raises:
            TemporarilyUnavailableError: the database is away.
        """
        with told_by_remedy():
            async with self._engine.connect() as connection:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                return await read_dossier(await driver_of(connection), subject, locks=False)


async def read_dossier(driver: Driver, subject: SubjectId, *, locks: bool) -> Dossier | None:
    """In a transaction; with locks nobody else changes the case or its clocks until it ends."""
    if subject.startswith(PACK_PREFIX):
        return await _pack(driver, subject)
    if subject.startswith(OPINION_PREFIX):
        return await _opinion(driver, subject, locks=locks)
    return await _case(driver, subject, locks=locks)


async def _case(driver: Driver, subject: SubjectId, *, locks: bool) -> Dossier | None:
    row = await _one(driver, sql.LOCK_CASE if locks else sql.CASE, subject)
    if row is None:
        return None
    *columns, policy = row
    penalty = await _one(driver, sql.PENALTY, subject)
    state, stayed_from = penalty or (PenaltyState.NOT_CONSIDERED.value, None)
    seen, occurred_at = await _sightings(driver, subject)
    return Dossier(
        id=subject,
        taken=await _taken(driver, subject),
        clocks=await _clocks(driver, subject, locks=locks),
        case=case_of(columns),
        penalty=PenaltyState(state),
        stayed_from=None if stayed_from is None else PenaltyState(stayed_from),
        occurred_at=occurred_at,
        opened_under=None if policy is None else digest_of(policy),
        seen=seen,
    )


async def _opinion(driver: Driver, subject: SubjectId, *, locks: bool) -> Dossier | None:
    row = await _one(driver, sql.OPINION, subject)
    if row is None:
        return None
    return Dossier(
        id=subject,
        taken=await _taken(driver, subject),
        clocks=await _clocks(driver, subject, locks=locks),
        opinion=OpinionState(row[0]),
    )


async def _pack(driver: Driver, subject: SubjectId) -> Dossier | None:
    """A pack that was kept is known, also before anybody proposes it."""
    found = await driver.execute(sql.IS_PACK_KEPT, (pack_digest(subject),))
    if await found.fetchone() is None:
        return None
    return Dossier(id=subject, taken=await _taken(driver, subject))


async def _taken(driver: Driver, subject: SubjectId) -> tuple[Taken, ...]:
    found = await driver.execute(sql.TAKEN, (subject,))
    return tuple(taken_of(row) for row in await found.fetchall())


async def _clocks(driver: Driver, subject: SubjectId, *, locks: bool) -> tuple[Clock, ...]:
    if locks:
        return await of_subject(driver, subject)
    found = await driver.execute(sql.CLOCKS, (subject,))
    return tuple(clock_of(row) for row in await found.fetchall())


async def _sightings(
    driver: Driver, subject: SubjectId
) -> tuple[tuple[Seen, ...], datetime | None]:
    """The latest evidence, and when the first of what is on record was seen."""
    found = await driver.execute(sql.SEEN, (subject, subject))
    brought = [each for _, facts in await found.fetchall() if (each := brought_by(facts))]
    seen = tuple(item for each in brought for item in each.items)
    first = min((each.occurred_at for each in brought), default=None)
    return seen[-sql.MOST_SEEN :], first


async def _one(driver: Driver, statement: str, key: str) -> Sequence[Any] | None:
    return await (await driver.execute(statement, (key,))).fetchone()
