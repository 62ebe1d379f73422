"""What the millionth case costs beside the first, and what a worker holds in memory meanwhile.

Every message opens a case at a place of its own. A real worker settles them all; from outside it
is seen how many have their outcome, and what its process holds.
"""

import time
from itertools import pairwise
from typing import Any, Final

import psycopg
from rich.console import Console
from sqlalchemy import make_url

from infra.embedded.supervisor import Supervisor
from tests.bench.crowd import a_filled_lane
from tests.bench.processes import resident_mib
from tests.bench.tables import tell_rows
from tests.support.services import why_no_kafka, why_no_postgres

AIM: Final = 1.3
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
    with (
        a_filled_lane(messages, events_a_place=1) as lane,
        Supervisor(lane.workers(1)) as workers,
    ):
        console.print(f"  million: {messages:,} messages lie in Kafka", highlight=False)
        workers.start()
        (pid,) = (status.pid for status in workers.statuses() if status.pid is not None)
        points = _watched(lane.dsn, pid, messages)
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
