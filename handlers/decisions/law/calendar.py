"""Which days and hours count: an unknown year is an error, and not a guess.

Law runs on days in Asia/Shanghai, which has had no summer time since 1991: a fixed +08:00.

    event ─┤ day 0, not counted ├─ day 1 ─ … ─ day n ─┤ due: the end of day n, 24:00
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from schemas.errors import InvalidValueError
from schemas.instants import CHINA, require_zone
from schemas.limit import Calendar, Limit, Unit

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_LEAST: Final = timedelta.resolution
_NONE: Final = timedelta(0)
_SPANS: Final[Mapping[Unit, timedelta]] = {
    Unit.MINUTE: _MINUTE,
    Unit.HOUR: timedelta(hours=1),
    Unit.DAY: _DAY,
}

Span = tuple[datetime, datetime]


class UnknownYearError(InvalidValueError):
    """No calendar was laid down for that year."""

    def __init__(self, year: int, known: tuple[int, ...]) -> None:
        self.year = year
        super().__init__(
            expected=f"a year that the pack's calendar knows ({', '.join(map(str, known)) or '-'})",
            got=str(year),
            field="calendar",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """Public holidays that fall on weekdays or weekends, and weekend days that are worked."""

    holidays: frozenset[date]
    make_up_days: frozenset[date]
    source: str

    def __post_init__(self) -> None:
        if both := self.holidays & self.make_up_days:
            raise InvalidValueError(
                expected="a day to be a holiday or worked",
                got=f"both: {min(both)}",
                field="calendar",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A span of a working day, by a clock in China; `until` is not in it any more."""

    from_time: time
    until_time: time

    def __post_init__(self) -> None:
        if not self.from_time < self.until_time:
            raise InvalidValueError(
                expected="from_time before until_time",
                got=f"{self.from_time} … {self.until_time}",
                field="calendar hours",
            )

    @property
    def length(self) -> timedelta:
        """How long it is."""
        day = date.min
        return datetime.combine(day, self.until_time) - datetime.combine(day, self.from_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """Years by number, and the hours of a working day in order."""

    years: Mapping[int, Year] = field(default_factory=dict)
    hours: tuple[Hours, ...] = ()

    def __post_init__(self) -> None:
        for number, year in self.years.items():
            # A year's notice often begins in the December before: that day belongs to its own year.
            if astray := [day for day in year.holidays | year.make_up_days if day.year != number]:
                raise InvalidValueError(
                    expected=f"days of {number}", got=str(min(astray)), field=f"calendar {number}"
                )
        for one, next_one in pairwise(self.hours):
            if next_one.from_time < one.until_time:
                raise InvalidValueError(
                    expected="hours in order that don't overlap",
                    got=f"{one.until_time}, then {next_one.from_time}",
                    field="calendar hours",
                )

    @property
    def working_hours(self) -> tuple[Hours, ...]:
        """The hours, where something has to be counted in them: without any it would never end."""
        if not self.hours:
            raise InvalidValueError(expected="working hours", got="none", field="calendar hours")
        return self.hours

    def is_working_day(self, day: date) -> bool:
        """Raises `UnknownYearError` for a year that nobody laid down."""
        year = self.years.get(day.year)
        if year is None:
            raise UnknownYearError(day.year, tuple(sorted(self.years)))
        if day in year.make_up_days:
            return True
        return day.weekday() < 5 and day not in year.holidays

    def working_days(self, year: int, month: int) -> int:
        """How many a month has. Raises `UnknownYearError`."""
        days = range(1, monthrange(year, month)[1] + 1)
        return sum(self.is_working_day(date(year, month, day)) for day in days)


def due(limit: Limit, start: datetime, calendar: WorkingCalendar) -> datetime:
    """The instant when a limit that began at `start` is up.

    Statutory working days and calendar days end at 24:00 of their last day. A last calendar day
    on which nobody works moves to the next day on which somebody does (民诉法 85, from memory, to
    be confirmed by the city). City working time is counted in working hours only: a day of it is
    as much as a working day has.

    Raises:
        UnknownYearError: it runs into a year that nobody laid down.
    """
    require_zone(start, "start")
    if limit.calendar in (Calendar.CONTINUOUS, Calendar.CITY_WORKING):
        return _forward(limit.calendar, _length(limit, calendar), start, calendar)
    day = start.astimezone(CHINA).date()
    if limit.calendar is Calendar.STATUTORY_WORKING:
        return _end_of(_working_day(day, limit.amount, calendar))
    last = day_after(limit, day)
    if not calendar.is_working_day(last):
        last = _working_day(last, 1, calendar)
    return _end_of(last)


def beyond(limit: Limit, end: datetime, calendar: WorkingCalendar) -> datetime:
    """The instant when a limit is up that began as another one ended.

    24:00 of a day still belongs to that day, so one day beyond it is the end of the next.
    """
    require_zone(end, "end")
    if limit.calendar in (Calendar.CONTINUOUS, Calendar.CITY_WORKING):
        return due(limit, end, calendar)
    return due(limit, end - _LEAST, calendar)


def before(limit: Limit, end: datetime, calendar: WorkingCalendar) -> datetime:
    """Count back from the end of another limit: the instant when that much of it is left.

    Of days it leaves whole ones: two working days before the end of a Friday is Wednesday, 24:00.
    """
    require_zone(end, "end")
    if limit.calendar in (Calendar.CONTINUOUS, Calendar.CITY_WORKING):
        return _backward(limit.calendar, _length(limit, calendar), end, calendar)
    last = (end - _LEAST).astimezone(CHINA).date()
    if limit.calendar is Calendar.STATUTORY_WORKING:
        return _end_of(_working_day(last, -limit.amount, calendar))
    return _end_of(_shifted(last, limit, -limit.amount))


def left(counted_by: Calendar, now: datetime, end: datetime, calendar: WorkingCalendar) -> int:
    """How many minutes that count lie between: a minute that has begun is a whole one."""
    require_zone(now, "now")
    open_time = _NONE
    if counted_by in (Calendar.CONTINUOUS, Calendar.CALENDAR):
        open_time = max(_NONE, end - now)
    elif now < end:
        for from_at, until_at in _spans_from(counted_by, now, calendar):
            if from_at >= end:
                break
            open_time += min(until_at, end) - from_at
    return -(-open_time // _MINUTE)


def run_on(counted_by: Calendar, minutes: int, at: datetime, calendar: WorkingCalendar) -> datetime:
    """When what was `left` is up, if it runs on at an instant."""
    require_zone(at, "at")
    return _forward(counted_by, minutes * _MINUTE, at, calendar)


def day_after(limit: Limit, day: date) -> date:
    """The last day of a limit of calendar days, months or years, whether anybody works or not.

    Months and years end on the day of the same number, or at the month's end. Looking back at
    what is on record needs no working calendar, so a far year may be unknown.
    """
    if limit.calendar is not Calendar.CALENDAR:
        raise InvalidValueError(expected="a limit of calendar days, months or years", got=limit)
    return _shifted(day, limit, limit.amount)


def _shifted(day: date, limit: Limit, amount: int) -> date:
    if limit.unit is Unit.DAY:
        return day + amount * _DAY
    months = 12 * amount if limit.unit is Unit.YEAR else amount
    years, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def _working_day(day: date, amount: int, calendar: WorkingCalendar) -> date:
    """The n-th working day after a day; before it, where n is negative."""
    step = _DAY if amount > 0 else -_DAY
    found = 0
    while found < abs(amount):
        day += step
        found += calendar.is_working_day(day)
    return day


def _end_of(day: date) -> datetime:
    return datetime.combine(day + _DAY, time(), CHINA).astimezone(UTC)


def _length(limit: Limit, calendar: WorkingCalendar) -> timedelta:
    if limit.calendar is Calendar.CITY_WORKING and limit.unit is Unit.DAY:
        return limit.amount * sum((hours.length for hours in calendar.working_hours), _NONE)
    return limit.amount * _SPANS[limit.unit]


def _forward(
    counted_by: Calendar, length: timedelta, at: datetime, calendar: WorkingCalendar
) -> datetime:
    if length == _NONE or counted_by in (Calendar.CONTINUOUS, Calendar.CALENDAR):
        return at.astimezone(UTC) + length
    spans = _spans_from(counted_by, at, calendar)
    from_at, until_at = next(spans)
    while length > until_at - from_at:
        length -= until_at - from_at
        from_at, until_at = next(spans)
    return (from_at + length).astimezone(UTC)


def _backward(
    counted_by: Calendar, length: timedelta, at: datetime, calendar: WorkingCalendar
) -> datetime:
    if counted_by is Calendar.CONTINUOUS:
        return at.astimezone(UTC) - length
    day = at.astimezone(CHINA).date()
    while True:
        spans = _spans_of(counted_by, day, calendar) if calendar.is_working_day(day) else []
        for from_at, until_at in reversed(spans):
            end = min(until_at, at)
            if length <= end - from_at:
                return (end - length).astimezone(UTC)
            length -= max(_NONE, end - from_at)
        day -= _DAY


def _spans_from(counted_by: Calendar, at: datetime, calendar: WorkingCalendar) -> Iterator[Span]:
    """What counts from an instant on, for ever, or until a year that nobody laid down."""
    day = at.astimezone(CHINA).date()
    while True:
        if calendar.is_working_day(day):
            for from_at, until_at in _spans_of(counted_by, day, calendar):
                if at < until_at:
                    yield max(from_at, at), until_at
        day += _DAY


def _spans_of(counted_by: Calendar, day: date, calendar: WorkingCalendar) -> list[Span]:
    """What counts of a working day."""
    if counted_by is Calendar.STATUTORY_WORKING:
        midnight = datetime.combine(day, time(), CHINA)
        return [(midnight, midnight + _DAY)]
    return [
        (
            datetime.combine(day, hours.from_time, CHINA),
            datetime.combine(day, hours.until_time, CHINA),
        )
        for hours in calendar.working_hours
    ]
