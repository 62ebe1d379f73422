"""Where penalty cases stand, across all cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.store.act_tables import penalty_cases
from infra.store.failures import told_by_remedy
from schemas.ids import CaseId
from schemas.penalty import PenaltyState


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A penalty case, without whom it is about and what it may cost. `at`: of its last act."""

    case_id: CaseId
    state: PenaltyState
    matter: str
    at: datetime


class Penalties:
    """Reads the list. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def all(self, *, state: PenaltyState | None, limit: int) -> Sequence[Standing]:
        """The latest acted on first."""
        query = (
            select(
                *(penalty_cases.c.case_id, penalty_cases.c.state),
                *(penalty_cases.c.matter, penalty_cases.c.at),
            )
            .order_by(penalty_cases.c.at.desc(), penalty_cases.c.case_id)
            .limit(limit)
        )
        if state is not None:
            query = query.where(penalty_cases.c.state == state.value)
        with told_by_remedy():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [
            Standing(
                case_id=CaseId(row.case_id),
                state=PenaltyState(row.state),
                matter=row.matter or "",
                at=row.at,
            )
            for row in rows
        ]
