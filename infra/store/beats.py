"""Beats in the database: each process overwrites its own row, by the database's clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from infra.store.beat_tables import beats
from infra.store.failures import told_by_remedy
from schemas.instants import parse_instant
from schemas.lane import Lane
from streams.beats import Beat, DoorBeat, RelayBeat, WorkerBeat, plain

FORGOTTEN_AFTER: Final = timedelta(minutes=15)
"""So long a process that fell silent without a word of farewell is missed."""

_PARTS: Final[Mapping[type[Beat], str]] = {
    WorkerBeat: "worker",
    RelayBeat: "relay",
    DoorBeat: "door",
}

_BEAT: Final = text(
    """
    INSERT INTO beats
        (part, owner, started_at, beat_at, said, pool_size, pool_taken, pool_full_beats)
    VALUES (:part, :owner, clock_timestamp(), clock_timestamp(), :said, :size, :taken, :full)
    ON CONFLICT (part, owner) DO UPDATE SET
        beat_at = excluded.beat_at, said = excluded.said, pool_size = excluded.pool_size,
        pool_taken = excluded.pool_taken, pool_full_beats = excluded.pool_full_beats
    """
).bindparams(bindparam("said", type_=JSONB))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A process's last beat. `full_beats`: beats in a row at which its pool had no free one."""

    owner: str
    started_at: datetime
    beat_at: datetime
    said: Beat
    pool_size: int
    pool_taken: int
    full_beats: int


class PostgresBeats:
    """One a process. `watched` is the pool that its work goes through; beats have their own
    connection, so that a pool without a free one can still be told of."""

    def __init__(self, engine: AsyncEngine, *, owner: str, watched: AsyncEngine) -> None:
        self._engine: Final = engine
        self._owner: Final = owner
        self._watched: Final = watched
        self._full_beats = 0
        self._part: str | None = None

    async def beat(self, said: Beat) -> None:
        """Overwrite our row; take away those of processes that are long gone."""
        size, taken = pool_of(self._watched)
        self._full_beats = self._full_beats + 1 if taken >= size else 0
        self._part = _PARTS[type(said)]
        row = {
            "part": self._part,
            "owner": self._owner,
            "said": plain(said),
            "size": size,
            "taken": taken,
            "full": self._full_beats,
        }
        gone = delete(beats).where(beats.c.beat_at < func.now() - FORGOTTEN_AFTER)
        with told_by_remedy():
            async with self._engine.begin() as connection:
                await connection.execute(_BEAT, row)
                await connection.execute(gone)

    async def leave(self) -> None:
        """Our row goes. The connections of beats are given back too."""
        try:
            if self._part is not None:
                mine = (beats.c.part == self._part, beats.c.owner == self._owner)
                with told_by_remedy():
                    async with self._engine.begin() as connection:
                        await connection.execute(delete(beats).where(*mine))
        finally:
            await self._engine.dispose()


def pool_of(engine: AsyncEngine) -> tuple[int, int]:
    """How many connections an engine may have, and how many are in use."""
    pool = engine.pool
    return (pool.size(), pool.checkedout()) if isinstance(pool, QueuePool) else (0, 0)


async def read_beats(connection: AsyncConnection) -> Sequence[Heard]:
    """Of all processes that are not long gone, by part and owner."""
    recent = beats.c.beat_at >= func.now() - FORGOTTEN_AFTER
    query = select(beats).where(recent).order_by(beats.c.part, beats.c.owner)
    with told_by_remedy():
        rows = (await connection.execute(query)).all()
    return [
        Heard(
            owner=row.owner,
            started_at=row.started_at,
            beat_at=row.beat_at,
            said=_said(row.part, row.said),
            pool_size=row.pool_size,
            pool_taken=row.pool_taken,
            full_beats=row.pool_full_beats,
        )
        for row in rows
    ]


def _said(part: str, said: Mapping[str, Any]) -> Beat:
    if part == "worker":
        return WorkerBeat(
            lane=Lane(said["lane"]),
            generation=said["generation"],
            rebalances=said["rebalances"],
            assigned=tuple(said["assigned"]),
            batch=said["batch"],
            settled=said["settled"],
            last_commit_at=_instant(said["last_commit_at"]),
        )
    if part == "relay":
        return RelayBeat(
            carried=said["carried"],
            held=said["held"],
            shards=said["shards"],
            last_carried_at=_instant(said["last_carried_at"]),
        )
    return DoorBeat(**said)


def _instant(text_: str | None) -> datetime | None:
    return None if text_ is None else parse_instant(text_)
