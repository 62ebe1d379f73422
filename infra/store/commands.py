"""What was said under a command id before, so that the same can be said again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.store.act_tables import acts
from infra.store.failures import told_by_remedy
from schemas.act import CommandId


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidBefore:
    """When a command was done, and which version its giver had seen."""

    at: datetime
    expected: int


class Commands:
    """Reads commands that came. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def said(self, id_: CommandId) -> SaidBefore | None:
        """Absent for a new id, and for one whose record was erased by law."""
        query = select(acts.c.at, acts.c.facts).where(acts.c.command_id == id_)
        with told_by_remedy():
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        if row is None or row.facts is None:
            return None
        command = orjson.loads(row.facts)["facts"]["command"]
        return SaidBefore(at=row.at, expected=command["expected"])
