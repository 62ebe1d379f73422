"""The list of opinion incidents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.store.act_tables import opinions
from infra.store.failures import told_by_remedy
from schemas.act import SubjectId
from schemas.opinion import OpinionGrade, OpinionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident as it stands."""

    id: SubjectId
    state: OpinionState
    title: str
    grade: OpinionGrade | None
    first_known_at: datetime
    case_id: str | None


class Opinions:
    """Reads the list. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def all(self, *, with_closed: bool, limit: int) -> Sequence[Incident]:
        """Known longest first: their ten hours end first."""
        query = select(opinions).order_by(opinions.c.first_known_at, opinions.c.id).limit(limit)
        if not with_closed:
            query = query.where(opinions.c.state != OpinionState.CLOSED.value)
        with told_by_remedy():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [
            Incident(
                id=SubjectId(row.id),
                state=OpinionState(row.state),
                title=row.title,
                grade=None if row.grade is None else OpinionGrade(row.grade),
                first_known_at=row.first_known_at,
                case_id=row.case_id,
            )
            for row in rows
        ]
