"""Reads when a picture was taken from the name of its file."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_CALENDAR: Final = re.compile(
    r"(?<!\d)(?P<year>20\d\d)[-_.]?(?P<month>\d\d)[-_.]?(?P<day>\d\d)[T _.-]{0,2}"
    r"(?P<hour>\d\d)[-_.:h]?(?P<minute>\d\d)[-_.:m]?(?P<second>\d\d)s?"
    r"(?:[-_.,]?(?P<fraction>\d{6}|\d{3}))?(?!\d)(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
_EPOCH: Final = re.compile(
    r"(?<!\d)(?P<seconds>1\d{9})[-_.]?(?P<fraction>\d{6}|\d{3}|(?<=\.)\d{1,5})?(?!\d)"
)
_FEW: Final = 0.9
"""The share of names that must tell a time of their own; a copy among them does no harm."""


def time_in(name: str) -> datetime | None:
    """The time in `cam1_20261101_080000.jpg`, `2026-11-01T08.00.00.250Z.png`, `1793491200123.jpg`.

    Without a zone in the name the time has none: it tells distances, not instants.
    """
    if calendar := _CALENDAR.search(name):
        return _by_calendar(calendar)
    if epoch := _EPOCH.search(name):
        return datetime.fromtimestamp(int(epoch["seconds"]), UTC) + _fraction(epoch)
    return None


def times_in(names: Sequence[str]) -> Sequence[datetime] | None:
    """The time of each, or nothing where they don't all tell one of the same kind."""
    times = [time for name in names if (time := time_in(name)) is not None]
    kinds = {time.tzinfo is None for time in times}
    if len(times) < len(names) or len(kinds) != 1 or len(set(times)) < _FEW * len(times):
        return None
    return times


def in_counting_order(name: str) -> tuple[tuple[str, int, str], ...]:
    """A key to sort by: picture 2 before picture 10."""
    parts = re.findall(r"(\D*)(\d*)", name)
    return tuple((text.casefold(), int(digits or 0), digits) for text, digits in parts)


def _by_calendar(told: re.Match[str]) -> datetime | None:
    date = "-".join(told[one] for one in ("year", "month", "day"))
    time = ":".join(told[one] for one in ("hour", "minute", "second"))
    try:
        zone = _zone(told["zone"])
        return datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=zone) + _fraction(told)
    except ValueError:
        return None


def _fraction(told: re.Match[str]) -> timedelta:
    digits = told["fraction"] or "0"
    return timedelta(microseconds=int(digits.ljust(6, "0")))


def _zone(told: str | None) -> timezone | None:
    if told is None:
        return None
    if told == "Z":
        return UTC
    offset = timedelta(hours=int(told[1:3]), minutes=int(told[-2:]))
    return timezone(-offset if told[0] == "-" else offset)
