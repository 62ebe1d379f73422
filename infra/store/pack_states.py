"""Packs on their way into force: who proposed which, who published it, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.gates.gate import Standing
from infra.store.act_tables import pack_states
from infra.store.failures import told_by_remedy
from infra.store.records import AnyRow
from infra.store.rows import digest_bytes, digest_of
from schemas.ids import Sha256
from schemas.person import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class PackStanding:
    """A pack that somebody proposed."""

    standing: Standing
    name: str
    version: str
    valid_from: date
    proposed_at: datetime
    published_at: datetime | None
    where: str


class PackStates:
    """Reads how far packs have come. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def all(self) -> Sequence[PackStanding]:
        """Every pack that was proposed, the latest first."""
        return await self._read(select(pack_states))

    async def of(self, digest: Sha256) -> Standing:
        """Who stands behind a pack; nobody, where it was never proposed."""
        mine = pack_states.c.digest == digest_bytes(digest)
        found = await self._read(select(pack_states).where(mine))
        return found[0].standing if found else Standing(digest=digest)

    async def _read(self, query: Select[*tuple[Any, ...]]) -> Sequence[PackStanding]:
        latest_first = query.order_by(pack_states.c.proposed_at.desc(), pack_states.c.digest)
        with told_by_remedy():
            async with self._engine.connect() as connection:
                return [_standing_of(row) for row in await connection.execute(latest_first)]


def _standing_of(row: AnyRow) -> PackStanding:
    published_by = None if row.published_by is None else PersonId(row.published_by)
    return PackStanding(
        standing=Standing(
            digest=digest_of(row.digest),
            proposed_by=PersonId(row.proposed_by),
            published_by=published_by,
        ),
        name=row.name,
        version=row.version,
        valid_from=row.valid_from,
        proposed_at=row.proposed_at,
        published_at=row.published_at,
        where=row.where_published or "",
    )
