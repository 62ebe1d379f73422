"""What every runtime does with a stretch of one partition: the same decisions, the same rows.

So the measurement says what the runtime costs, and nothing of how laws are decided elsewhere.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from handlers.enforce import enforce
from handlers.policies.pack import SHIPPED, pack_from, read_files
from handlers.ports import Batch, Shard
from infra.salting import fresh_salts
from infra.store.engine import make_engine
from infra.store.work import PostgresWork
from schemas.ids import Address, Partition
from schemas.lane import Lane
from streams.decoding import message, received
from streams.topics import EVENTS, topic_of
from tests.bench.children import give
from tests.bench.processes import cost

Record = tuple[int, int, bytes, Sequence[tuple[str, bytes]]]
"""Offset, time of append in milliseconds, value, headers."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """Settles, and says how quickly once all have come. `at_end` ends the runtime."""

    dsn: str
    messages: int
    answer: Path
    at_end: Callable[[], object]
    settled: int = 0
    counted: int = 0
    batches: int = 0
    _began: float = 0.0
    _cpu: float = 0.0
    _work: Any = None
    _policy: Any = field(default_factory=lambda: pack_from(read_files("base", SHIPPED), "base"))

    async def settle(self, partition: int, records: Sequence[Record]) -> None:
        """One transaction, as in a lane's worker. The clock starts at the first commit."""
        if self._work is None:
            self._work = PostgresWork(
                make_engine(self.dsn, application="bench-peer"), topic_of=topic_of
            )
        log = Partition("bench", partition)
        batch = Batch(
            shard=Shard(log=log, topic=EVENTS[Lane.GENERAL], lane=Lane.GENERAL),
            received=[
                received(
                    message(
                        Address(log.topic_id, partition, offset),
                        timestamp_ms=timestamp_ms,
                        value=value,
                        headers=headers,
                    )
                )
                for offset, timestamp_ms, value, headers in records
            ],
        )
        done = await enforce(
            batch,
            work=self._work,
            policy=self._policy,
            salts=fresh_salts(),
        )
        self._count(len(done))

    def _count(self, events: int) -> None:
        self.batches += 1
        self.settled += events
        if self._began == 0.0:
            self._began, self._cpu = time.perf_counter(), time.process_time()
        else:
            self.counted += events
        if self.settled >= self.messages:
            took, cpu = time.perf_counter() - self._began, time.process_time() - self._cpu
            give(
                {
                    "rate": self.counted / took,
                    "cpu_us_per_event": cpu / self.counted * 1e6,
                    "peak_mib": cost(os.getpid()).peak_mib,
                    "batches": self.batches,
                },
                self.answer,
            )
            self.at_end()
