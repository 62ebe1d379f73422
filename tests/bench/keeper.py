"""A keeper of clocks, as `offsite run clocks` has it, until everything is told. Its own process."""

import asyncio
import os
import time
from typing import Any

from infra.cli.run import collect_seldom
from infra.keeping import Keeper
from infra.salting import fresh_salts
from infra.store.clocks import PostgresClocks
from infra.store.engine import make_engine
from schemas.clock import ClockKind
from schemas.words import Words
from streams.topics import topic_of
from tests.bench.children import give, told
from tests.bench.processes import cost

_QUIET_S = 2.0
"""Nothing more comes after so long."""


async def keep(order: dict[str, Any]) -> dict[str, Any]:
    engine = make_engine(order["dsn"], application=order["name"])
    keeper = Keeper(
        clocks=PostgresClocks(engine, topic_of=topic_of),
        titles=dict.fromkeys(ClockKind, Words("处置时限", "Disposal limit")),
        salts=fresh_salts(),
        said=str(os.getpid()),
    )
    rounds: list[int] = []
    keep_once = keeper.keep_once
    last_at = time.monotonic() + order["patience_s"]
    cpu, cpu_before = 0.0, time.process_time()
    stop = asyncio.Event()

    async def counted() -> int:
        nonlocal last_at, cpu
        more = await keep_once()
        if more:
            cpu = time.process_time() - cpu_before
            rounds.append(more)
            last_at = time.monotonic() + _QUIET_S
        elif time.monotonic() > last_at:
            stop.set()
        return more

    keeper.keep_once = counted  # type: ignore[method-assign]
    await keeper.run(stop)
    await engine.dispose()
    return {"told": sum(rounds), "rounds": len(rounds), "cpu_s": cpu, "peak_mib": _peak_mib()}


def _peak_mib() -> float:
    return cost(os.getpid()).peak_mib


if __name__ == "__main__":
    order, answer = told()
    collect_seldom()
    give(asyncio.run(keep(order)), answer)
