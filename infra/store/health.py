"""The few numbers by which one sees whether the house is well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.store.dead_letter_tables import IS_PARKED
from infra.store.failures import told_by_remedy
from infra.store.tables import cameras_seen, outbox, outcomes
from schemas.ids import CameraId

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_TIMES_PARKED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """`parked` counts id conflicts too: both wait for somebody to look at them.

    `outcomes_last_hour` is counted as far as the share of the parked matters, and no further.
    """

    backlog: int
    oldest_unsent_at: datetime | None
    parked: int
    outcomes_last_minute: int
    parked_last_hour: int = 0
    outcomes_last_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSeen:
    """When a camera last said anything: by its own clock, and by the broker's."""

    camera: CameraId
    last_event_at: datetime
    last_received_at: datetime
    messages: int


class Health:
    """Reads as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    @property
    def connection(self) -> AsyncConnection:
        """For what else is to be read of the same instant."""
        return self._connection

    async def numbers(self, *, parked_since: datetime) -> Numbers:
        """Times are the database's clock."""
        waiting = select(func.count(), func.min(outbox.c.created_at)).where(
            outbox.c.sent_at.is_(None)
        )
        all_parked = select(
            func.count(), func.count().filter(outcomes.c.decided_at > func.now() - _HOUR)
        ).where(outcomes.c.decided_at >= parked_since, text(IS_PARKED))
        recent = select(func.count()).where(outcomes.c.decided_at > func.now() - _MINUTE)
        with told_by_remedy():
            backlog, oldest_at = (await self._connection.execute(waiting)).one()
            parked, in_hour = (await self._connection.execute(all_parked)).one()
            return Numbers(
                backlog=backlog,
                oldest_unsent_at=oldest_at,
                parked=parked,
                outcomes_last_minute=(await self._connection.execute(recent)).scalar_one(),
                parked_last_hour=in_hour,
                outcomes_last_hour=await self._outcomes_last_hour(at_most=in_hour * _TIMES_PARKED),
            )

    async def _outcomes_last_hour(self, *, at_most: int) -> int:
        """Millions may lie in an hour: no more are counted than the share of parked ones asks."""
        some = (
            select(outcomes.c.offset)
            .where(outcomes.c.decided_at > func.now() - _HOUR)
            .limit(at_most)
            .subquery()
        )
        return (await self._connection.execute(select(func.count()).select_from(some))).scalar_one()

    async def cameras(self) -> Sequence[CameraSeen]:
        """Every camera that ever said anything, the most silent first."""
        query = select(cameras_seen).order_by(
            cameras_seen.c.last_received_at, cameras_seen.c.camera
        )
        with told_by_remedy():
            rows = await self._connection.execute(query)
        return [
            CameraSeen(
                camera=CameraId(row.camera),
                last_event_at=row.last_event_at,
                last_received_at=row.last_received_at,
                messages=row.messages,
            )
            for row in rows
        ]
