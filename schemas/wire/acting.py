"""What of an act may come in from outside: names, numbers and texts that a record can hold."""

from collections.abc import Mapping
from typing import Any, Final

from schemas.act import Details, plain_details
from schemas.errors import InvalidValueError
from schemas.wire.envelope import LONGEST_NAME
from schemas.wire.plain import is_plain, is_prose

_LARGEST: Final = 2**53 - 1
"""Beyond it JSON numbers mean something else in every program."""


def read_details(said: Mapping[str, Any]) -> Details:
    """The fields of an act, by name.

    Raises:
        InvalidValueError: which field, what was expected, what came.
    """
    for name, value in said.items():
        field = f"details.{name[:LONGEST_NAME]}"
        if not name.isascii() or not name.isprintable():
            raise InvalidValueError(expected="a field's name in ASCII", got=name, field="details")
        if isinstance(value, int) and abs(value) > _LARGEST:
            raise InvalidValueError(expected="a number within ±(2^53-1)", got=value, field=field)
        listed = value if isinstance(value, list | tuple) else [value]
        if not all(is_prose(text) for text in listed if isinstance(text, str)):
            raise InvalidValueError(
                expected="text without control characters", got=repr(value), field=field
            )
    return plain_details(said)


def require_line(text: str, field: str) -> None:
    """Refuse an id that would show as something else than it is."""
    if not is_plain(text):
        raise InvalidValueError(
            expected="one line without control characters", got=repr(text), field=field
        )
