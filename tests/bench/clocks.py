"""How late clocks fire that are all due together: with one keeper, and with two."""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from rich.console import Console
from sqlalchemy import make_url

from infra.store import clock_statements as sql
from infra.store.clock_rows import CLOCK_TYPES, clock_row
from infra.store.migrating import migrate
from schemas.act import SubjectId
from schemas.clock import Clock, ClockKind, ClockState, Firing, FiringKind
from schemas.person import Role
from tests.bench.children import Child, child
from tests.bench.processes import descendants, family_cost, find
from tests.bench.spread import percentile
from tests.bench.tables import tell_rows
from tests.support.services import running_postgres, why_no_postgres

AIM_S: Final = 5.0
_KEEPERS: Final = (1, 2)
_KEEPER: Final = "bench-keeper"
_WITHIN_S: Final = 120.0
_FILLED_WITHIN_S: Final = {True: 6.0, False: 20.0}

Answer = dict[str, Any]


def measure(console: Console, *, is_quick: bool) -> Answer:
    """As many clocks again lie beside them that aren't due."""
    if reason := why_no_postgres():
        console.print(f"clocks: left out: {reason}", markup=False)
        return {"left_out": reason}
    clocks = 20_000 if is_quick else 100_000
    results: list[Answer] = []
    with tempfile.TemporaryDirectory(prefix="offsite-bench-") as name:
        settings = {"fsync": "on", "track_commit_timestamp": "on"}
        with running_postgres(Path(name), settings=settings) as server:
            for keepers in _KEEPERS:
                with _database(server, f"bench_{keepers}_{len(results)}") as dsn:
                    results.append(_fired(dsn, Path(name), clocks=clocks, keepers=keepers))
    _tell(console, results)
    return {"clocks": clocks, "aim_s": AIM_S, "measured": results}


def _fired(dsn: str, folder: Path, *, clocks: int, keepers: int) -> Answer:
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                child(
                    "tests.bench.keeper",
                    {"dsn": dsn, "patience_s": _WITHIN_S, "name": f"{_KEEPER}-{number}"},
                    folder=folder,
                    name=f"{_KEEPER}-{keepers}-{number}",
                )
            )
            for number in range(keepers)
        ]
        _until_they_beat(dsn, started)
        due_at = datetime.now(UTC).replace(microsecond=0)
        due_at += timedelta(seconds=_FILLED_WITHIN_S[clocks < 100_000])
        _fill(dsn, clocks=clocks, due_at=due_at)
        server = find(descendants(os.getpid()), "bin/postgres ")
        before = 0.0 if server is None else family_cost(server).cpu_s
        answers = [one.answer(within_s=_WITHIN_S) for one in started]
        spent = 0.0 if server is None else family_cost(server).cpu_s - before
    return _summed(dsn, answers, due_at=due_at) | {
        "keepers": keepers,
        "postgres_cpu_us_per_clock": round(spent / clocks * 1e6, 1),
    }


def _until_they_beat(dsn: str, started: Sequence[Child]) -> None:
    """They share a name, so wait for the connections that they hold."""
    asked = (
        "SELECT count(DISTINCT application_name) FROM pg_stat_activity"
        f" WHERE starts_with(application_name, '{_KEEPER}')"
    )
    with psycopg.connect(dsn, autocommit=True) as connection:
        until = time.monotonic() + _WITHIN_S
        while connection.execute(asked).fetchone() != (len(started),):
            if time.monotonic() > until or any(one.has_ended() for one in started):
                raise RuntimeError("a keeper didn't come up\n" + "\n".join(map(str, started)))
            time.sleep(0.05)


def _fill(dsn: str, *, clocks: int, due_at: datetime) -> None:
    """Each was warned of before; a rung waits above."""
    later = due_at + timedelta(days=1)
    with psycopg.connect(dsn) as connection:
        with connection.cursor() as cursor, cursor.copy(sql.COPY_CLOCKS) as copy:
            copy.set_types(CLOCK_TYPES)
            for number in range(clocks):
                copy.write_row(clock_row(_clock(f"C261124-{number:012}", due_at)))
                copy.write_row(clock_row(_clock(f"C261125-{number:012}", later)))
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE clocks")
    if datetime.now(UTC) >= due_at:
        raise RuntimeError("they were due before they were all there: this machine is too slow")


def _clock(subject: str, due_at: datetime) -> Clock:
    warned_at = due_at - timedelta(minutes=30)
    return Clock(
        subject=SubjectId(subject),
        kind=ClockKind.DISPOSAL,
        number=1,
        state=ClockState.RUNNING,
        started_at=due_at - timedelta(hours=2),
        due_at=due_at,
        plan=(
            Firing(at=warned_at, kind=FiringKind.WARN),
            Firing(at=due_at, kind=FiringKind.BREACH, role=Role.DUTY_CHIEF),
            Firing(at=due_at + timedelta(hours=1), kind=FiringKind.ESCALATE, role=Role.HEAD),
        ),
        fired=1,
    )


def _summed(dsn: str, answers: Sequence[Answer], *, due_at: datetime) -> Answer:
    """Late by when the firing was committed, not by when it was written."""
    late = (
        "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - at)::float8"
        " FROM clock_firings ORDER BY 1"
    )
    with psycopg.connect(dsn, autocommit=True) as connection:
        seconds = [row[0] for row in connection.execute(late).fetchall()]
        counted = connection.execute(
            "SELECT (SELECT count(DISTINCT (subject, kind, number, index)) FROM clock_firings),"
            " (SELECT count(*) FROM clocks WHERE fired = 2),"
            " (SELECT count(DISTINCT letter_id) FROM outbox WHERE topic = 'pages'),"
            " (SELECT count(*) FROM outbox),"
            " (SELECT count(*) FROM clock_rounds),"
            " (SELECT count(*) FROM clocks WHERE next_at <= %s)",
            (due_at,),
        ).fetchone()
    names = ("told", "clocks_moved", "pages", "letters", "ledger_lines", "still_waiting")
    told = sum(answer["told"] for answer in answers)
    return {
        **dict(zip(names, counted or (), strict=True)),
        "told_by_keepers": [answer["told"] for answer in answers],
        "rounds": [answer["rounds"] for answer in answers],
        "late_s": {
            name: round(percentile(seconds, share), 3)
            for name, share in {"p50": 0.5, "p99": 0.99, "max": 1.0}.items()
        },
        "clocks_per_s": round(told / seconds[-1]),
        "keeper_cpu_us_per_clock": round(sum(a["cpu_s"] for a in answers) / told * 1e6, 1),
        "keeper_mib": round(max(answer["peak_mib"] for answer in answers), 1),
    }


@contextmanager
def _database(server: str, name: str) -> Iterator[str]:
    fresh = make_url(server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        migrate(fresh)
        yield fresh
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _tell(console: Console, results: Sequence[Answer]) -> None:
    heads = ("", *(f"{each['keepers']} keeper(s)" for each in results))
    rows = [
        ("clocks told", *(f"{each['told']:,}" for each in results)),
        ("told twice", *(f"{e['letters'] - e['told']}" for e in results)),
        ("not told", *(f"{each['still_waiting']}" for each in results)),
        *(
            (f"late, {point}, s", *(f"{each['late_s'][point]:.2f}" for each in results))
            for point in ("p50", "p99", "max")
        ),
        ("clocks/s", *(f"{each['clocks_per_s']:,}" for each in results)),
        ("lines in the ledger", *(f"{each['ledger_lines']}" for each in results)),
        ("CPU µs/clock: keepers", *(f"{e['keeper_cpu_us_per_clock']:.0f}" for e in results)),
        ("CPU µs/clock: PostgreSQL", *(f"{e['postgres_cpu_us_per_clock']:.0f}" for e in results)),
    ]
    title = f"{results[0]['told']:,} clocks due together (aim: {AIM_S:.0f} s late at most)"
    tell_rows(console, title, heads, rows)
