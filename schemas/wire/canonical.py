"""One spelling for what is hashed: RFC 8785 over text, integers, booleans, lists and objects."""

from collections.abc import Mapping

import orjson

from schemas.errors import InvalidValueError

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def canonical_bytes(value: Mapping[str, Json]) -> bytes:
    """Spell a value as RFC 8785 does.

    Keys must be ASCII (then byte order and UTF-16 order agree) and numbers integers; a test
    holds this against an independent implementation.

    Raises:
        InvalidValueError: a float, a key that isn't ASCII text, or text that isn't Unicode.
    """
    _refuse_floats(value)
    return canonical_record(value)


def canonical_record(value: Mapping[str, Json]) -> bytes:
    """The same for a record that our own code has built: looking at each value costs as much again
    as writing it.

    That it has no float is said by its types, and held by a test over all that is recorded.

    Raises:
        InvalidValueError: text that isn't Unicode, or an integer beyond 2^53.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except TypeError as error:
        raise InvalidValueError(
            expected="text, integers within ±(2^53-1), booleans, lists and objects", got=str(error)
        ) from error


def _refuse_floats(value: Mapping[str, object]) -> None:
    """A loop over built-in types, since it walks every value."""
    waiting: list[object] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            continue
        if isinstance(one, dict):
            for key in one:
                if not (isinstance(key, str) and key.isascii()):
                    raise InvalidValueError(expected="ASCII keys", got=key)
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
        elif isinstance(one, float):
            raise InvalidValueError(expected="an integer with its unit", got=one)
