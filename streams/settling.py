"""Settles what waits of one partition: decode, decide, record; gaps are read again."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog

from handlers.decisions.facts import Overload
from handlers.enforce import enforce
from handlers.ports import Batch, GapFoundError, Salts, Settled, Shard, Work
from schemas.errors import TemporarilyUnavailableError
from streams.counting import UNCOUNTED, SettlingCounts
from streams.decoding import Message, all_received
from streams.flood import FloodGuard
from streams.in_force import PackInForce
from streams.logs import LogRange, Logs
from streams.overload import LoadGauge
from streams.patience import patiently
from streams.tracing import UNTRACED, Traces

_LARGEST_GAP: Final = 2000
"""A gap is read and settled piece by piece, so that memory stays bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settler:
    """Collaborators of settling. One a worker; each partition by one at a time."""

    work: Work
    policy: PackInForce
    salts: Salts
    logs: Logs
    flood: FloodGuard
    load: LoadGauge = field(default_factory=LoadGauge)
    counts: SettlingCounts = UNCOUNTED
    traces: Traces = UNTRACED

    async def settle(self, shard: Shard, messages: Sequence[Message]) -> Sequence[Settled]:
        """Return when every message has its outcome, waiting out neighbours that are away.

        May be repeated: what is decided already is passed over.

        Raises:
            DeadLetterFloodError: the lane parks nearly everything.
            OffsiteError: the lane was stopped elsewhere.
        """
        self.flood.require_open()
        await self.policy.refresh()  # between batches, so that each is decided under one pack
        began = time.perf_counter()
        load = self._load(shard, messages)
        batch = Batch(shard=shard, received=all_received(messages, overload=load))
        with self.traces.settling(shard, messages):
            settled = await self._patiently(batch)
        self.counts.settled(settled, time.perf_counter() - began)
        return settled

    def _load(self, shard: Shard, messages: Sequence[Message]) -> Overload | None:
        """What is read again later is old for another reason: only here it is measured."""
        if not messages:
            return None
        rules = self.policy.current.leniency.thinning
        return self.load.measure(shard, messages[0].appended_at, rules)

    async def catch_up(self, found: LogRange, shard: Shard, *, decided_to: int) -> int:
        """Settle [decided_to, end) by reading it again; answer how many offsets that were."""
        at = decided_to
        while at < found.end:
            end = min(at + _LARGEST_GAP, found.end)
            await self._patiently(await self._again(shard, at, end))
            at = end
        return max(0, found.end - decided_to)

    async def _patiently(self, batch: Batch) -> Sequence[Settled]:
        def tell(error: TemporarilyUnavailableError, wait_s: float) -> None:
            self.counts.away("database")
            structlog.get_logger().warning(
                "neighbour_away",
                topic=batch.shard.topic,
                partition=batch.shard.log.number,
                error=str(error),
                wait_s=wait_s,
            )

        return await patiently(partial(self._once, batch), tell=tell)

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
        def tell(error: TemporarilyUnavailableError, wait_s: float) -> None:
            self.counts.away("kafka")
            structlog.get_logger().warning("broker_away", error=str(error), wait_s=wait_s)

        read = partial(self.logs.read, shard.topic, shard.log, first=first, end=end)
        stretch = await patiently(partial(asyncio.to_thread, read), tell=tell)
        return Batch(
            shard=shard,
            received=all_received(stretch.messages),
            voids=stretch.voids,
        )
