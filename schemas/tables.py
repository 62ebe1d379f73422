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
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidValueError(expected="TOML", got=str(error), field=name) from error


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
