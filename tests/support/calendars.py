"""Working calendars for tests: two years as the State Council laid them out, and office hours."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from handlers.decisions.law.calendar import Hours, WorkingCalendar, Year
from schemas.instants import CHINA
from schemas.limit import Calendar, Limit, Unit


def days(first: str, last: str) -> Iterator[date]:
    """Both ends included."""
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day
        day += timedelta(days=1)


HOURS: Final = (
    Hours(from_time=time(8, 30), until_time=time(12)),
    Hours(from_time=time(14), until_time=time(17, 30)),
)
"""Seven hours a day, with a long noon."""

CALENDAR: Final = WorkingCalendar(
    years={
        2025: Year(
            holidays=frozenset(
                {
                    *days("2025-01-01", "2025-01-01"),
                    *days("2025-01-28", "2025-02-04"),
                    *days("2025-04-04", "2025-04-06"),
                    *days("2025-05-01", "2025-05-05"),
                    *days("2025-05-31", "2025-06-02"),
                    *days("2025-10-01", "2025-10-08"),
                }
            ),
            make_up_days=frozenset(
                date.fromisoformat(day)
                for day in ("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11")
            ),
            source="from memory, for tests",
        ),
        2026: Year(
            holidays=frozenset(
                {
                    *days("2026-01-01", "2026-01-03"),
                    *days("2026-02-15", "2026-02-23"),
                    *days("2026-04-04", "2026-04-06"),
                    *days("2026-05-01", "2026-05-05"),
                    *days("2026-06-19", "2026-06-21"),
                    *days("2026-09-25", "2026-09-27"),
                    *days("2026-10-01", "2026-10-07"),
                }
            ),
            make_up_days=frozenset(
                date.fromisoformat(day)
                for day in (
                    *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09"),
                    *("2026-09-20", "2026-10-10"),
                )
            ),
            source="from memory, for tests",
        ),
    },
    hours=HOURS,
)


def china(text: str) -> datetime:
    """An instant as a clock in China shows it: `2026-02-13 16:00`. 24:00 ends the day."""
    day, _, clock = text.partition(" ")
    hour, minute = (int(part) for part in clock.split(":"))
    midnight = datetime.combine(date.fromisoformat(day), time(), CHINA)
    return (midnight + timedelta(hours=hour, minutes=minute)).astimezone(UTC)


def a_limit(
    amount: int, unit: Unit = Unit.DAY, calendar: Calendar = Calendar.STATUTORY_WORKING
) -> Limit:
    return Limit(amount=amount, unit=unit, calendar=calendar)


def statutory(amount: int) -> Limit:
    return a_limit(amount)


def calendar_days(amount: int, unit: Unit = Unit.DAY) -> Limit:
    return a_limit(amount, unit, Calendar.CALENDAR)


def city(amount: int, unit: Unit = Unit.HOUR) -> Limit:
    return a_limit(amount, unit, Calendar.CITY_WORKING)


def continuous(amount: int, unit: Unit = Unit.HOUR) -> Limit:
    return a_limit(amount, unit, Calendar.CONTINUOUS)
