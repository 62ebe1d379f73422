"""The few numbers by which one sees whether the house is well."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.decisions.decision import Outcome
from infra.store.failures import told_by_remedy
from infra.store.tables import cameras_seen, outbox, outcomes
from schemas.ids import CameraId

_MINUTE: Final = timedelta(minutes=1)
_PARKED: Final = (Outcome.PARKED.value, Outcome.ID_CONFLICT.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """`parked` counts id conflicts too: both wait for somebody to look at them."""

    backlog: int
    oldest_unsent_at: datetime | None
    parked: int
    outcomes_last_minute: int


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

    async def numbers(self, *, parked_since: datetime) -> Numbers:
        """Times are the database's clock."""
        waiting = select(func.count(), func.min(outbox.c.created_at)).where(
            outbox.c.sent_at.is_(None)
        )
        parked = select(func.count()).where(
            outcomes.c.decided_at >= parked_since, outcomes.c.outcome.in_(_PARKED)
        )
        recent = select(func.count()).where(outcomes.c.decided_at > func.now() - _MINUTE)
        with told_by_remedy():
            backlog, oldest_at = (await self._connection.execute(waiting)).one()
            return Numbers(
                backlog=backlog,
                oldest_unsent_at=oldest_at,
                parked=(await self._connection.execute(parked)).scalar_one(),
                outcomes_last_minute=(await self._connection.execute(recent)).scalar_one(),
            )

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
