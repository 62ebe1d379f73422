"""A time limit that knows which calendar counts it: there is no such thing as just a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.errors import InvalidValueError


class Unit(StrEnum):
    """What a limit counts."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Calendar(StrEnum):
    """Who says which days and hours count.

    Statutory working days: 行政处罚法 85, 行政强制法 69. Calendar days: 15, 30, 60, 90 days of the
    law. City working hours: the city platform's 工作时. Continuous: the clock on the wall, and
    the city platform's urgent hours (紧急工作时).
    """

    STATUTORY_WORKING = "statutory-working"
    CALENDAR = "calendar"
    CITY_WORKING = "city-working"
    CONTINUOUS = "continuous"


_COUNTS: Final[Mapping[Calendar, frozenset[Unit]]] = {
    Calendar.STATUTORY_WORKING: frozenset({Unit.DAY}),
    Calendar.CALENDAR: frozenset({Unit.DAY, Unit.MONTH, Unit.YEAR}),
    Calendar.CITY_WORKING: frozenset({Unit.MINUTE, Unit.HOUR, Unit.DAY}),
    Calendar.CONTINUOUS: frozenset({Unit.MINUTE, Unit.HOUR, Unit.DAY}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An amount of time in a calendar's own units."""

    amount: int
    unit: Unit
    calendar: Calendar

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise InvalidValueError(expected="an amount of at least 1", got=self.amount)
        if self.unit not in _COUNTS[self.calendar]:
            units = ", ".join(sorted(_COUNTS[self.calendar]))
            raise InvalidValueError(
                expected=f"a unit that the {self.calendar} calendar counts: {units}", got=self.unit
            )

    def __str__(self) -> str:
        plural = "" if self.amount == 1 else "s"
        return f"{self.amount} {self.unit}{plural} ({self.calendar})"
