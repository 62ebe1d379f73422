"""Durable outcomes a second of one lane worker beside bare Faust and beside two other runtimes.

By turns on the same topic. The others write the same rows by the same decisions from their own
consumers (`tests/bench/peers`), in an environment of their own: `make bench` makes it.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from rich.console import Console
from sqlalchemy import make_url

from infra.store.migrating import migrate
from schemas.lane import Lane
from streams.connection import Connection
from streams.provisioning import make_topics
from streams.topics import EVENTS, wanted_topics
from tests.bench.children import child
from tests.bench.filling import fill
from tests.bench.processes import cost, descendants, family_cost, find
from tests.bench.spread import spread
from tests.bench.stages import STAGES
from tests.bench.tables import tell_rows
from tests.support.services import running_kafka, running_postgres, why_no_kafka, why_no_postgres

AIM: Final = 0.5
PEERS: Final = {"Quix Streams": "quix_worker", "FastStream": "faststream_worker"}
PEERS_PYTHON: Final = Path(".venv-peers/bin/python")
_ROUND_WITHIN_S: Final = 180.0

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a round plays."""

    folder: Path
    bootstrap: str
    database: str
    messages: int
    partitions: int


def measure(console: Console, *, is_quick: bool) -> Answer:
    """Each partition count with its own Kafka; the database server is shared."""
    if reason := why_no_kafka() or why_no_postgres():
        console.print(f"workers: left out: {reason}", markup=False)
        return {"left_out": reason}
    messages, rounds = (5_000, 2) if is_quick else (20_000, 3)
    counts = (4,) if is_quick else (1, 4)
    results: list[Answer] = []
    with tempfile.TemporaryDirectory(prefix="offsite-bench-") as name:
        folder = Path(name)
        with running_postgres(folder, settings={"fsync": "on"}) as database:
            for partitions in counts:
                place = folder / f"partitions-{partitions}"
                place.mkdir()
                with running_kafka(place) as bootstrap:
                    site = Site(
                        folder=place,
                        bootstrap=bootstrap,
                        database=database,
                        messages=messages,
                        partitions=partitions,
                    )
                    results.append(_compared(console, site, rounds=rounds))
    _tell(console, results)
    return {"messages": messages, "rounds": rounds, "aim_ratio": AIM, "measured": results}


def _compared(console: Console, site: Site, *, rounds: int) -> Answer:
    make_topics(
        Connection(bootstrap=site.bootstrap),
        wanted_topics(partitions=site.partitions, replication=1),
    )
    fill(site.bootstrap, messages=site.messages)
    bare: list[Answer] = []
    ours: list[Answer] = []
    peers: dict[str, list[Answer]] = {name: [] for name in PEERS if PEERS_PYTHON.exists()}
    for number in range(1, rounds + 1):
        bare.append(_bare(site, number))
        ours.append(_ours(site, number))
        for name, answers in peers.items():
            answers.append(_peer(site, number, PEERS[name]))
        told = [("bare", bare[-1]), ("ours", ours[-1]), *((n, a[-1]) for n, a in peers.items())]
        console.print(
            f"  workers, {site.partitions} partitions, round {number}: "
            + ", ".join(f"{name} {answer['rate']:,.0f}/s" for name, answer in told),
            highlight=False,
        )
    return _summed(site, bare, ours) | {
        "peers": {
            name: {
                "per_s": spread([each["rate"] for each in answers]).plain(),
                "cpu_us_per_event": _middle(answers, "cpu_us_per_event"),
                "peak_mib": _middle(answers, "peak_mib"),
                "batches": _middle(answers, "batches"),
            }
            for name, answers in peers.items()
        }
    }


def _bare(site: Site, number: int) -> Answer:
    order = {
        "group": f"bench-bare-{number}",
        "bootstrap": site.bootstrap,
        "topic": EVENTS[Lane.GENERAL],
        "data": str(site.folder / f"bare-{number}"),
        "messages": site.messages,
    }
    return _round("tests.bench.bare_worker", order, site=site, name=f"bare-{number}")


def _ours(site: Site, number: int) -> Answer:
    name = f"bench_{site.partitions}_{number}"
    with fresh_database(site.database, name) as dsn:
        order = {
            "group": f"bench-ours-{number}",
            "bootstrap": site.bootstrap,
            "dsn": dsn,
            "data": str(site.folder / name),
            "messages": site.messages,
        }
        return _round("tests.bench.lane_worker", order, site=site, name=f"ours-{number}")


def _peer(site: Site, number: int, module: str) -> Answer:
    name = f"bench_{module}_{site.partitions}_{number}"
    with fresh_database(site.database, name) as dsn:
        order = {
            "group": name,
            "bootstrap": site.bootstrap,
            "dsn": dsn,
            "messages": site.messages,
        }
        with child(
            f"tests.bench.peers.{module}",
            order,
            folder=site.folder,
            name=name,
            python=str(PEERS_PYTHON.absolute()),
        ) as started:
            return dict(started.answer(within_s=_ROUND_WITHIN_S))


def _round(module: str, order: Answer, *, site: Site, name: str) -> Answer:
    """What the neighbours cost is told with it."""
    broker, server = _neighbours()
    before = cost(broker).cpu_s, family_cost(server).cpu_s
    with child(module, order, folder=site.folder, name=name) as started:
        answer: Answer = started.answer(within_s=_ROUND_WITHIN_S)
    kafka, postgres = cost(broker), family_cost(server)
    each = 1e6 / site.messages
    answer["kafka"] = {
        "cpu_us_per_event": (kafka.cpu_s - before[0]) * each,
        "mib": kafka.peak_mib,
    }
    answer["postgres"] = {
        "cpu_us_per_event": (postgres.cpu_s - before[1]) * each,
        "mib": postgres.peak_mib,
    }
    return answer


def _neighbours() -> tuple[int, int]:
    ours = descendants(os.getpid())
    broker, server = find(ours, "kafka.Kafka"), find(ours, "bin/postgres ")
    if broker is None or server is None:
        raise RuntimeError("the broker or the database has gone")
    return broker, server


@contextmanager
def fresh_database(dsn: str, name: str) -> Iterator[str]:
    """Empty tables: each round decides the same messages for the first time."""
    fresh = make_url(dsn).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        migrate(fresh)
        yield fresh
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _summed(site: Site, bare: Sequence[Answer], ours: Sequence[Answer]) -> Answer:
    ratios = [mine["rate"] / its["rate"] for mine, its in zip(ours, bare, strict=True)]
    return {
        "partitions": site.partitions,
        "bare_per_s": spread([each["rate"] for each in bare]).plain(),
        "ours_per_s": spread([each["rate"] for each in ours]).plain(),
        "ratio": spread(ratios).plain(),
        "us_per_event": _stages(ours) if site.partitions == 1 else {},
        "cpu_us_per_event": {
            "bare Faust": _middle(bare, "cpu_us_per_event"),
            "our worker": _middle(ours, "cpu_us_per_event"),
            "Kafka, for ours": _middle([each["kafka"] for each in ours], "cpu_us_per_event"),
            "PostgreSQL, for ours": _middle(
                [each["postgres"] for each in ours], "cpu_us_per_event"
            ),
        },
        "memory_mib": {
            "bare Faust": _middle(bare, "peak_mib"),
            "our worker": _middle(ours, "peak_mib"),
            "Kafka": _middle([each["kafka"] for each in ours], "mib"),
            "PostgreSQL": _middle([each["postgres"] for each in ours], "mib"),
        },
        "batches": _middle(ours, "batches"),
        "outcomes": ours[-1]["outcomes"],
    }


def _stages(ours: Sequence[Answer]) -> Answer:
    return {
        stage: spread([each["us_per_event"][stage] for each in ours]).plain() for stage in STAGES
    }


def _middle(answers: Sequence[Answer], key: str) -> float:
    return round(spread([each[key] for each in answers]).median, 1)


def _tell(console: Console, results: Sequence[Answer]) -> None:
    heads = [f"{each['partitions']} partition(s)" for each in results]
    rows = [
        ("bare Faust, messages/s", *(_span(each["bare_per_s"]) for each in results)),
        ("our worker, outcomes/s", *(_span(each["ours_per_s"]) for each in results)),
        (f"ratio (aim {AIM} or more)", *(_span(each["ratio"], ".2f") for each in results)),
        *(
            (f"{name}, the same rows/s", *(_span(e["peers"][name]["per_s"]) for e in results))
            for name in results[0]["peers"]
        ),
        *(
            (
                f"CPU µs/event: {name}",
                *(f"{e['peers'][name]['cpu_us_per_event']:.0f}" for e in results),
            )
            for name in results[0]["peers"]
        ),
        *(
            (f"CPU µs/event: {name}", *(f"{e['cpu_us_per_event'][name]:.0f}" for e in results))
            for name in results[0]["cpu_us_per_event"]
        ),
    ]
    tell_rows(console, "One lane worker beside bare Faust", ("", *heads), rows)
    for each in results:
        if each["us_per_event"]:
            stages = [(name, f"{us['median']:.1f}") for name, us in each["us_per_event"].items()]
            stages.append(("all, by the clock", f"{1e6 / each['ours_per_s']['median']:.1f}"))
            tell_rows(console, "Where a message's time goes, µs", ("stage", "1 partition"), stages)


def _span(told: dict[str, float], form: str = ",.0f") -> str:
    return f"{told['median']:{form}} ({told['least']:{form}} … {told['most']:{form}})"
