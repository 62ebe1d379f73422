"""When a limit is up, by each of the four calendars."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.decisions.law.calendar import (
    Hours,
    UnknownYearError,
    WorkingCalendar,
    Year,
    before,
    beyond,
    day_after,
    due,
    left,
    run_on,
)
from schemas.errors import InvalidValueError
from schemas.instants import CHINA
from schemas.limit import Calendar, Limit, Unit
from tests.support.calendars import CALENDAR, calendar_days, china, city, continuous, statutory

MONTH: Final = Unit.MONTH
YEAR: Final = Unit.YEAR
MINUTE: Final = Unit.MINUTE
DAY: Final = Unit.DAY


@pytest.mark.parametrize(
    ("limit", "start", "expected"),
    [
        pytest.param(statutory(2), "2026-03-09 10:00", "2026-03-11 24:00",
                     id="the day of the event isn't counted, and the last one ends at midnight"),
        pytest.param(statutory(2), "2026-03-09 00:00", "2026-03-11 24:00",
                     id="midnight belongs to the day that begins"),
        pytest.param(statutory(2), "2026-03-08 23:59", "2026-03-10 24:00",
                     id="and a minute earlier to the day before"),
        pytest.param(statutory(1), "2026-03-13 10:00", "2026-03-16 24:00",
                     id="from Friday over the weekend to Monday"),
        pytest.param(statutory(7), "2026-03-09 10:00", "2026-03-18 24:00",
                     id="seven working days are nine days"),
        pytest.param(statutory(1), "2026-02-13 10:00", "2026-02-14 24:00",
                     id="the make-up Saturday before the Spring Festival counts"),
        pytest.param(statutory(2), "2026-02-13 10:00", "2026-02-24 24:00",
                     id="the nine days of the Spring Festival don't"),
        pytest.param(statutory(6), "2026-02-13 10:00", "2026-02-28 24:00",
                     id="and the make-up Saturday after it does"),
        pytest.param(statutory(1), "2026-02-18 10:00", "2026-02-24 24:00",
                     id="an event amid the festival counts from its end"),
        pytest.param(statutory(3), "2026-09-18 10:00", "2026-09-22 24:00",
                     id="a make-up Sunday makes a week of six days"),
        pytest.param(statutory(5), "2026-09-28 10:00", "2026-10-10 24:00",
                     id="five days over the National Day, the last a make-up Saturday"),
        pytest.param(statutory(1), "2026-01-02 10:00", "2026-01-04 24:00",
                     id="the Sunday after New Year is worked"),
        pytest.param(statutory(1), "2025-12-31 10:00", "2026-01-04 24:00",
                     id="over the turn of a year that is laid down"),
        pytest.param(calendar_days(15), "2026-03-09 10:00", "2026-03-24 24:00",
                     id="fifteen days, weekends and all"),
        pytest.param(calendar_days(5), "2026-03-09 10:00", "2026-03-16 24:00",
                     id="a last day on a Saturday moves to Monday"),
        pytest.param(calendar_days(4), "2026-03-09 10:00", "2026-03-13 24:00",
                     id="a last day on a Friday stays"),
        pytest.param(calendar_days(1), "2026-02-13 10:00", "2026-02-14 24:00",
                     id="a last day on a Saturday that is worked stays"),
        pytest.param(calendar_days(2), "2026-02-13 10:00", "2026-02-24 24:00",
                     id="a last day in the festival moves behind it"),
        pytest.param(calendar_days(90), "2026-03-09 10:00", "2026-06-08 24:00",
                     id="ninety days end on a Sunday, so on Monday"),
        pytest.param(calendar_days(1, MONTH), "2026-03-09 10:00", "2026-04-09 24:00",
                     id="a month ends on the day of the same number"),
        pytest.param(calendar_days(1, MONTH), "2025-12-31 10:00", "2026-02-02 24:00",
                     id="a month from the 31st of December ends on a Saturday, so on Monday"),
        pytest.param(calendar_days(6, MONTH), "2025-08-31 10:00", "2026-02-28 24:00",
                     id="six months from the 31st of August are clipped, and that day is worked"),
        pytest.param(calendar_days(1, YEAR), "2025-03-09 10:00", "2026-03-09 24:00",
                     id="a year"),
        pytest.param(city(2), "2026-03-09 09:00", "2026-03-09 11:00", id="two hours of a morning"),
        pytest.param(city(2), "2026-03-09 11:00", "2026-03-09 15:00", id="noon doesn't count"),
        pytest.param(city(1), "2026-03-09 11:00", "2026-03-09 12:00",
                     id="what is up as noon begins is up then"),
        pytest.param(city(61, MINUTE), "2026-03-09 11:00", "2026-03-09 14:01",
                     id="and a minute more is up after noon"),
        pytest.param(city(2), "2026-03-09 16:30", "2026-03-10 09:30", id="over night"),
        pytest.param(city(2), "2026-03-13 16:30", "2026-03-16 09:30", id="over the weekend"),
        pytest.param(city(2), "2026-03-14 03:00", "2026-03-16 10:30",
                     id="a Saturday night's event waits for Monday morning"),
        pytest.param(city(2), "2026-02-14 16:30", "2026-02-24 09:30", id="over the festival"),
        pytest.param(city(1, DAY), "2026-03-09 10:00", "2026-03-10 10:00",
                     id="a city day is the hours of a working day"),
        pytest.param(city(1, DAY), "2026-03-09 08:30", "2026-03-09 17:30",
                     id="from the first minute to the last of the same day"),
        pytest.param(city(3, DAY), "2026-03-13 15:00", "2026-03-18 15:00", id="three city days"),
        pytest.param(continuous(30, MINUTE), "2026-02-16 23:45", "2026-02-17 00:15",
                     id="danger doesn't keep the festival"),
        pytest.param(continuous(10), "2026-03-13 20:00", "2026-03-14 06:00", id="ten hours"),
        pytest.param(continuous(2, DAY), "2026-03-13 20:00", "2026-03-15 20:00", id="two days"),
    ],
)  # fmt: skip
def test_a_limit_is_up(limit: Limit, start: str, expected: str) -> None:
    assert due(limit, china(start), CALENDAR) == china(expected)


@pytest.mark.parametrize(
    ("limit", "start"),
    [
        pytest.param(statutory(1), "2026-12-31 10:00", id="a working day"),
        pytest.param(calendar_days(1), "2026-12-31 10:00", id="a last calendar day"),
        pytest.param(calendar_days(2, YEAR), "2026-03-09 10:00", id="years ahead"),
        pytest.param(city(1), "2026-12-31 17:00", id="a working hour"),
        pytest.param(statutory(1), "2024-03-09 10:00", id="years back"),
    ],
)
def test_an_unknown_year_is_an_error_and_not_a_guess(limit: Limit, start: str) -> None:
    with pytest.raises(UnknownYearError, match="2025, 2026"):
        due(limit, china(start), CALENDAR)


def test_what_is_up_before_the_unknown_year_begins_is_no_error() -> None:
    assert due(statutory(1), china("2026-12-30 10:00"), CALENDAR) == china("2026-12-31 24:00")
    assert due(continuous(10), china("2026-12-31 20:00"), WorkingCalendar()) == china(
        "2027-01-01 06:00"
    )


def test_city_time_without_working_hours_is_an_error() -> None:
    without = WorkingCalendar(years=CALENDAR.years)

    with pytest.raises(InvalidValueError, match="working hours"):
        due(city(1), china("2026-03-09 10:00"), without)


@pytest.mark.parametrize(
    ("limit", "end", "expected"),
    [
        pytest.param(statutory(1), "2026-03-11 24:00", "2026-03-10 24:00",
                     id="one working day is left"),
        pytest.param(statutory(2), "2026-03-17 24:00", "2026-03-13 24:00",
                     id="Monday and Tuesday are left"),
        pytest.param(statutory(1), "2026-02-24 24:00", "2026-02-14 24:00",
                     id="only the day after the festival is left"),
        pytest.param(calendar_days(10), "2026-06-08 24:00", "2026-05-29 24:00", id="ten days"),
        pytest.param(calendar_days(1, MONTH), "2026-03-31 24:00", "2026-02-28 24:00",
                     id="a month, clipped"),
        pytest.param(city(30, MINUTE), "2026-03-09 15:00", "2026-03-09 14:30", id="half an hour"),
        pytest.param(city(2), "2026-03-09 15:00", "2026-03-09 11:00", id="over noon"),
        pytest.param(city(1), "2026-03-09 14:00", "2026-03-09 11:00", id="from after noon"),
        pytest.param(city(2), "2026-03-16 09:30", "2026-03-13 16:30", id="over the weekend"),
        pytest.param(city(1, DAY), "2026-03-10 10:00", "2026-03-09 10:00", id="a city day"),
        pytest.param(continuous(2), "2026-03-14 01:00", "2026-03-13 23:00", id="two hours"),
    ],
)  # fmt: skip
def test_a_warning_is_counted_back_from_the_end(limit: Limit, end: str, expected: str) -> None:
    assert before(limit, china(end), CALENDAR) == china(expected)


@pytest.mark.parametrize(
    ("limit", "end", "expected"),
    [
        pytest.param(statutory(1), "2026-03-10 24:00", "2026-03-11 24:00",
                     id="24:00 belongs to the day that ended"),
        pytest.param(calendar_days(1), "2026-03-10 24:00", "2026-03-11 24:00", id="in days too"),
        pytest.param(statutory(1), "2026-03-10 15:00", "2026-03-11 24:00", id="amid a day"),
        pytest.param(continuous(1), "2026-03-10 24:00", "2026-03-11 01:00", id="hours run on"),
        pytest.param(city(1), "2026-03-10 24:00", "2026-03-11 09:30", id="working hours too"),
    ],
)  # fmt: skip
def test_a_rung_is_counted_on_from_the_end(limit: Limit, end: str, expected: str) -> None:
    assert beyond(limit, china(end), CALENDAR) == china(expected)


@pytest.mark.parametrize(
    ("counted_by", "now", "end", "minutes"),
    [
        pytest.param(Calendar.CITY_WORKING, "2026-03-09 11:00", "2026-03-09 15:00", 120,
                     id="noon doesn't count"),
        pytest.param(Calendar.CITY_WORKING, "2026-03-13 17:00", "2026-03-16 09:00", 60,
                     id="nor does the weekend"),
        pytest.param(Calendar.CITY_WORKING, "2026-03-14 10:00", "2026-03-14 15:00", 0,
                     id="a Saturday has no minutes"),
        pytest.param(Calendar.STATUTORY_WORKING, "2026-03-13 12:00", "2026-03-16 24:00", 36 * 60,
                     id="half of Friday and the whole of Monday"),
        pytest.param(Calendar.CALENDAR, "2026-03-13 12:00", "2026-03-16 24:00", 84 * 60,
                     id="calendar days run on"),
        pytest.param(Calendar.CONTINUOUS, "2026-03-13 12:00", "2026-03-13 12:30", 30,
                     id="the clock on the wall"),
        pytest.param(Calendar.CONTINUOUS, "2026-03-13 12:30", "2026-03-13 12:00", 0,
                     id="nothing is left after the end"),
        pytest.param(Calendar.CITY_WORKING, "2026-03-13 12:30", "2026-03-13 11:00", 0,
                     id="nor in working hours"),
    ],
)  # fmt: skip
def test_what_is_left_is_told_in_minutes_that_count(
    counted_by: Calendar, now: str, end: str, minutes: int
) -> None:
    assert left(counted_by, china(now), china(end), CALENDAR) == minutes


def test_a_minute_that_has_begun_is_a_whole_one() -> None:
    now = china("2026-03-09 11:00") + timedelta(seconds=1)

    assert left(Calendar.CITY_WORKING, now, china("2026-03-09 11:30"), CALENDAR) == 30


def test_a_look_back_needs_no_working_calendar() -> None:
    assert day_after(calendar_days(2, YEAR), date(2027, 2, 28)) == date(2029, 2, 28)
    assert day_after(calendar_days(1, YEAR), date(2024, 2, 29)) == date(2025, 2, 28)
    with pytest.raises(InvalidValueError, match="calendar days"):
        day_after(statutory(2), date(2026, 3, 9))


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        pytest.param(2, 16, id="with the Spring Festival and two make-up days"),
        pytest.param(3, 22, id="without any"),
        pytest.param(10, 18, id="with the National Day and one make-up day"),
    ],
)
def test_a_month_has_so_many_working_days(month: int, expected: int) -> None:
    assert CALENDAR.working_days(2026, month) == expected


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(
            lambda: Year(
                holidays=frozenset({date(2026, 1, 1)}),
                make_up_days=frozenset({date(2026, 1, 1)}),
                source="x",
            ),
            id="a holiday that is worked",
        ),
        pytest.param(
            lambda: WorkingCalendar(
                years={
                    2026: Year(
                        holidays=frozenset({date(2025, 12, 31)}),
                        make_up_days=frozenset(),
                        source="x",
                    )
                }
            ),
            id="a day of another year, which nobody would ever look up",
        ),
        pytest.param(
            lambda: Hours(from_time=time(12), until_time=time(12)), id="a span without length"
        ),
        pytest.param(
            lambda: WorkingCalendar(
                hours=(
                    Hours(from_time=time(8), until_time=time(12)),
                    Hours(from_time=time(11), until_time=time(17)),
                )
            ),
            id="hours that overlap",
        ),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(build: object) -> None:
    with pytest.raises(InvalidValueError, match="calendar"):
        build()  # type: ignore[operator]


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="zone"):
        due(continuous(1), datetime(2026, 3, 9, 10), CALENDAR)  # noqa: DTZ001


UNITS: Final = {
    Calendar.STATUTORY_WORKING: (Unit.DAY,),
    Calendar.CALENDAR: (Unit.DAY, Unit.MONTH),
    Calendar.CITY_WORKING: (Unit.MINUTE, Unit.HOUR, Unit.DAY),
    Calendar.CONTINUOUS: (Unit.MINUTE, Unit.HOUR, Unit.DAY),
}
MOST: Final = {Unit.MINUTE: 3000, Unit.HOUR: 80, Unit.DAY: 30, Unit.MONTH: 5}


@st.composite
def limits(draw: st.DrawFn, calendars: Iterable[Calendar] = Calendar) -> Limit:
    calendar = draw(st.sampled_from([*calendars]))
    unit = draw(st.sampled_from(UNITS[calendar]))
    return Limit(amount=draw(st.integers(1, MOST[unit])), unit=unit, calendar=calendar)


instants: Final = st.datetimes(
    min_value=datetime(2025, 4, 1),  # noqa: DTZ001 - the zone comes beside
    max_value=datetime(2026, 5, 1),  # noqa: DTZ001
    timezones=st.just(CHINA),
)


@given(limits(), instants, instants)
def test_who_starts_later_is_never_due_earlier(limit: Limit, a: datetime, b: datetime) -> None:
    early, late = sorted((a, b))

    assert due(limit, early, CALENDAR) <= due(limit, late, CALENDAR)


@given(limits(), instants)
def test_a_longer_limit_is_never_up_earlier(limit: Limit, start: datetime) -> None:
    longer = Limit(amount=limit.amount + 1, unit=limit.unit, calendar=limit.calendar)

    assert start < due(limit, start, CALENDAR) <= due(longer, start, CALENDAR)


@given(limits([Calendar.STATUTORY_WORKING, Calendar.CALENDAR]), instants)
def test_no_limit_of_days_ends_on_a_day_on_which_nobody_works(
    limit: Limit, start: datetime
) -> None:
    last = (due(limit, start, CALENDAR) - timedelta.resolution).astimezone(CHINA)

    assert CALENDAR.is_working_day(last.date())
    assert last.time() == time.max


@given(limits([Calendar.CITY_WORKING]), instants)
def test_city_time_is_up_in_working_hours(limit: Limit, start: datetime) -> None:
    at = due(limit, start, CALENDAR).astimezone(CHINA)

    assert CALENDAR.is_working_day(at.date())
    assert any(hours.from_time < at.time() <= hours.until_time for hours in CALENDAR.hours)


@given(
    limits(),
    instants,
    st.sampled_from([ZoneInfo("America/New_York"), ZoneInfo("UTC"), timezone(timedelta(hours=14))]),
)
def test_the_zone_in_which_an_instant_is_written_changes_nothing(
    limit: Limit, start: datetime, zone: ZoneInfo
) -> None:
    assert due(limit, start.astimezone(zone), CALENDAR) == due(limit, start, CALENDAR)


@given(limits(), instants)
def test_what_is_left_runs_on_to_the_same_instant(limit: Limit, start: datetime) -> None:
    assume(limit.calendar is not Calendar.CALENDAR)
    end = due(limit, start, CALENDAR)

    minutes = left(limit.calendar, start, end, CALENDAR)
    again = run_on(limit.calendar, minutes, start, CALENDAR)

    assert end <= again
    assert left(limit.calendar, end, again, CALENDAR) <= 1


@given(limits(), limits(), instants)
def test_counting_back_never_leads_beyond_the_end(
    limit: Limit, warning: Limit, start: datetime
) -> None:
    end = due(limit, start, CALENDAR)

    at = before(warning, end, CALENDAR)

    assert at < end


@given(limits(), instants)
def test_counting_back_the_whole_limit_leads_to_the_start_or_after_it(
    limit: Limit, start: datetime
) -> None:
    assume(limit.unit is not Unit.MONTH)
    end = due(limit, start, CALENDAR)

    at = before(limit, end, CALENDAR)

    assert due(limit, at - timedelta.resolution, CALENDAR) <= end
    if limit.calendar is Calendar.CONTINUOUS:
        assert at == start
