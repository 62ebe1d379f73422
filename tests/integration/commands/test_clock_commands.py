"""What `offsite clock` and `offsite calendar` say, to people and to programs."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from click.testing import Result
from typer import Typer
from typer.testing import CliRunner

from handlers.clock_keeping import keep_round
from handlers.decisions.clocks import stop
from handlers.decisions.law.calendar import WorkingCalendar
from infra.cli.clocks import calendar_app, clock_app, first_unknown_year, read_limit, read_span
from infra.keeping import KEEPER
from infra.store.clocks import PostgresClocks, keep
from infra.store.engine import make_engine
from schemas.clock import Clock
from schemas.errors import InvalidValueError
from streams.topics import topic_of
from tests.support.builders import CountingSalts
from tests.support.calendars import CALENDAR, city, continuous, statutory
from tests.support.clocks import a_bare_clock

HOUR: Final = timedelta(hours=1)


@pytest.fixture
def house(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database; no broker is asked."""
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path))
    monkeypatch.setenv("OFFSITE_KAFKA", "nobody:9")
    monkeypatch.setenv("OFFSITE_DATABASE", database)
    return database


def put(dsn: str, *clocks: Clock) -> None:
    async def within() -> None:
        async with await psycopg.AsyncConnection.connect(dsn) as driver:
            await keep(driver, clocks)

    asyncio.run(within())


def keep_all(dsn: str) -> None:
    """What a keeper does."""

    async def within() -> None:
        engine = make_engine(dsn, application="test")
        store = PostgresClocks(engine, topic_of=topic_of)
        await store.beat(KEEPER, "host-1")
        await keep_round(clocks=store, titles={}, salts=CountingSalts())
        await engine.dispose()

    asyncio.run(within())


def due_in(hours: float, subject: str) -> Clock:
    return a_bare_clock(subject, due_at=datetime.now(UTC) + hours * HOUR)


def offsite(app: Typer, *words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, (done.output, done.exc_info)
    return done


def lines(app: Typer, *words: str, code: int = 0) -> list[dict[str, Any]]:
    done = offsite(app, *words, "--json", code=code)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.database
@pytest.mark.parametrize(
    ("words", "subjects"),
    [
        pytest.param((), ["c-over", "c-soon", "c-later"], id="open ones, soonest due first"),
        pytest.param(("--due-within", "2h"), ["c-over", "c-soon"], id="soon, and overdue ones"),
        pytest.param(("--subject", "c-later"), ["c-later"], id="of one subject"),
        pytest.param(("--all",), ["c-over", "c-ended", "c-soon", "c-later"], id="ended ones too"),
    ],
)
def test_clocks_are_listed(house: str, words: Sequence[str], subjects: list[str]) -> None:
    ended = stop(due_in(0.5, "c-ended"), datetime.now(UTC), "cleared")
    put(house, due_in(3, "c-later"), due_in(1, "c-soon"), due_in(-1, "c-over"), ended)

    listed = lines(clock_app, "ls", *words)

    assert [each["subject"] for each in listed] == subjects


@pytest.mark.database
def test_a_listed_clock_says_what_is_told_and_what_waits(house: str) -> None:
    put(house, a_bare_clock("c-1", due_at=datetime.now(UTC) - HOUR, above=(2 * HOUR,)))
    keep_all(house)

    (clock,) = lines(clock_app, "ls")
    table = offsite(clock_app, "ls").stdout

    assert (clock["told"], clock["is_broken"], clock["state"]) == (1, True, "running")
    assert [firing["kind"] for firing in clock["plan"]] == ["breach", "escalate"]
    assert "overdue by 60 min" in table
    assert "1 of 2" in table


@pytest.mark.database
def test_an_audit_that_finds_nothing_is_fine(house: str) -> None:
    keep_all(house)

    done = offsite(clock_app, "audit")

    assert "none" in done.stdout


@pytest.mark.database
def test_an_audit_that_finds_something_fails(house: str) -> None:
    put(house, due_in(-1, "c-over"))

    found = lines(clock_app, "audit", code=1)

    assert [(each["trouble"], each["where"]) for each in found] == [
        ("unfired", "c-over/disposal/1"),
        ("no-heartbeat", KEEPER),
    ]


@pytest.mark.database
def test_the_grace_of_an_audit_can_be_longer(house: str) -> None:
    keep_all(house)
    put(house, due_in(-1, "c-over"))

    assert lines(clock_app, "audit", "--grace", "7200") == []


@pytest.mark.database
def test_a_span_that_is_none_is_told(house: str) -> None:
    done = offsite(clock_app, "ls", "--due-within", "soon", code=2)

    assert "30m, 2h or 3d" in done.stderr


@pytest.mark.parametrize(
    ("text", "span"),
    [
        pytest.param("30m", timedelta(minutes=30), id="minutes"),
        pytest.param("2h", timedelta(hours=2), id="hours"),
        pytest.param("3d", timedelta(days=3), id="days"),
    ],
)
def test_a_span_is_read(text: str, span: timedelta) -> None:
    assert read_span(text) == span


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        pytest.param("7 day statutory-working", statutory(7), id="working days"),
        pytest.param("4 hour city-working", city(4), id="working hours"),
        pytest.param("10 hour continuous", continuous(10), id="by the wall"),
    ],
)
def test_a_limit_is_read(text: str, limit: object) -> None:
    assert read_limit(text) == limit


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("7 days", id="no calendar"),
        pytest.param("7 day holy", id="a calendar that nobody has"),
        pytest.param("x day calendar", id="no amount"),
        pytest.param("2 hour calendar", id="a unit that the calendar doesn't count"),
        pytest.param("0 day calendar", id="nothing"),
    ],
)
def test_a_limit_that_is_none_is_told(text: str) -> None:
    with pytest.raises(InvalidValueError):
        read_limit(text)


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        pytest.param(date(2025, 6, 1), 2027, id="two years are known"),
        pytest.param(date(2026, 12, 31), 2027, id="the last day"),
        pytest.param(date(2027, 1, 1), 2027, id="this very year"),
    ],
)
def test_the_first_unknown_year_is_found(today: date, missing: int) -> None:
    assert first_unknown_year(CALENDAR, today) == missing


def test_without_any_year_this_one_is_unknown() -> None:
    assert first_unknown_year(WorkingCalendar(), date(2026, 6, 1)) == 2026


def test_a_due_instant_is_told_in_both_zones() -> None:
    words = ("due", "--start", "2026-02-13T10:00:00+08:00", "--limit", "2 day statutory-working")

    (told,) = lines(calendar_app, *words)
    shown = offsite(calendar_app, *words).stdout

    assert told["due"] == "2026-02-24T16:00:00.000Z"
    assert "2026-02-25 00:00:00" in shown


def test_an_unknown_year_is_told() -> None:
    done = offsite(
        calendar_app,
        *("due", "--start", "1999-02-13T10:00:00+08:00", "--limit", "2 day statutory-working"),
        code=2,
    )

    assert "1999" in done.stderr


def test_the_calendar_of_the_pack_is_told() -> None:
    done = CliRunner().invoke(calendar_app, ["check", "--json"])

    told = json.loads(done.stdout)
    ahead = (datetime.now(UTC) + timedelta(days=60)).year
    assert told["years"]["2026"]["working_days"][1] == 16
    assert told["hours"] == ["08:30-12:00", "14:00-17:30"]
    assert done.exit_code == (1 if told["first_unknown_year"] <= ahead else 0)


def test_the_calendar_is_shown_with_the_year_that_is_missing() -> None:
    shown = CliRunner().invoke(calendar_app, ["check"]).stdout

    told = json.loads(CliRunner().invoke(calendar_app, ["check", "--json"]).stdout)
    assert "working hours: 08:30-12:00, 14:00-17:30" in shown
    assert f"{told['first_unknown_year']} is not laid down" in shown
