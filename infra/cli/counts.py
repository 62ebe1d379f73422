"""`offsite counts`: bias and zeal, seen early; never a sum of money, and never a rank."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any, Final

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.counting import TITLES, By, Counts, Measure, Row, Spread, Tally
from infra.cli.asking import with_engine
from infra.cli.cases import local
from infra.cli.telling import OUT, AsJson, errors_told, tell_json, tell_table
from infra.deployment import find
from infra.settings import Settings
from infra.store.counting import Counting
from schemas.errors import InvalidValueError
from schemas.instants import instant_text, parse_instant

EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Counts of a period, as of one instant, from so many lines of the ledger of acts."""

    since: datetime
    until: datetime
    lines: int
    counts: Counts


def tell_counts(
    since: Annotated[str | None, typer.Option(help="From then on, RFC 3339; else ever.")] = None,
    until: Annotated[str | None, typer.Option(help="Until before then; else now.")] = None,
    by: Annotated[By | None, typer.Option(help="Break down by.")] = None,
    as_json: AsJson = False,
) -> None:
    """Count by when it was done: what was let go by hand, softness, filings, refusals, evenness."""
    with errors_told():
        begins = EVER if since is None else parse_instant(since, "--since")
        ends = datetime.now(UTC) if until is None else parse_instant(until, "--until")
        if ends <= begins:
            raise InvalidValueError(expected=f"after {begins}", got=str(ends), field="--until")
        counted = with_engine(
            find(Settings()), lambda engine: _count(engine, since=begins, until=ends, by=by)
        )
    if as_json:
        tell_json(_json(counted, by))
    else:
        _tell(counted, by)


async def _count(
    engine: AsyncEngine, *, since: datetime, until: datetime, by: By | None
) -> Counted:
    async with engine.connect() as connection:
        await connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        counting = Counting(connection)
        lines = await counting.height()
        tally = Tally(since=since, until=until, by=by)
        async for acted in counting.acts(since=since, until=until):
            tally.follow(acted)
        for decided in await counting.outcomes(since=since, until=until, by=by):
            tally.add(decided)
    return Counted(since=since, until=until, lines=lines, counts=tally.counts())


def _json(counted: Counted, by: By | None) -> dict[str, Any]:
    return {
        "since": instant_text(counted.since),
        "until": instant_text(counted.until),
        "by": None if by is None else by.value,
        "ledger_lines": counted.lines,
        "entered_late": counted.counts.entered_late,
        "counts": [
            {
                "measure": row.measure.value,
                "what": row.what,
                "key": row.key,
                "count": row.count,
                "permille": row.permille,
            }
            for row in counted.counts.rows
        ],
        "evenness": [
            {
                "matter": spread.matter,
                "harm": spread.harm,
                "officer": spread.officer,
                "ends": dict(spread.ends),
            }
            for spread in counted.counts.spreads
        ],
    }


def _tell(counted: Counted, by: By | None) -> None:
    counts = counted.counts
    began = "the beginning" if counted.since == EVER else local(counted.since)
    head = f"From {began} until {local(counted.until)}, {counted.lines} lines of acts"
    OUT.print(head, style="bold", highlight=False)
    for measure, rows in groupby(counts.rows, key=lambda row: row.measure):
        _tell_measure(measure, rows, by)
    _tell_spreads(counts.spreads)
    if counts.entered_late:
        OUT.print(f"entered after the period: {counts.entered_late}", highlight=False)


def _tell_measure(measure: Measure, rows: Iterable[Row], by: By | None) -> None:
    columns = ("what", "count") if by is None else (by.value, "what", "count")
    table = [
        (*(() if by is None else (row.key,)), row.what, _number(row))
        for row in rows
    ]  # fmt: skip
    tell_table(str(TITLES[measure]), columns, table)


def _number(row: Row) -> str:
    if row.permille is None:
        return str(row.count)
    return f"{row.count} ({row.permille // 10}.{row.permille % 10} %)"


def _tell_spreads(spreads: Iterable[Spread]) -> None:
    rows = [
        (
            *(spread.matter, spread.harm, spread.officer),
            ", ".join(f"{end} {number}" for end, number in spread.ends.items()),
        )
        for spread in spreads
    ]
    tell_table("Evenness 均衡性", ("matter", "harm", "officer", "how it ended"), rows)
