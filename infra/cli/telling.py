"""How commands speak: tables for people, JSON for programs, one sentence for an error."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from rich.table import Table

from schemas.errors import (
    InvalidValueError,
    OffsiteError,
    RefusedError,
    TemporarilyUnavailableError,
)

_WIDE: Final = None if sys.stdout.isatty() else 160
"""A pipe has no width; a table cut to 80 columns helps nobody."""
OUT: Final = Console(soft_wrap=True, width=_WIDE)
ERR: Final = Console(stderr=True, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document a line.")]


class Exit(IntEnum):
    """What an exit code means."""

    FINE = 0
    CHECK_FAILED = 1
    CALLERS_MISTAKE = 2
    PART_UNAVAILABLE = 3
    LANE_STOPPED = 4
    """A flood of dead letters stopped the lane: only a person lets it go on."""


@contextmanager
def errors_told() -> Iterator[None]:
    """Turn an error of ours into a sentence and an exit code; others go up with traceback."""
    try:
        yield
    except OffsiteError as error:
        ERR.print(f"offsite: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(exit_of(error)) from error


def exit_of(error: OffsiteError) -> Exit:
    """By the remedy."""
    if isinstance(error, InvalidValueError | RefusedError):
        return Exit.CALLERS_MISTAKE
    if isinstance(error, TemporarilyUnavailableError):
        return Exit.PART_UNAVAILABLE
    return Exit.CHECK_FAILED


def tell_json(value: object) -> None:
    """One JSON document a line, keys in order, so that the same content is the same bytes."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_SORT_KEYS) + b"\n")
    sys.stdout.buffer.flush()


def tell_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table, or a line that says that there is nothing."""
    if not rows:
        OUT.print(f"{title}: none", highlight=False)
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    OUT.print(table)


def tell_fields(title: str, fields: Mapping[str, object]) -> None:
    """Names and values under a heading."""
    OUT.print(title, style="bold", highlight=False)
    width = max((len(name) for name in fields), default=0)
    for name, value in fields.items():
        OUT.print(f"  {name:<{width}}  {value}", markup=False, highlight=False)
