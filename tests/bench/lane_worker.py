"""A lane's own worker with stopwatches on it, until it has settled so many. Its own process."""

import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import faust
import mode.loop
from pydantic import SecretStr

import streams.app
import streams.settling
from handlers.ports import Settled
from infra import composition
from infra.cli.run import collect_seldom
from infra.deployment import Deployment
from infra.settings import Settings
from infra.store import work as store_work
from schemas.lane import Lane
from streams.app import build_app
from streams.lane_worker import LaneWorker
from tests.bench.children import give, told
from tests.bench.processes import cost
from tests.bench.stages import Stopwatch, TimedTransaction, TimedWork


class Count:
    """Sees every settled batch, and says when it was the last."""

    def __init__(self, messages: int, watch: Stopwatch, answer: Path) -> None:
        self._messages = messages
        self._watch = watch
        self._answer = answer
        self._sizes: list[int] = []
        self._began = 0.0
        self._cpu = 0.0
        self._outcomes: Counter[str] = Counter()

    def settled(self, batch: Sequence[Settled]) -> None:
        """The clock starts at the first commit; what that one brought doesn't count."""
        if not batch:
            return
        self._sizes.append(len(batch))
        self._outcomes.update(each.decision.outcome.value for each in batch)
        if len(self._sizes) == 1:
            self._watch.seconds.clear()
            self._began, self._cpu = time.perf_counter(), time.process_time()
        elif sum(self._sizes) >= self._messages:
            self._tell()
            os.kill(os.getpid(), signal.SIGTERM)

    def _tell(self) -> None:
        took = time.perf_counter() - self._began
        cpu = time.process_time() - self._cpu
        counted = sum(self._sizes[1:])
        stages = self._watch.stages(took)
        give(
            {
                "rate": counted / took,
                "cpu_us_per_event": cpu / counted * 1e6,
                "peak_mib": cost(os.getpid()).peak_mib,
                "batches": len(self._sizes),
                "outcomes": dict(self._outcomes),
                "us_per_event": {name: s / counted * 1e6 for name, s in stages.items()},
            },
            self._answer,
        )


def build(order: dict[str, Any], answer: Path) -> faust.App:
    settings = Settings(data=Path(order["data"]), policy="base")
    deployment = Deployment(
        data=settings.data,
        kafka=order["bootstrap"],
        database=SecretStr(order["dsn"]),
        api="",
        broker="",
        is_trial=False,
    )
    watch = Stopwatch()
    collect_seldom()  # as `offsite run worker` does
    mode.loop.use("uvloop")
    worker = composition.lane_worker(settings, deployment, Lane.GENERAL)
    app = build_app(_timed(worker, watch, Count(order["messages"], watch, answer)))
    app.conf.id = order["group"]  # each round reads the topic from its beginning
    return app


def _timed(worker: LaneWorker, watch: Stopwatch, count: Count) -> LaneWorker:
    TimedTransaction.watch = watch
    store_work.PostgresTransaction = TimedTransaction  # type: ignore[misc]
    streams.app._messages = watch.timed("decode", streams.app._messages)
    streams.settling.all_received = watch.timed("decode", streams.settling.all_received)
    streams.app._acknowledge = watch.timed("acknowledge", streams.app._acknowledge)
    enforce = streams.settling.enforce

    async def counted(*args: Any, **kwargs: Any) -> Sequence[Settled]:
        with watch.stage("enforce"):
            settled = await enforce(*args, **kwargs)
        count.settled(settled)
        return settled

    streams.settling.enforce = counted
    work: Any = TimedWork(worker.work, watch)  # type: ignore[arg-type]
    return replace(worker, work=work, settler=replace(worker.settler, work=work))


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    faust.Worker(build(*told()), loglevel="WARN", redirect_stdouts=False).execute_from_commandline()
