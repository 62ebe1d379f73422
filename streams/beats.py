"""What processes say of themselves every two seconds, so that operations see who is alive.

A beat is a word and never a condition: where the store is away nobody waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Final, Protocol

import structlog

from schemas.errors import TemporarilyUnavailableError
from schemas.instants import instant_text
from schemas.lane import Lane

BEAT_EVERY_S: Final = 2.0
_FAREWELL_WITHIN_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerBeat:
    """A lane's worker. `rebalances` counts those that it went through; `batch` is its last."""

    lane: Lane
    generation: int
    rebalances: int
    assigned: tuple[int, ...]
    batch: int
    settled: int
    last_commit_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayBeat:
    """A relay. `held` cases wait because an earlier letter of theirs failed."""

    carried: int
    held: int
    shards: int
    last_carried_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorBeat:
    """A front door. Rates are of the last minute; refusals are by HTTP status.

    `journal_fault` says why the journal can't be written, and is empty while it can.
    """

    accepted: int
    accepted_per_s: float
    in_flight: int
    journal_fault: str
    refused: Mapping[str, int] = field(default_factory=dict)
    refused_last_minute: Mapping[str, int] = field(default_factory=dict)


Beat = WorkerBeat | RelayBeat | DoorBeat


class Beats(Protocol):
    """Where a process says that it is alive. One a process."""

    async def beat(self, said: Beat) -> None:
        """Say it. Raises `TemporarilyUnavailableError` when the store is away."""

    async def leave(self) -> None:
        """Say that we end on purpose: nobody has to miss us."""


async def keep_beating(
    beats: Beats,
    look: Callable[[], Beat],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Beat until cancelled. A store that is away is told once, and waited for."""
    is_away = False
    try:
        while True:
            try:
                await beats.beat(look())
                is_away = False
            except TemporarilyUnavailableError as error:
                if not is_away:
                    structlog.get_logger().warning("beats_put_off", error=str(error))
                is_away = True
            await sleep(BEAT_EVERY_S)
    finally:
        with suppress(TemporarilyUnavailableError, TimeoutError):
            async with asyncio.timeout(_FAREWELL_WITHIN_S):
                await beats.leave()


def plain(said: Beat) -> dict[str, object]:
    """A beat as JSON can hold it."""
    return {
        name: instant_text(value) if isinstance(value, datetime) else value
        for name, value in asdict(said).items()
    }


async def stop_beating(beating: "asyncio.Task[None]") -> None:
    """End it in order: nobody will miss us."""
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating
