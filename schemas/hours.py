"""Hours of the day, in China's time: from one minute to another, over midnight too."""

from dataclasses import dataclass
from datetime import datetime, time

from schemas.errors import InvalidValueError
from schemas.instants import CHINA


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """`begins` belongs to it, `ends` doesn't; 22:00–06:00 runs over midnight."""

    begins: time
    ends: time

    def __post_init__(self) -> None:
        if self.begins == self.ends:
            raise InvalidValueError(
                expected="hours that begin and end at different times",
                got=f"{self.begins:%H:%M}-{self.ends:%H:%M}",
                field="hours",
            )

    def covers(self, instant: datetime) -> bool:
        """Whether the instant lies within, by China's clock."""
        now = instant.astimezone(CHINA).time()
        if self.begins < self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends


def parse_hours(text: str, field: str = "hours") -> Hours:
    """Read `07:00-19:00`."""
    begins, _, ends = text.partition("-")
    try:
        return Hours(begins=_minute(begins), ends=_minute(ends))
    except InvalidValueError:
        raise
    except ValueError as error:
        raise InvalidValueError(
            expected="hours as HH:MM-HH:MM, like 07:00-19:00", got=text, field=field
        ) from error


def _minute(text: str) -> time:
    """`24:00` is no time to Python; say 00:00."""
    return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day
