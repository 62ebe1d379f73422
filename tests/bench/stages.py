"""Stopwatches around the steps of a worker, put on from outside.

Some steps wait for PostgreSQL: in that time the same loop takes in further messages, so a
step's time is how long the batch stood there, not how much it computed. Of several partitions two
batches are in hand at once: there the steps overlap, and their sum says nothing.
"""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

from handlers.ports import Shard, Transaction
from infra.store.work import PostgresTransaction, PostgresWork

WRITES: Final = ("write cases", "write outbox", "write outcomes", "move the head")
STAGES: Final = (
    "decode",
    "begin",
    "claim event ids",
    "read open cases",
    "decide and seal",
    *WRITES,
    "commit",
    "acknowledge",
    "wait for messages",
)


class Stopwatch:
    """Adds up seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - began

    def timed(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, with its time added to a stage."""
        seconds, clock = self.seconds, time.perf_counter

        def measured(*args: Any, **kwargs: Any) -> Any:
            began = clock()
            answer = step(*args, **kwargs)
            seconds[name] += clock() - began
            return answer

        return measured

    def stages(self, whole_s: float) -> Mapping[str, float]:
        """Seconds of each stage; what is known only as a rest is worked out."""
        seconds = dict(self.seconds)
        written = sum(seconds.get(name, 0.0) for name in WRITES[:-1])
        seconds["move the head"] = seconds["record"] - written
        stores = ("begin", "claim event ids", "read open cases", "record", "commit")
        seconds["decide and seal"] = seconds["enforce"] - sum(seconds[name] for name in stores)
        seconds["wait for messages"] = whole_s - sum(
            seconds[name] for name in ("decode", "enforce", "acknowledge")
        )
        return {name: seconds.get(name, 0.0) for name in STAGES}


class TimedTransaction(PostgresTransaction):
    """Says how long each step of writing took."""

    watch: Stopwatch

    async def claim(self, claims: Any) -> Any:
        with self.watch.stage("claim event ids"):
            return await super().claim(claims)

    async def open_cases(self, sites: Any) -> Any:
        with self.watch.stage("read open cases"):
            return await super().open_cases(sites)

    async def record(self, settled: Any, *, voids: Any, head: Any) -> None:
        with self.watch.stage("record"):
            await super().record(settled, voids=voids, head=head)

    async def _keep_cases(self, settled: Any) -> None:
        with self.watch.stage("write cases"):
            await super()._keep_cases(settled)

    async def _post(self, settled: Any) -> None:
        with self.watch.stage("write outbox"):
            await super()._post(settled)

    async def _copy_outcomes(self, settled: Any) -> None:
        with self.watch.stage("write outcomes"):
            await super()._copy_outcomes(settled)


class TimedWork:
    """Says how long it took to begin and to commit."""

    def __init__(self, work: PostgresWork, watch: Stopwatch) -> None:
        self._work = work
        self._watch = watch

    @asynccontextmanager
    async def begin(self, shard: Shard) -> AsyncIterator[Transaction]:
        manager = self._work.begin(shard)
        with self._watch.stage("begin"):
            transaction = await manager.__aenter__()
        try:
            yield transaction
        except BaseException as error:
            await manager.__aexit__(type(error), error, error.__traceback__)
            raise
        with self._watch.stage("commit"):
            await manager.__aexit__(None, None, None)
