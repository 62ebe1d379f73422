"""`calendar.toml`: the hours of a working day, and each year's holidays and make-up days."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from handlers.decisions.law.calendar import Hours, WorkingCalendar, Year
from handlers.policies.files import CALENDAR
from handlers.policies.form import Form, Text
from handlers.policies.sheets import Sheets
from schemas.errors import InvalidValueError


class HolidayForm(Form):
    """Days without work, from the first to the last."""

    name: Text
    first: date
    last: date

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.last < self.first:
            raise InvalidValueError(
                expected=f"a day from {self.first} on", got=str(self.last), field="last"
            )
        return self

    def days(self) -> Iterator[date]:
        """Both ends included."""
        day = self.first
        while day <= self.last:
            yield day
            day += timedelta(days=1)


class YearForm(Form):
    """One `[[year]]`. `source` says how sure it is."""

    year: Annotated[int, Field(strict=True, ge=2000, le=2999)]
    source: Text
    holidays: Annotated[list[HolidayForm], Field(min_length=1)]
    make_up_days: tuple[date, ...] = ()

    def value(self) -> Year:
        """As the rest of the house knows it."""
        return Year(
            holidays=frozenset(day for holiday in self.holidays for day in holiday.days()),
            make_up_days=frozenset(self.make_up_days),
            source=self.source,
        )


class HoursForm(Form):
    """A span of a working day."""

    from_time: time
    until_time: time

    def value(self) -> Hours:
        """As the rest of the house knows it."""
        return Hours(from_time=self.from_time, until_time=self.until_time)


class CalendarForm(Form):
    """`calendar.toml`."""

    hours: Annotated[list[HoursForm], Field(min_length=1)] | None = None
    year: tuple[YearForm, ...] = ()


def read_calendar(sheets: Sheets, *, first: int) -> WorkingCalendar:
    """Years and hours. The year in which the pack begins to hold must be among them."""
    forms = sheets.forms(CalendarForm, CALENDAR)
    years = sheets.rows(CALENDAR, "year", [form.year for form in forms], lambda row: row.year)
    hours = sheets.latest(CALENDAR, "hours", [form.hours for form in forms])
    if first not in years:
        raise InvalidValueError(
            expected=f"the year {first}, in which the pack begins",
            got=", ".join(str(year) for year in sorted(years)) or "none",
            field=sheets.where(CALENDAR, "year"),
        )
    with sheets.told_at(CALENDAR):
        return WorkingCalendar(
            years={number: years[number].value() for number in sorted(years)},
            hours=tuple(span.value() for span in hours),
        )
