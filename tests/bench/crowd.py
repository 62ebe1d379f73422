"""One worker beside two of the same lane: how much more two get done, seen from outside.

The real processes, as `offsite run worker` starts them. The clock runs from the first quarter of
the messages to the last one, so that start-up and joining the group don't count.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from rich.console import Console
from sqlalchemy import make_url

from infra.embedded.child import ChildSpec
from infra.embedded.supervisor import Supervisor
from streams.connection import Connection
from streams.provisioning import make_topics
from streams.topics import wanted_topics
from tests.bench.filling import fill
from tests.bench.spread import spread
from tests.bench.tables import tell_rows
from tests.bench.workers import fresh_database
from tests.support.services import running_kafka, running_postgres, why_no_kafka, why_no_postgres

AIM: Final = 1.6
_PARTITIONS: Final = 4
_WITHIN_S: Final = 120.0
_LOOK_EVERY_S: Final = 0.02

Answer = dict[str, Any]


def measure(console: Console, *, is_quick: bool) -> Answer:
    """By turns on the same messages; each round has its own Kafka and its own tables."""
    if reason := why_no_kafka() or why_no_postgres():
        console.print(f"crowd: left out: {reason}", markup=False)
        return {"left_out": reason}
    messages, rounds = (6_000, 1) if is_quick else (80_000, 3)
    rates: dict[int, list[float]] = {1: [], 2: []}
    for number in range(rounds):
        for workers, found in rates.items():
            found.append(_rate(messages, workers=workers))
            console.print(
                f"  crowd, round {number + 1}, {workers} worker(s): {found[-1]:,.0f}/s",
                highlight=False,
            )
    ratios = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    told = {
        "messages": messages,
        "aim_ratio": AIM,
        "one_per_s": spread(rates[1]).plain(),
        "two_per_s": spread(rates[2]).plain(),
        "ratio": spread(ratios).plain(),
        "cores": os.cpu_count(),
    }
    tell_rows(
        console,
        f"Two workers beside one, {told['cores']} cores for all with Kafka and PostgreSQL",
        ("", "outcomes/s"),
        [
            ("one worker", spread(rates[1]).told()),
            ("two workers", spread(rates[2]).told()),
            (f"ratio (aim {AIM} or more)", spread(ratios).told(".2f")),
        ],
    )
    return told


def _rate(messages: int, *, workers: int) -> float:
    with a_filled_lane(messages) as lane, Supervisor(lane.workers(workers)) as supervisor:
        supervisor.start()
        return _measured(lane.dsn, messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledLane:
    """Messages that wait in a Kafka of their own, and empty tables."""

    folder: Path
    bootstrap: str
    dsn: str

    def workers(self, count: int) -> Sequence[ChildSpec]:
        """Workers of the general lane, as a city starts them."""
        env = {
            "OFFSITE_DATA": str(self.folder),
            "OFFSITE_KAFKA": self.bootstrap,
            "OFFSITE_DATABASE": self.dsn,
            "OFFSITE_GENERAL_NICE": "0",
            "PYTHONWARNINGS": "ignore",
        }
        return [
            ChildSpec(
                name=f"worker-{number}",
                argv=(sys.executable, "-m", "infra.cli.main", "run", "worker", "--lane", "general"),
                log=self.folder / f"worker-{number}.log",
                env=env,
                cwd=Path(__file__).parents[2],
            )
            for number in range(count)
        ]


@contextmanager
def a_filled_lane(messages: int, **filling: int) -> Iterator[FilledLane]:
    """Its servers end with the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="offsite-bench-")))
        server = stack.enter_context(running_postgres(folder, settings={"fsync": "on"}))
        bootstrap = stack.enter_context(running_kafka(folder))
        make_topics(
            Connection(bootstrap=bootstrap), wanted_topics(partitions=_PARTITIONS, replication=1)
        )
        fill(bootstrap, messages=messages, **filling)
        dsn = stack.enter_context(fresh_database(server, "bench"))
        yield FilledLane(folder=folder, bootstrap=bootstrap, dsn=dsn)


def _measured(dsn: str, messages: int) -> float:
    url = make_url(dsn).set(drivername="postgresql").render_as_string(hide_password=False)
    until, began = time.monotonic() + _WITHIN_S, None
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until:
            row = connection.execute("SELECT coalesce(sum(next), 0) FROM heads").fetchone()
            decided, now = int(row[0]) if row else 0, time.monotonic()
            if began is None and decided >= messages / 4:
                began = (now, decided)
            if began is not None and decided >= messages:
                return (decided - began[1]) / (now - began[0])
            time.sleep(_LOOK_EVERY_S)
    raise TimeoutError(f"expected {messages} outcomes within {_WITHIN_S:.0f} s, got {decided}")
