"""What the millionth case costs beside the first, and what a worker holds in memory meanwhile.

Every message opens a case at a place of its own. A real worker settles them all; from outside it
is seen how many have their outcome, and what its process holds.
"""

import tempfile
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import psycopg
from rich.console import Console
from sqlalchemy import make_url

from handlers.policies.pack import SHIPPED, pack_from, read_files
from infra.embedded.supervisor import Supervisor
from streams.connection import Connection
from streams.provisioning import make_topics
from streams.topics import wanted_topics
from tests.bench.crowd import worker_specs
from tests.bench.filling import fill
from tests.bench.processes import resident_mib
from tests.bench.tables import tell_rows
from tests.bench.workers import fresh_database
from tests.support.services import running_kafka, running_postgres, why_no_kafka, why_no_postgres

AIM: Final = 1.3
_PARTITIONS: Final = 4
_LOOK_EVERY_S: Final = 1.0
_AT_LEAST_PER_S: Final = 500.0
"""Slower than this, it is given up: what was measured is told all the same."""

Answer = dict[str, Any]
Point = tuple[float, int, float]
"""Seconds, outcomes so far, MiB that the worker holds."""


def measure(console: Console, *, is_quick: bool, cases: int = 1_000_000) -> Answer:
    """Take your time: a million need some minutes and about ten gigabytes of disk."""
    if reason := why_no_kafka() or why_no_postgres():
        console.print(f"million: left out: {reason}", markup=False)
        return {"left_out": reason}
    messages = 60_000 if is_quick else cases
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="offsite-bench-")))
        server = stack.enter_context(running_postgres(folder, settings={"fsync": "on"}))
        bootstrap = stack.enter_context(running_kafka(folder))
        connection = Connection(bootstrap=bootstrap)
        make_topics(connection, wanted_topics(partitions=_PARTITIONS, replication=1))
        pack = pack_from(read_files("base", SHIPPED), "base")
        fill(bootstrap, messages=messages, policy=pack, events_a_place=1)
        console.print(f"  million: {messages:,} messages lie in Kafka", highlight=False)
        dsn = stack.enter_context(fresh_database(server, "million"))
        workers = stack.enter_context(Supervisor(worker_specs(folder, bootstrap, dsn, workers=1)))
        workers.start()
        (pid,) = (status.pid for status in workers.statuses() if status.pid is not None)
        points = _watched(dsn, pid, messages)
    return _told(console, points, messages)


def _watched(dsn: str, pid: int, messages: int) -> list[Point]:
    url = make_url(dsn).set(drivername="postgresql").render_as_string(hide_password=False)
    points: list[Point] = []
    began = time.monotonic()
    until = began + messages / _AT_LEAST_PER_S
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until:
            row = connection.execute("SELECT coalesce(sum(next), 0) FROM heads").fetchone()
            decided = int(row[0]) if row else 0
            points.append((time.monotonic() - began, decided, resident_mib(pid)))
            if decided >= messages:
                break
            time.sleep(_LOOK_EVERY_S)
    return points


def _told(console: Console, points: list[Point], messages: int) -> Answer:
    """Costs are of a tenth of the way; the first hundredth is start-up and doesn't count."""
    edges = [messages // 100, *(messages * step // 10 for step in range(1, 11))]
    costs = [_us(points, first, last) for first, last in pairwise(edges) if points[-1][1] >= last]
    memory = [(decided, round(mib, 1)) for _, decided, mib in points if decided]
    told = {
        "messages": messages,
        "settled": points[-1][1],
        "seconds": round(points[-1][0], 1),
        "us_per_event_by_tenth": [round(cost, 1) for cost in costs],
        "last_over_first": round(costs[-1] / costs[0], 3),
        "aim_ratio": AIM,
        "memory_mib": memory[:: max(1, len(memory) // 100)],
        "memory_first_half_mib": _most(memory, 0, messages // 2),
        "memory_second_half_mib": _most(memory, messages // 2, messages),
    }
    tell_rows(
        console,
        f"{messages:,} cases, one by one opened",
        ("", "figure"),
        [
            ("outcomes/s over all", f"{told['settled'] / told['seconds']:,.0f}"),
            ("µs a case, first tenth", f"{costs[0]:.0f}"),
            ("µs a case, last tenth", f"{costs[-1]:.0f}"),
            (f"last over first (aim {AIM} or less)", f"{told['last_over_first']:.2f}"),
            ("worker, most in the first half, MiB", f"{told['memory_first_half_mib']:.0f}"),
            ("worker, most in the second half, MiB", f"{told['memory_second_half_mib']:.0f}"),
        ],
    )
    return told


def _us(points: list[Point], first: int, last: int) -> float:
    began = next(point for point in points if point[1] >= first)
    ended = next(point for point in points if point[1] >= last)
    return (ended[0] - began[0]) / max(1, ended[1] - began[1]) * 1e6


def _most(memory: list[tuple[int, float]], first: int, last: int) -> float:
    return max((mib for decided, mib in memory if first <= decided <= last), default=0.0)
