from datetime import UTC, datetime

import pytest

from schemas.errors import InvalidValueError
from schemas.hours import parse_hours


def an_instant(china_hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, (china_hour - 8) % 24, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "hour", "minute", "covered"),
    [
        pytest.param("07:00-19:00", 7, 0, True, id="the first minute is in"),
        pytest.param("07:00-19:00", 6, 59, False, id="the minute before is not"),
        pytest.param("07:00-19:00", 18, 59, True, id="the last minute is in"),
        pytest.param("07:00-19:00", 19, 0, False, id="the end is out"),
        pytest.param("22:00-06:00", 23, 30, True, id="before midnight"),
        pytest.param("22:00-06:00", 5, 59, True, id="after midnight"),
        pytest.param("22:00-06:00", 12, 0, False, id="noon is no night"),
    ],
)
def test_hours_cover_what_lies_between_them(
    hours: str, hour: int, minute: int, covered: bool
) -> None:
    assert parse_hours(hours).covers(an_instant(hour, minute)) is covered


@pytest.mark.parametrize(
    "text", ["", "7", "07:00", "25:00-26:00", "07:00-07:00", "a-b", "07:00-24:00"]
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match=r"expected hours"):
        parse_hours(text)
