"""Points in time that know their zone. UTC inside; the console translates."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from schemas.errors import InvalidValueError

CHINA: Final = timezone(timedelta(hours=8))
"""Asia/Shanghai: one time zone, and no summer time since 1991."""

_RFC_3339: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})?)?", re.ASCII
)
"""A text without its zone gets through here, so that the zone can be asked for by name."""
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2999


def require_zone(instant: datetime, field: str) -> None:
    """Refuse a time that doesn't say where on earth its clock hangs."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise InvalidValueError(
            expected="an instant with its zone, such as 2026-11-20T09:14:05+08:00",
            got=instant.isoformat(),
            field=field,
        )


def parse_instant(text: str, field: str = "time") -> datetime:
    """Read RFC 3339 text into UTC."""
    try:
        instant = datetime.fromisoformat(_in_form(text))
    except ValueError as error:
        raise InvalidValueError(
            expected="an instant in RFC 3339, such as 2026-11-20T09:14:05+08:00",
            got=text,
            field=field,
        ) from error
    require_zone(instant, field)
    try:
        instant = instant.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar
        instant = instant.replace(tzinfo=UTC)
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise InvalidValueError(
            expected=f"a year in {_FIRST_YEAR} … {_LAST_YEAR} (UTC)", got=text, field=field
        )
    return instant


def _in_form(text: str) -> str:
    """Python reads much of ISO 8601 that RFC 3339 doesn't have: weeks, commas, short zones."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError(text)
    return text


@lru_cache(maxsize=4096)
def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: the one spelling that goes into canonical bytes.

    Remembered, since a case's instants are spelt in its facts, its decision and its letter. Equal
    instants are spelt the same, whatever their zone.
    """
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
