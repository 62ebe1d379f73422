"""What happened to a subject, in order: what was seen, what people did or were refused, clocks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.acts import ACTS
from handlers.clock_keeping import CLOCKS
from infra.store.act_tables import acts
from infra.store.clock_tables import clock_firings
from infra.store.failures import told_by_remedy
from infra.store.records import AnyRow, Records
from schemas.act import SubjectId
from schemas.ids import Address, CaseId
from schemas.person import PersonId


class MomentKind(StrEnum):
    """Whose doing it was: a machine's, a person's, a person's who may not, time's."""

    OUTCOME = "outcome"
    DONE = "done"
    REFUSED = "refused"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of a timeline. `address` is its line in the ledger.

    `what` is an outcome, an act, or a kind of clock; `said` the decision, the answer, or the firing
    as JSON; `details` what the person said. Both are empty once they were erased by law, and
    `erased_because` says why.
    """

    kind: MomentKind
    at: datetime
    recorded_at: datetime
    address: Address
    what: str
    person: PersonId | None
    said: Mapping[str, Any]
    details: Mapping[str, Any]
    erased_because: str | None = None


class Timelines:
    """Reads timelines. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def of(self, subject: SubjectId) -> tuple[Moment, ...]:
        """All that is on record about a subject at one instant, as it was recorded.

        Raises:
            TemporarilyUnavailableError: the database is away.
        """
        with told_by_remedy():
            async with self._engine.connect() as connection:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                moments = [
                    *await _outcomes(connection, subject),
                    *await _acts(connection, subject),
                    *await _firings(connection, subject),
                ]
        return tuple(sorted(moments, key=lambda moment: (moment.recorded_at, moment.address)))


async def _outcomes(connection: AsyncConnection, subject: SubjectId) -> Sequence[Moment]:
    return [
        Moment(
            kind=MomentKind.OUTCOME,
            at=record.received_at,
            recorded_at=record.decided_at,
            address=record.address,
            what=record.outcome.value,
            person=None,
            said={} if record.decision is None else orjson.loads(record.decision),
            details={} if record.facts is None else orjson.loads(record.facts)["content"],
            erased_because=record.erased_because,
        )
        for record in await Records(connection).of_case(CaseId(subject))
    ]


async def _acts(connection: AsyncConnection, subject: SubjectId) -> Iterator[Moment]:
    rows = await connection.execute(select(acts).where(acts.c.subject == subject))
    return map(_act, rows.all())


def _act(row: AnyRow) -> Moment:
    return Moment(
        kind=MomentKind.DONE if row.is_done else MomentKind.REFUSED,
        at=row.at,
        recorded_at=row.recorded_at,
        address=Address(ACTS, row.shard, row.number),
        what=row.act,
        person=PersonId(row.person),
        said={} if row.answer is None else orjson.loads(row.answer),
        details=row.details or {},
        erased_because=row.erased_because,
    )


async def _firings(connection: AsyncConnection, subject: SubjectId) -> Sequence[Moment]:
    rows = await connection.execute(select(clock_firings).where(clock_firings.c.subject == subject))
    return [
        Moment(
            kind=MomentKind.CLOCK,
            at=row.at,
            recorded_at=row.told_at,
            address=Address(CLOCKS, row.shard, row.line),
            what=row.kind,
            person=None,
            said={"firing": row.firing, "role": row.role, "number": row.number},
            details={},
        )
        for row in rows.all()
    ]
