"""Takes values out of TOML that people wrote, and says which key is wrong."""

import tomllib
from collections.abc import Mapping, Set
from enum import StrEnum
from typing import Any, TypeVar

from schemas.errors import InvalidValueError

Choice = TypeVar("Choice", bound=StrEnum)
Table = Mapping[str, Any]


def read_toml(text: str, *, name: str) -> Table:
    """Parse a file that was read; `name` is what its faults are told with."""
    try:
        table = tomllib.loads(text)
    except RecursionError as error:
        got = "brackets within brackets without end"
        raise InvalidValueError(expected="TOML", got=got, field=name) from error
    except ValueError as error:  # TOML's own, and a number of thousands of digits
        raise InvalidValueError(expected="TOML", got=str(error), field=name) from error
    _require_whole_numbers(table, name)
    return table


def _require_whole_numbers(table: Table, name: str) -> None:
    """TOML's integers have 64 bits; Python's larger ones can't even be told in an error."""
    waiting: list[object] = [table]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, int) and value.bit_length() > 63:
            raise InvalidValueError(
                expected="integers of 64 bits",
                got=f"one of {value.bit_length()} bits",
                field=name,
            )


def rows_of(table: Table, key: str, *, name: str) -> list[Table]:
    """The `[[key]]` tables, of which there must be one at least."""
    rows = table.get(key, [])
    if not isinstance(rows, list) or not rows:
        raise InvalidValueError(expected=f"at least one [[{key}]]", got="none", field=name)
    return rows


def only(table: Table, keys: Set[str], where: str) -> None:
    """Refuse a key that nobody reads: it is a misspelt one."""
    if unknown := set(table) - keys:
        raise InvalidValueError(
            expected=f"only {', '.join(sorted(keys))}",
            got=", ".join(sorted(unknown)),
            field=where,
        )


def text_of(table: Table, key: str, where: str) -> str:
    """A text that isn't empty."""
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidValueError(expected="text", got=repr(value), field=f"{where}, {key}")
    return value


def choice_of(choices: type[Choice], table: Table, key: str, where: str) -> Choice:
    """One of a closed list."""
    text = text_of(table, key, where)
    if text not in list(choices):
        raise InvalidValueError(
            expected=f"one of {', '.join(choices)}", got=text, field=f"{where}, {key}"
        )
    return choices(text)


def is_number(value: object) -> bool:
    """`true` is a number to Python, but not to a person."""
    return isinstance(value, int | float) and not isinstance(value, bool)
