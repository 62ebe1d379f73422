"""Points in time are read from RFC 3339, written in one spelling, and never without a zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from schemas.errors import InvalidValueError
from schemas.instants import instant_text, parse_instant
from tests.support.builders import NOON


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        pytest.param("2026-11-20T12:00:00+08:00", NOON, id="China's clock"),
        pytest.param("2026-11-20T04:00:00Z", NOON, id="UTC"),
        pytest.param("2026-11-20T04:00:00.25Z", NOON + timedelta(milliseconds=250), id="parts"),
        pytest.param(
            "1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC), id="the first that we take"
        ),
    ],
)
def test_an_instant_is_read_into_utc(text: str, instant: datetime) -> None:
    read = parse_instant(text)

    assert read == instant
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-11-20T12:00:00", "an instant with its zone", id="no zone"),
        pytest.param("2026-11-20", "an instant with its zone", id="a day only"),
        pytest.param("yesterday", "an instant in RFC 3339", id="words"),
        pytest.param("", "an instant in RFC 3339", id="nothing"),
        pytest.param("2026-13-01T00:00:00Z", "an instant in RFC 3339", id="a thirteenth month"),
        pytest.param("2026-11-20T09:14:60Z", "an instant in RFC 3339", id="a leap second"),
        pytest.param("1969-12-31T23:59:59Z", "a year in 1970 … 2999", id="before we count"),
        pytest.param("3000-01-01T00:00:00Z", "a year in 1970 … 2999", id="after we count"),
        pytest.param("0001-01-01T00:00:00+08:00", "a year in 1970 … 2999", id="before any clock"),
        pytest.param("9999-12-31T23:59:59-08:00", "a year in 1970 … 2999", id="after any clock"),
        pytest.param(
            "1970-01-01T00:30:00+08:00", "a year in 1970 … 2999", id="1969 in UTC",
        ),
        pytest.param(
            "2999-12-31T23:00:00-08:00", "a year in 1970 … 2999", id="3000 in UTC",
        ),
    ],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text: str, expected: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_instant(text, "first_seen_at")

    assert expected in caught.value.expected
    assert caught.value.field == "first_seen_at"


def test_an_instant_has_one_spelling_whatever_its_zone() -> None:
    told_in_china = NOON.astimezone(timezone(timedelta(hours=8)))

    assert instant_text(told_in_china) == instant_text(NOON) == "2026-11-20T04:00:00.000Z"


def test_an_instant_is_cut_off_at_the_millisecond_and_never_moved_on() -> None:
    assert instant_text(NOON + timedelta(microseconds=1999)) == "2026-11-20T04:00:00.001Z"
