"""Columns as PostgreSQL's array literals, for parameters that a statement casts to an array.

The driver would spell each element in Python; JSON's writer spells a column at once, and its
quoting is PostgreSQL's own but for control characters.
"""

from collections.abc import Iterable, Sequence

import orjson


def array(column: Sequence[object]) -> str:
    """A column of text, whole numbers or instants, with nothing where there is None."""
    spelt = orjson.dumps(column)
    if b"\\" in spelt:  # a quote, a backslash, or a control character spelt by a letter
        return _literal(map(_element, column))
    return f"{{{spelt[1:-1].decode()}}}"


def bytes_array(column: Sequence[bytes | None]) -> str:
    """A column of bytes."""
    return _literal("null" if each is None else f'"\\\\x{each.hex()}"' for each in column)


def _literal(elements: Iterable[str]) -> str:
    return f"{{{','.join(elements)}}}"


def _element(value: object) -> str:
    if not isinstance(value, str):
        return orjson.dumps(value).decode()
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
