"""What the database knows of the house's health, all of one instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from infra.health.cameras import HOUR
from infra.store.beats import Heard, read_beats
from infra.store.clock_watch import ClockWatch, Heartbeat
from infra.store.health import CameraSeen, Numbers
from infra.store.lag_samples import Kept, read_leaders, read_samples
from infra.store.logs import Progress
from infra.store.reading import Reading, Snapshot
from schemas.clock import Clock
from schemas.ids import CameraId
from schemas.signal import StreamSignal

_TREND: Final = timedelta(minutes=1)
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What takes long to count; a while old at most where it is looked at often."""

    numbers: Numbers
    cameras: Sequence[CameraSeen]
    told: Mapping[CameraId, Sequence[StreamSignal]]
    last_looked: Mapping[CameraId, datetime]
    ended: frozenset[CameraId]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSeen:
    """The database's part of a report. `samples` is what others saw of late."""

    taken_at: datetime
    progress: Sequence[Progress]
    beats: Sequence[Heard]
    late_clocks: Sequence[Clock]
    keepers: Sequence[Heartbeat]
    samples: Sequence[Kept]
    leaders: Sequence[Kept]
    counted: Counted


async def look_at_store(
    engine: AsyncEngine, *, counted: Counted | None, with_leaders: bool, clocks_late: timedelta
) -> StoreSeen:
    """Look at one instant. What was `counted` a moment ago need not be counted again.

    Raises:
        TemporarilyUnavailableError: the database is away.
    """
    async with Reading(engine).snapshot() as seen:
        connection = seen.health.connection
        watch = ClockWatch(connection)
        return StoreSeen(
            taken_at=seen.taken_at,
            progress=await seen.logs.heads(),
            beats=await read_beats(connection),
            late_clocks=await watch.overdue_unfired(seen.taken_at, clocks_late),
            keepers=await watch.heartbeats(),
            samples=await read_samples(connection, since=_TREND),
            leaders=await read_leaders(connection) if with_leaders else (),
            counted=counted or await _count(seen),
        )


async def look_at_heads(engine: AsyncEngine) -> tuple[datetime, Sequence[Progress]]:
    """How far everything is decided, and when that was.

    Raises:
        TemporarilyUnavailableError: the database is away.
    """
    async with Reading(engine).snapshot() as seen:
        return seen.taken_at, await seen.logs.heads()


async def _count(seen: Snapshot) -> Counted:
    cameras = await seen.health.cameras()
    names = [each.camera for each in cameras]
    return Counted(
        numbers=await seen.health.numbers(parked_since=_EVER),
        cameras=cameras,
        told=await seen.signals.since(seen.taken_at - HOUR),
        last_looked=await seen.signals.last_looked(names),
        ended=await seen.signals.ended(names),
    )
