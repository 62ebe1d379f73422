"""Takes values out of a table of JSON, and says which field is wrong."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from schemas.errors import InvalidValueError
from schemas.geometry import BoxXYXY
from schemas.instants import parse_instant
from schemas.tables import Table, choice_of, is_number, only, text_of

_LARGEST: Final = 2**53
T = TypeVar("T")


class Clock:
    """Between lengths since `starts_at` and instants, to the microsecond."""

    def __init__(self, starts_at: datetime) -> None:
        self._starts_at: Final = starts_at

    def text(self, at: timedelta) -> str:
        """An instant in UTC."""
        return (self._starts_at + at).astimezone(UTC).isoformat(timespec="microseconds")

    def maybe(self, at: timedelta | None) -> str | None:
        """The same, where there is one."""
        return None if at is None else self.text(at)

    def at(self, text: str, where: str) -> timedelta:
        """Back again."""
        return parse_instant(text, where) - self._starts_at


class Fields:
    """One table, each field asked for as what it has to be; `where` is said in faults."""

    def __init__(self, table: object, where: str, clock: Clock) -> None:
        if not isinstance(table, dict):
            raise InvalidValueError(expected="a table", got=repr(table), field=where)
        self._table: Final[Table] = table
        self._clock: Final = clock
        self.where: Final = where

    def only(self, *keys: str) -> None:
        """Refuse any other key."""
        only(self._table, set(keys), self.where)

    def text(self, key: str) -> str:
        """A text that can be shown."""
        text = text_of(self._table, key, self.where)
        if not text.isprintable():
            raise self.fault(key, "printable text", text)
        return text

    def choice(self, choices: type[Any], key: str) -> Any:  # noqa: ANN401 - of the choices
        """One of a closed list."""
        return choice_of(choices, self._table, key, self.where)

    def at(self, key: str) -> timedelta:
        """An instant, by the clock."""
        return self._clock.at(self.text(key), f"{self.where}, {key}")

    def maybe(self, key: str, read: Callable[[str], T]) -> T | None:
        """Nothing where null stands."""
        return None if self._table.get(key) is None else read(key)

    def whole(self, key: str) -> int:
        """A whole number, 0 or more."""
        value = self._table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LARGEST:
            raise self.fault(key, "a whole number, 0 or more", value)
        return value

    def amount(self, key: str) -> float:
        """A number, 0 or more."""
        value: Any = self._table.get(key)
        if not is_number(value) or not 0 <= value < _LARGEST:
            raise self.fault(key, "a number, 0 or more", value)
        return float(value)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._table.get(key)
        if not isinstance(value, bool):
            raise self.fault(key, "true or false", value)
        return value

    def rows(self, key: str) -> "Sequence[Fields]":
        """A list of tables."""
        value = self._table.get(key)
        if not isinstance(value, list):
            raise self.fault(key, "a list", value)
        return [
            Fields(each, f"{self.where}, {key} {number}", self._clock)
            for number, each in enumerate(value, 1)
        ]

    def table(self, key: str) -> "Fields":
        """A table within."""
        return Fields(self._table.get(key), f"{self.where}, {key}", self._clock)

    def boxes(self, key: str) -> tuple[BoxXYXY, ...]:
        """A list of boxes."""
        value = self._table.get(key)
        if not isinstance(value, list):
            raise self.fault(key, "a list of boxes", value)
        return tuple(self._box(each, key) for each in value)

    def box(self, key: str) -> BoxXYXY:
        """x1, y1, x2, y2."""
        return self._box(self._table.get(key), key)

    def fault(self, key: str, expected: str, got: object) -> InvalidValueError:
        """Says where."""
        return InvalidValueError(expected=expected, got=repr(got), field=f"{self.where}, {key}")

    def _box(self, value: object, key: str) -> BoxXYXY:
        if not isinstance(value, list) or len(value) != 4 or not all(map(_is_finite, value)):
            raise self.fault(key, "a box of four numbers", value)
        try:
            return BoxXYXY(x1=value[0], y1=value[1], x2=value[2], y2=value[3])
        except InvalidValueError as error:
            raise self.fault(key, error.expected, value) from error


def _is_finite(value: Any) -> bool:  # noqa: ANN401 - whatever JSON has
    return is_number(value) and abs(value) < _LARGEST
