"""The cases: who waits in a queue, and what happened to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.store.failures import told_by_remedy
from infra.store.records import Record, Records
from infra.store.rows import CASE_COLUMNS, case_of
from infra.store.tables import IS_OPEN, work_files
from schemas.ids import CaseId
from schemas.workfile import Queue, WorkFile


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMark:
    """Where a page of a queue ended: the last case on it."""

    due_at: datetime
    case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """A case as it stands, and every outcome that touched it, oldest first."""

    case: WorkFile
    records: tuple[Record, ...]


_CASES: Final = select(*(work_files.c[name] for name in CASE_COLUMNS))


class Cases:
    """Reads cases as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def queue(
        self, queue: Queue | None, *, limit: int = 100, after: QueueMark | None = None
    ) -> Sequence[WorkFile]:
        """Open cases, soonest due first; of both queues where none is named."""
        order = (work_files.c.due_at, work_files.c.case_id)
        query = _CASES.where(text(IS_OPEN)).order_by(*order).limit(limit)
        if queue is not None:
            query = query.where(work_files.c.queue == queue.value)
        if after is not None:
            query = query.where(tuple_(*order) > (after.due_at, after.case_id))
        with told_by_remedy():
            return [case_of(row) for row in await self._connection.execute(query)]

    async def case(self, case_id: CaseId) -> CaseHistory | None:
        """A case with its history; absent where there is none of that name."""
        with told_by_remedy():
            found = await self._connection.execute(_CASES.where(work_files.c.case_id == case_id))
            row = found.one_or_none()
        if row is None:
            return None
        records = await Records(self._connection).of_case(case_id)
        return CaseHistory(case=case_of(row), records=records)
