"""Who may speak at the front door: registered sources and the keys that prove them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.store.failures import told_by_remedy
from infra.store.records import AnyRow
from infra.store.rows import digest_bytes, digest_of
from infra.store.tables import api_keys, sources
from schemas.errors import RefusedError
from schemas.ids import Sha256
from schemas.lane import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One that sends messages. `lane` is where those go that the safety table doesn't know."""

    uri: str
    lane: Lane
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is kept: the secret itself is nowhere, only its digest."""

    id: str
    source: str
    secret: Sha256
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A key with the source that it speaks for."""

    key: ApiKey
    source: Source


class Sources:
    """Keeps sources and keys."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def register(self, uri: str, lane: Lane) -> None:
        """Know a source from now on. Once more, with another lane, changes its lane."""
        new = insert(sources).values(uri=uri, lane=lane.value)
        await self._write(
            new.on_conflict_do_update(index_elements=["uri"], set_={"lane": new.excluded.lane})
        )

    async def add_key(self, *, id: str, source: str, secret: Sha256) -> None:  # noqa: A002
        """Let a key speak for a source.

        Raises:
            RefusedError: no such source, or a key of that id exists.
        """
        new = insert(api_keys).values(key_id=id, source=source, secret=digest_bytes(secret))
        try:
            await self._write(new)
        except IntegrityError as error:
            raise RefusedError(
                f"key {id} can't be added: is {source} registered, and the id new?"
            ) from error

    async def revoke(self, key_id: str) -> None:
        """End a key now; it stays on record. May be repeated.

        Raises:
            RefusedError: no such key.
        """
        ended_at = func.coalesce(api_keys.c.revoked_at, func.now())
        change = update(api_keys).where(api_keys.c.key_id == key_id).values(revoked_at=ended_at)
        if await self._write(change) == 0:
            raise RefusedError(f"there is no key {key_id}: `offsite key ls` lists them")

    async def all(self) -> Sequence[Source]:
        """Every source, by name."""
        return [_source_of(row) for row in await self._read(select(sources).order_by("uri"))]

    async def keys(self) -> Sequence[ApiKey]:
        """Every key, revoked ones too, by source and age."""
        order = (api_keys.c.source, api_keys.c.created_at, api_keys.c.key_id)
        return [_key_of(row) for row in await self._read(select(api_keys).order_by(*order))]

    async def key(self, key_id: str) -> KnownKey | None:
        """A key that was not revoked, with its source."""
        query = (
            select(
                *(api_keys.c.key_id, api_keys.c.source, api_keys.c.secret, api_keys.c.revoked_at),
                *(api_keys.c.created_at, sources.c.uri, sources.c.lane),
                sources.c.created_at.label("source_created_at"),
            )
            .join_from(api_keys, sources)
            .where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        )
        rows = await self._read(query)
        if not rows:
            return None
        row = rows[0]
        source = Source(uri=row.uri, lane=Lane(row.lane), created_at=row.source_created_at)
        return KnownKey(key=_key_of(row), source=source)

    async def _write(self, statement: Any) -> int:  # noqa: ANN401 - any statement of ours
        with told_by_remedy():
            async with self._engine.begin() as connection:
                return (await connection.execute(statement)).rowcount

    async def _read(self, query: Any) -> Sequence[AnyRow]:  # noqa: ANN401 - any query of ours
        with told_by_remedy():
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).all()


def _source_of(row: AnyRow) -> Source:
    return Source(uri=row.uri, lane=Lane(row.lane), created_at=row.created_at)


def _key_of(row: AnyRow) -> ApiKey:
    return ApiKey(
        id=row.key_id,
        source=row.source,
        secret=digest_of(row.secret),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
