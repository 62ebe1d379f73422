"""`offsite clock …` and `offsite calendar …`: what runs, what was missed, and which days count."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.clocks import is_broken
from handlers.decisions.law.calendar import WorkingCalendar, due
from infra import opening
from infra.cli.asking import with_engine
from infra.cli.cases import local
from infra.cli.telling import OUT, AsJson, Exit, errors_told, tell_fields, tell_json, tell_table
from infra.deployment import find
from infra.keeping import KEEPER
from infra.settings import Settings
from infra.store.clock_watch import GRACE, ClockWatch, Finding
from schemas.act import SubjectId
from schemas.clock import Clock
from schemas.errors import InvalidValueError
from schemas.instants import CHINA, instant_text, parse_instant
from schemas.limit import Calendar, Limit, Unit

clock_app = typer.Typer(help="What runs, and what was missed.", no_args_is_help=True)
calendar_app = typer.Typer(help="Which days and hours count.", no_args_is_help=True)

AT_MOST: Final = 10_000
"""A longer list is nobody's to read."""
AHEAD: Final = timedelta(days=60)
"""The State Council lays a year out some weeks before it begins; the longest common limit is 90
days, so sixty days before its end somebody has to ask for it."""

_SPANS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_MONTHS: Final = range(1, 13)
_Policy = Annotated[
    str | None, typer.Option("--policy", help="Another pack than the configured one.")
]


@clock_app.command("ls")
def list_clocks(
    subject: Annotated[str | None, typer.Option("--subject", help="Of one subject only.")] = None,
    due_within: Annotated[
        str | None, typer.Option("--due-within", help="Such as 30m, 2h or 3d; overdue ones too.")
    ] = None,
    with_ended: Annotated[bool, typer.Option("--all", help="Those that have ended too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List clocks, soonest due first."""
    with errors_told():
        span = None if due_within is None else read_span(due_within)

        async def look(engine: AsyncEngine) -> tuple[datetime, Sequence[Clock]]:
            async with engine.connect() as connection:
                watch = ClockWatch(connection)
                now = await watch.now()
                found = await watch.standing(
                    subject=None if subject is None else SubjectId(subject),
                    due_before=None if span is None else now + span,
                    with_ended=with_ended,
                    limit=AT_MOST,
                )
                return now, found

        now, clocks = with_engine(find(Settings()), look)
    if as_json:
        for clock in clocks:
            tell_json(clock_json(clock, now))
        return
    title = f"The first {AT_MOST} clocks" if len(clocks) == AT_MOST else "Clocks"
    columns = ("subject", "clock", "state", "due", "left", "next", "told", "why")
    tell_table(title, columns, [_row(clock, now) for clock in clocks])


@clock_app.command("audit")
def audit_clocks(
    grace_s: Annotated[
        int, typer.Option("--grace", min=1, help="So many seconds late may a firing be.")
    ] = int(GRACE.total_seconds()),
    as_json: AsJson = False,
) -> None:
    """Find clocks that should have fired and did not, keepers that are silent, broken records."""
    with errors_told():

        async def look(engine: AsyncEngine) -> Sequence[Finding]:
            async with engine.connect() as connection:
                watch = ClockWatch(connection)
                return await watch.audit(KEEPER, grace=timedelta(seconds=grace_s))

        findings = with_engine(find(Settings()), look)
    if as_json:
        for each in findings:
            tell_json({"trouble": each.trouble, "where": each.where, "said": each.said})
    else:
        rows = [(each.trouble, each.where, each.said) for each in findings]
        tell_table("Troubles with clocks", ("trouble", "where", "what"), rows)
    if findings:
        raise typer.Exit(Exit.CHECK_FAILED)


@calendar_app.command("check")
def check_calendar(policy: _Policy = None, as_json: AsJson = False) -> None:
    """Tell which years are laid down; fail if the year in sixty days is not."""
    with errors_told():
        pack = opening.policy(Settings(), policy)
    today = datetime.now(UTC).astimezone(CHINA).date()
    missing = first_unknown_year(pack.calendar, today)
    fails = (today + AHEAD).year >= missing
    if as_json:
        tell_json(
            {
                "pack": pack.name,
                "years": {
                    str(number): _year_json(pack.calendar, number)
                    for number in sorted(pack.calendar.years)
                },
                "hours": _hours(pack.calendar),
                "first_unknown_year": missing,
                "fails": fails,
            }
        )
    else:
        _tell_calendar(pack.calendar, pack.name)
        OUT.print(_verdict(missing, today, fails=fails), style="red" if fails else None)
    if fails:
        raise typer.Exit(Exit.CHECK_FAILED)


@calendar_app.command("due")
def tell_due(
    start: Annotated[str, typer.Option("--start", help="RFC 3339, 2026-11-20T09:14:05+08:00.")],
    limit: Annotated[str, typer.Option("--limit", help="Such as '7 day statutory-working'.")],
    policy: _Policy = None,
    as_json: AsJson = False,
) -> None:
    """Tell when a limit is up, by the pack's calendar."""
    with errors_told():
        begun_at, counted = parse_instant(start, "--start"), read_limit(limit)
        pack = opening.policy(Settings(), policy)
        due_at = due(counted, begun_at, pack.calendar)
    if as_json:
        told = {"start": instant_text(begun_at), "due": instant_text(due_at)}
        tell_json({"limit": limit, "pack": pack.name, **told})
        return
    tell_fields(str(counted), {"start": local(begun_at), "due": local(due_at), "pack": pack.name})


def read_span(text: str) -> timedelta:
    """`30m`, `2h`, `3d`."""
    found = re.fullmatch(r"(\d{1,6})([mhd])", text, re.ASCII)
    if found is None:
        raise InvalidValueError(
            expected="a span such as 30m, 2h or 3d", got=text, field="--due-within"
        )
    return int(found[1]) * _SPANS[found[2]]


def read_limit(text: str) -> Limit:
    """`7 day statutory-working`: amount, unit, calendar."""
    words = text.split()
    if len(words) != 3 or not words[0].isdecimal() or words[1] not in list(Unit):
        raise InvalidValueError(
            expected=f"an amount, one of {', '.join(Unit)}, and one of {', '.join(Calendar)}",
            got=text,
            field="--limit",
        )
    if words[2] not in list(Calendar):
        raise InvalidValueError(
            expected=f"one of {', '.join(Calendar)}", got=words[2], field="--limit"
        )
    return Limit(amount=int(words[0]), unit=Unit(words[1]), calendar=Calendar(words[2]))


def first_unknown_year(calendar: WorkingCalendar, today: date) -> int:
    """The first year from today on that nobody laid down."""
    year = today.year
    while year in calendar.years:
        year += 1
    return year


def clock_json(clock: Clock, now: datetime) -> dict[str, object]:
    """A clock with its plan; `told` says how much of it was told."""
    return {
        "id": clock.id,
        "subject": clock.subject,
        "kind": clock.kind,
        "number": clock.number,
        "state": clock.state,
        "counted_by": clock.counted_by,
        "started_at": instant_text(clock.started_at),
        "due_at": instant_text(clock.due_at),
        "next_at": None if clock.next_at is None else instant_text(clock.next_at),
        "ended_at": None if clock.ended_at is None else instant_text(clock.ended_at),
        "left_min": clock.left_min,
        "reason": clock.reason,
        "told": clock.fired,
        "plan": [
            {"at": instant_text(firing.at), "kind": firing.kind, "role": firing.role}
            for firing in clock.plan
        ],
        "is_broken": is_broken(clock, now),
    }


def _row(clock: Clock, now: datetime) -> tuple[object, ...]:
    return (
        clock.subject,
        f"{clock.kind}/{clock.number}",
        clock.state,
        local(clock.due_at),
        _left(clock, now),
        "-" if clock.next_at is None else local(clock.next_at),
        f"{clock.fired} of {len(clock.plan)}",
        clock.reason or "-",
    )


def _left(clock: Clock, now: datetime) -> str:
    """By the wall; of a paused clock by its own calendar."""
    if clock.left_min is not None:
        return f"{clock.left_min} min ({clock.counted_by})"
    if not clock.is_open:
        return "late" if is_broken(clock, now) else "in time"
    minute = timedelta(minutes=1)
    if now > clock.due_at:
        return f"overdue by {(now - clock.due_at) // minute} min"
    return f"{(clock.due_at - now) // minute} min"


def _tell_calendar(calendar: WorkingCalendar, pack: str) -> None:
    rows = []
    for number in sorted(calendar.years):
        months = [calendar.working_days(number, month) for month in _MONTHS]
        rows.append((number, *months, sum(months), calendar.years[number].source))
    names = [str(month) for month in _MONTHS]
    tell_table(f"Working days, pack {pack}", ("year", *names, "all", "source"), rows)
    OUT.print(f"working hours: {', '.join(_hours(calendar)) or 'none'}", highlight=False)


def _year_json(calendar: WorkingCalendar, number: int) -> dict[str, object]:
    months = [calendar.working_days(number, month) for month in _MONTHS]
    return {"working_days": months, "source": calendar.years[number].source}


def _hours(calendar: WorkingCalendar) -> list[str]:
    return [f"{each.from_time:%H:%M}-{each.until_time:%H:%M}" for each in calendar.hours]


def _verdict(missing: int, today: date, *, fails: bool) -> str:
    wanted = date(missing, 1, 1) - AHEAD
    if fails:
        return f"{missing} is not laid down, and clocks will soon run into it: publish it in a pack"
    return f"{missing} is not laid down yet; it is wanted from {wanted} on (today is {today})"
