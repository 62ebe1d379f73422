"""Looks at clocks from outside: what runs, and what should have been told and was not.

The auditor reads the plans themselves, not the column that the keeper claims by: what that column
has wrong is just what it looks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Select, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.store.clock_chain import verify_rounds
from infra.store.clock_rows import CLOCK_COLUMNS, clock_of
from infra.store.clock_tables import clocks, heartbeats
from infra.store.failures import told_by_remedy
from schemas.act import SubjectId
from schemas.clock import Clock, ClockState
from schemas.instants import instant_text

GRACE: Final = timedelta(seconds=30)
"""So late may a firing be, or a heartbeat, before somebody has to look."""


class Trouble(StrEnum):
    """What an auditor may find."""

    UNFIRED = "unfired"
    NOT_ON_RECORD = "not-on-record"
    NO_LINE = "no-line"
    BROKEN_CHAIN = "broken-chain"
    NO_HEARTBEAT = "no-heartbeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that isn't as it ought to be. `where` is a clock, a firing, a line or a keeper."""

    trouble: Trouble
    where: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """When a keeper last said that it is alive; `said` is its host and process."""

    name: str
    at: datetime
    said: str


_READ: Final = tuple(
    literal_column("clocks.plan::text") if name == "plan" else clocks.c[name]
    for name in CLOCK_COLUMNS
)

_FIRST_UNTOLD: Final = "(clocks.plan -> clocks.fired ->> 0)::timestamptz"

_COUNTED: Final = text(
    """
    SELECT concat_ws('/', subject, kind, number) AS clock, fired, coalesce(firings, 0) AS firings
    FROM clocks LEFT JOIN (
        SELECT subject, kind, number, count(*) AS firings FROM clock_firings GROUP BY 1, 2, 3
    ) AS told USING (subject, kind, number)
    WHERE fired <> coalesce(firings, 0) ORDER BY 1
    """
)

_WITHOUT_A_LINE: Final = text(
    """
    SELECT concat_ws('/', subject, kind, number, index) AS firing, shard, line
    FROM clock_firings WHERE NOT EXISTS (
        SELECT FROM clock_rounds WHERE clock_rounds.shard = clock_firings.shard
        AND clock_rounds.number = clock_firings.line
    ) ORDER BY 1
    """
)


class ClockWatch:
    """Reads as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def now(self) -> datetime:
        """The clock by which everything is told."""
        with told_by_remedy():
            return (await self._connection.execute(select(func.now()))).scalar_one()

    async def standing(
        self,
        *,
        subject: SubjectId | None = None,
        due_before: datetime | None = None,
        with_ended: bool = False,
        limit: int,
    ) -> Sequence[Clock]:
        """Soonest due first; those that have ended only where they are asked for."""
        wanted: list[ColumnElement[bool]] = []
        if not with_ended:
            wanted.append(clocks.c.state != ClockState.STOPPED.value)
        if subject is not None:
            wanted.append(clocks.c.subject == subject)
        if due_before is not None:
            wanted.append(clocks.c.due_at < due_before)
        order = (clocks.c.due_at, clocks.c.subject, clocks.c.kind, clocks.c.number)
        return await self._clocks(select(*_READ).where(*wanted).order_by(*order).limit(limit))

    async def overdue_unfired(self, now: datetime, grace: timedelta) -> Sequence[Clock]:
        """Clocks that should have fired longer ago than that, and did not."""
        waiting_since: ColumnElement[datetime] = literal_column(_FIRST_UNTOLD)
        return await self._clocks(
            select(*_READ)
            .where(clocks.c.state == ClockState.RUNNING.value, waiting_since < now - grace)
            .order_by(waiting_since, clocks.c.subject, clocks.c.kind)
        )

    async def heartbeats(self) -> Sequence[Heartbeat]:
        """By name."""
        with told_by_remedy():
            rows = await self._connection.execute(select(heartbeats).order_by(heartbeats.c.name))
        return [Heartbeat(name=row.name, at=row.at, said=row.said) for row in rows]

    async def audit(self, keeper: str, *, grace: timedelta = GRACE) -> Sequence[Finding]:
        """Everything that is wrong with the clocks; empty where all is well."""
        now = await self.now()
        found = [
            Finding(
                trouble=Trouble.UNFIRED,
                where=clock.id,
                said=f"should have fired at {instant_text(clock.plan[clock.fired].at)}",
            )
            for clock in await self.overdue_unfired(now, grace)
        ]
        found += await self._untold()
        found += await self._silent(keeper, now, grace)
        return found

    async def _silent(self, keeper: str, now: datetime, grace: timedelta) -> list[Finding]:
        beats = {beat.name: beat for beat in await self.heartbeats()}
        last = beats.get(keeper)
        if last is not None and last.at >= now - grace:
            return []
        said = "never" if last is None else f"last at {instant_text(last.at)} by {last.said}"
        return [Finding(trouble=Trouble.NO_HEARTBEAT, where=keeper, said=said)]

    async def _untold(self) -> list[Finding]:
        with told_by_remedy():
            counted = (await self._connection.execute(_COUNTED)).all()
            lineless = (await self._connection.execute(_WITHOUT_A_LINE)).all()
        found = [
            Finding(
                trouble=Trouble.NOT_ON_RECORD,
                where=row.clock,
                said=f"says that {row.fired} were told; {row.firings} are on record",
            )
            for row in counted
        ]
        found += (
            Finding(
                trouble=Trouble.NO_LINE,
                where=row.firing,
                said=f"its line, clocks/{row.shard}/{row.line}, is not in the ledger",
            )
            for row in lineless
        )
        for address, fault in await verify_rounds(self._connection):
            found.append(Finding(trouble=Trouble.BROKEN_CHAIN, where=address, said=fault))
        return found

    async def _clocks(self, query: Select[tuple[object, ...]]) -> Sequence[Clock]:
        with told_by_remedy():
            return [clock_of(tuple(row)) for row in await self._connection.execute(query)]
