"""Tells what rounds came to: on screen, as JSON, and as a page of the documentation."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.faults.faults import BY_NAME
from tests.faults.rounds import Round

COLUMNS: Final = (
    *("fault", "seed", "events", "addresses", "lost", "double", "difference"),
    *("recovered (s)", "repeats"),
)


def row(one: Round) -> tuple[str, ...]:
    """In the order of `COLUMNS`."""
    name = " + ".join(one.faults)
    if one.skipped is not None:
        return (name, str(one.seed), *["-"] * 6, f"skipped: {one.skipped}")
    recovered = "never" if one.recovered_in_s is None else f"{one.recovered_in_s:.1f}"
    counts = (one.events, one.addresses, one.lost, one.double, one.difference)
    return (name, str(one.seed), *map(str, counts), recovered, str(one.repeats))


def tell_table(rounds: Sequence[Round]) -> None:
    table = Table(title="Faults", title_justify="left")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "fault" else "right")
    for one in rounds:
        table.add_row(*row(one), style=None if one.is_fine else "bold red")
    console = Console()
    console.print(table)
    for one in rounds:
        for said in one.said:
            console.print(f"{'+'.join(one.faults)} {one.seed}: {said}", style="red", markup=False)


def keep(rounds: Iterable[Round], file: Path) -> list[Round]:
    """Add to what is kept: a later round of the same faults and seed replaces the earlier one."""
    kept = {(tuple(one.faults), one.seed): one for one in read(file)}
    kept |= {(tuple(one.faults), one.seed): one for one in rounds}
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    text = json.dumps([one.as_json() for one in kept.values()], indent=1, ensure_ascii=False)
    fresh.write_text(text + "\n", "utf-8")
    fresh.replace(file)
    return list(kept.values())


def read(file: Path) -> list[Round]:
    if not file.exists():
        return []
    found: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
    return [Round(**one) for one in found]


def page(rounds: Sequence[Round]) -> str:
    """`docs/fault-results.md`."""
    singles = [one for one in rounds if len(one.faults) == 1]
    pairs = [one for one in rounds if len(one.faults) > 1]
    parts = [_HEAD.format(**_totals(rounds)), "## One fault at a time\n", _table(singles)]
    if pairs:
        parts += ["## Two at once\n", _table(pairs)]
    parts += ["## What each does\n", _meanings()]
    return "\n".join(parts)


_HEAD: Final = """# What faults did

Written by `make faults` (`python -m tests.faults --page`). Three Apache Kafka brokers (replication
3, two in sync at least), PostgreSQL with fsync on, and our own processes, all real and on one
machine. The plan of what is sent, and of what must become of it, comes from the seed; the checker
(`tests/faults/checker.py`) reads database and topics with code of its own.

{rounds} rounds, {events} event ids at {addresses} addresses: **{lost} lost, {double} double,
difference {difference}**, {wrong} other faults.

- *events*: different event ids; *addresses*: messages in Kafka, with duplicates, conflicts, poison.
- *lost*: acknowledged without an outcome; an outcome without its case, letter or line of the
  ledger. *double*: an effect that happened twice. *difference*: expected − outcomes − waiting, when
  nothing waits any more.
- *recovered*: from the fault's end until no more waits, for good, than one second's load.
- *repeats*: messages and letters that came again, as they may; their effects did not.
"""


def _totals(rounds: Sequence[Round]) -> dict[str, int]:
    done = [one for one in rounds if one.skipped is None]
    names = ("events", "addresses", "lost", "double", "wrong")
    totals = {name: sum(getattr(one, name) for one in done) for name in names}
    return {
        **totals,
        "rounds": len(done),
        "difference": sum(abs(one.difference) for one in done),
    }


def _table(rounds: Sequence[Round]) -> str:
    lines = [f"| {' | '.join(COLUMNS)} |", "| --- |" + " ---: |" * (len(COLUMNS) - 1)]
    lines += [f"| {' | '.join(row(one))} |" for one in rounds]
    return "\n".join(lines) + "\n"


def _meanings() -> str:
    lines = ["| fault | what it does | lasts (s) | how it ends |", "| --- | --- | ---: | --- |"]
    lines += [
        f"| {fault.name} | {fault.does} | {fault.holds_s:g} | {fault.ends} |"
        for fault in BY_NAME.values()
    ]
    return "\n".join(lines) + "\n"
