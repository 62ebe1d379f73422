"""Settles what waits of one partition: decode, decide, record; gaps are read again."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import structlog

from handlers.enforce import enforce
from handlers.ports import Batch, GapFoundError, Salts, Settled, Shard, Void, Work
from schemas.errors import OffsiteError, TemporarilyUnavailableError
from streams.counting import UNCOUNTED, SettlingCounts
from streams.decoding import Message, received
from streams.in_force import PackInForce
from streams.logs import LogRange, Logs
from streams.tracing import UNTRACED, Traces

_FIRST_WAIT_S: Final = 0.05
_LONGEST_WAIT_S: Final = 5.0
_LARGEST_GAP: Final = 2000
"""A gap is read and settled piece by piece, so that memory stays bounded."""


class DeadLetterFloodError(OffsiteError):
    """So much can't be read that the code is wrong, not the messages: stop the lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settler:
    """Collaborators of settling. One a worker; partitions may be settled one after another."""

    work: Work
    policy: PackInForce
    salts: Salts
    logs: Logs
    flood: "FloodGuard"
    counts: SettlingCounts = UNCOUNTED
    traces: Traces = UNTRACED

    async def settle(self, shard: Shard, messages: Sequence[Message]) -> Sequence[Settled]:
        """Return when every message has its outcome, waiting out neighbours that are away.

        May be repeated: what is decided already is passed over.

        Raises:
            DeadLetterFloodError: the lane parks nearly everything.
        """
        await self.policy.refresh()  # between batches, so that each is decided under one pack
        began = time.perf_counter()
        batch = Batch(shard=shard, received=[received(message) for message in messages])
        with self.traces.settling(shard, messages):
            settled = await self._patiently(batch)
        self.counts.settled(settled, time.perf_counter() - began)
        return settled

    async def catch_up(self, found: LogRange, shard: Shard, *, decided_to: int) -> int:
        """Settle [decided_to, end) by reading it again; answer how many offsets that were."""
        at = decided_to
        while at < found.end:
            end = min(at + _LARGEST_GAP, found.end)
            await self._patiently(await self._again(shard, at, end))
            at = end
        return max(0, found.end - decided_to)

    async def _patiently(self, batch: Batch) -> Sequence[Settled]:
        wait = _FIRST_WAIT_S
        while True:
            try:
                return await self._once(batch)
            except TemporarilyUnavailableError as error:
                self.counts.away("database")
                structlog.get_logger().warning(
                    "neighbour_away",
                    topic=batch.shard.topic,
                    partition=batch.shard.log.number,
                    error=str(error),
                    wait_s=wait,
                )
            await asyncio.sleep(wait)
            wait = min(_LONGEST_WAIT_S, 2 * wait)

    async def _once(self, batch: Batch) -> Sequence[Settled]:
        while True:
            try:
                settled = await enforce(
                    batch, work=self.work, policy=self.policy.current, salts=self.salts
                )
            except GapFoundError as gap:
                end = min(gap.end, gap.first + _LARGEST_GAP)
                self.counts.gap()
                structlog.get_logger().info(
                    "gap_read_again", topic=gap.shard.topic, first=gap.first, end=end
                )
                await self._patiently(await self._again(gap.shard, gap.first, end))
                continue
            self.flood.watch(settled)
            return settled

    async def _again(self, shard: Shard, first: int, end: int) -> Batch:
        wait = _FIRST_WAIT_S
        while True:
            try:
                stretch = await asyncio.to_thread(
                    self.logs.read, shard.topic, shard.log, first=first, end=end
                )
            except TemporarilyUnavailableError as error:
                self.counts.away("kafka")
                structlog.get_logger().warning("broker_away", error=str(error), wait_s=wait)
                await asyncio.sleep(wait)
                wait = min(_LONGEST_WAIT_S, 2 * wait)
                continue
            voids: Sequence[Void] = stretch.voids
            return Batch(
                shard=shard,
                received=[received(message) for message in stretch.messages],
                voids=voids,
            )


class FloodGuard:
    """Stops a lane whose last messages could nearly all not be read.

    Mutable by design: it remembers the run of parked messages of one worker.
    """

    def __init__(self, *, longest_run: int = 1000) -> None:
        self._longest_run = longest_run
        self._run = 0

    def watch(self, settled: Sequence[Settled]) -> None:
        """Count parked messages in a row; one that could be read begins anew.

        Raises:
            DeadLetterFloodError: the run is longer than allowed.
        """
        for parked, group in groupby(settled, key=_is_parked):
            self._run = self._run + len(list(group)) if parked else 0
        if self._run > self._longest_run:
            raise DeadLetterFloodError(
                f"expected at most {self._longest_run} parked messages in a row, got {self._run}: "
                "look at the dead letters, mend the reader, start the worker again"
            )


def _is_parked(settled: Settled) -> bool:
    return settled.decision.parked_because is not None
