"""Which open cases wait because something is wrong: counted, never listed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.types import Integer, Text

from infra.store.failures import told_by_remedy
from infra.store.tables import IS_OPEN
from schemas.ids import CameraId, Partition
from schemas.workfile import Queue

_AT_MOST: Final = 20_000
"""Open cases looked through, zero-tolerance first: who has more waiting needs no exact number."""

_PATIENCE: Final = text("SET LOCAL statement_timeout = '2s'")
"""A number for people must not hold up the database when it is the database that is in trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Open cases, by queue."""

    zero_tolerance: int = 0
    soft: int = 0

    def __bool__(self) -> bool:
        return self.zero_tolerance > 0 or self.soft > 0

    @property
    def is_one(self) -> bool:
        """A single case, of which one speaks otherwise."""
        return self.zero_tolerance + self.soft == 1

    def __str__(self) -> str:
        counts = {"zero-tolerance": self.zero_tolerance, "soft": self.soft}
        named = [f"{count} {queue}" for queue, count in counts.items() if count]
        return f"{' and '.join(named) or 'no open'} {'case' if self.is_one else 'cases'}"


NONE_TOUCHED: Final = Touched()

_OPEN: Final = f"""
(SELECT case_id, queue, camera FROM work_files WHERE {IS_OPEN}
 ORDER BY queue DESC, due_at LIMIT {_AT_MOST}) AS open
"""  # noqa: S608 - only our own words

_BEHIND: Final = text(
    f"""
    SELECT topic_id, partition, queue, count(*) AS cases FROM (
        SELECT DISTINCT outcomes.topic_id, outcomes.partition, open.case_id, open.queue
        FROM {_OPEN} JOIN outcomes ON outcomes.case_id = open.case_id
        JOIN unnest(:topic_ids, :partitions) AS asked (topic_id, partition)
            ON asked.topic_id = outcomes.topic_id AND asked.partition = outcomes.partition
    ) AS waiting GROUP BY 1, 2, 3
    """  # noqa: S608 - only our own words
).bindparams(
    bindparam("topic_ids", type_=ARRAY(Text)), bindparam("partitions", type_=ARRAY(Integer))
)

_OVER: Final = text(
    f"""
    SELECT queue, count(*) AS cases FROM (
        SELECT DISTINCT open.case_id, open.queue
        FROM {_OPEN} JOIN outcomes ON outcomes.case_id = open.case_id
        JOIN unnest(:topic_ids, :partitions) AS asked (topic_id, partition)
            ON asked.topic_id = outcomes.topic_id AND asked.partition = outcomes.partition
    ) AS waiting GROUP BY 1
    """  # noqa: S608 - only our own words
).bindparams(
    bindparam("topic_ids", type_=ARRAY(Text)), bindparam("partitions", type_=ARRAY(Integer))
)

_UNSENT: Final = text(
    f"""
    SELECT queue, count(*) AS cases FROM work_files WHERE {IS_OPEN}
    AND case_id IN (SELECT key FROM outbox WHERE sent_at IS NULL LIMIT {_AT_MOST}) GROUP BY 1
    """  # noqa: S608 - only our own words
)

_CAMERAS: Final = text(
    f"""
    SELECT camera, queue, count(*) AS cases FROM {_OPEN}
    WHERE camera = ANY (:cameras) GROUP BY 1, 2
    """  # noqa: S608 - only our own words
).bindparams(bindparam("cameras", type_=ARRAY(Text)))

_NAMED: Final = text(
    f"""
    SELECT queue, count(*) AS cases FROM work_files
    WHERE {IS_OPEN} AND case_id = ANY (:subjects) GROUP BY 1
    """  # noqa: S608 - only our own words
).bindparams(bindparam("subjects", type_=ARRAY(Text)))


class TouchedCases:
    """Counts open cases. Share one a process. Ask only when something is wrong.

    Every question raises `TemporarilyUnavailableError` when the database is away or too busy.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def behind(self, logs: Collection[Partition]) -> Mapping[Partition, Touched]:
        """Cases with an event in each of these partitions: what waits there may change them."""
        found: dict[Partition, list[Any]] = defaultdict(list)
        for row in await self._ask(_BEHIND, **_spelt(logs)):
            found[Partition(row.topic_id, row.partition)].append(row)
        return {log: _touched(rows) for log, rows in found.items()}

    async def over(self, logs: Collection[Partition]) -> Touched:
        """Cases with an event in any of these partitions, each counted once."""
        return _touched(await self._ask(_OVER, **_spelt(logs)))

    async def unsent(self) -> Touched:
        """Cases of which a letter waits for the relay."""
        return _touched(await self._ask(_UNSENT))

    async def seen_by(self, cameras: Collection[CameraId]) -> Mapping[CameraId, Touched]:
        """Cases that each of these cameras began."""
        found: dict[CameraId, list[Any]] = defaultdict(list)
        for row in await self._ask(_CAMERAS, cameras=list(cameras)):
            found[CameraId(row.camera)].append(row)
        return {camera: _touched(rows) for camera, rows in found.items()}

    async def named(self, subjects: Collection[str]) -> Touched:
        """Of these subjects those that are open cases."""
        return _touched(await self._ask(_NAMED, subjects=list(subjects)))

    async def _ask(self, query: TextClause, **parameters: object) -> list[Any]:
        with told_by_remedy():
            async with self._engine.begin() as connection:
                return await _within_patience(connection, query, parameters)


async def _within_patience(
    connection: AsyncConnection, query: TextClause, parameters: Mapping[str, object]
) -> list[Any]:
    await connection.execute(_PATIENCE)
    return list((await connection.execute(query, parameters)).all())


def _spelt(logs: Collection[Partition]) -> dict[str, object]:
    return {
        "topic_ids": [log.topic_id for log in logs],
        "partitions": [log.number for log in logs],
    }


def _touched(rows: Collection[Any]) -> Touched:
    counts = {row.queue: row.cases for row in rows}
    return Touched(
        zero_tolerance=counts.get(Queue.ZERO_TOLERANCE.value, 0),
        soft=counts.get(Queue.SOFT.value, 0),
    )
