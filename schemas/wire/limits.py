"""How deep, how many: limits on JSON that comes in, so that no reader has to suffer it.

Length is the door's business. A name that stands twice in an object is refused at the door: two
readers could see two different messages in it, and one of them may be a court.
"""

import json
from collections.abc import Mapping
from json.decoder import JSONDecoder
from typing import Final

from schemas.errors import InvalidValueError

DEEPEST: Final = 32
MOST_ATTRIBUTES: Final = 64
LONGEST_ATTRIBUTE_BYTES: Final = 4096
"""Percent-encoded; what it spells is at most 256 characters anyway."""


def require_shallow(content: object, value: bytes, field: str) -> None:
    """Refuse JSON that is nested deeper than any message of ours. `content` was read from `value`.

    Nearly all messages have fewer brackets than the limit, and are not walked through.
    """
    if value.count(b"{") + value.count(b"[") <= DEEPEST:
        return
    waiting: list[tuple[object, int]] = [(content, 1)]
    while waiting:
        one, depth = waiting.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        if depth > DEEPEST and isinstance(one, dict | list):
            raise InvalidValueError(
                field=field, expected=f"at most {DEEPEST} levels", got="more levels"
            )
        waiting += [(each, depth + 1) for each in inner]


def require_few(attributes: Mapping[str, object]) -> None:
    """Refuse an envelope with more attributes than anybody has a use for."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise InvalidValueError(
            field="attributes", expected=f"at most {MOST_ATTRIBUTES}", got=str(len(attributes))
        )


def require_short(name: str, content: bytes) -> None:
    """Refuse a header that is longer than what it could spell."""
    if len(content) > LONGEST_ATTRIBUTE_BYTES:
        raise InvalidValueError(
            field=name,
            expected=f"at most {LONGEST_ATTRIBUTE_BYTES} bytes",
            got=f"{len(content)} bytes",
        )


def require_single_names(value: bytes, field: str) -> None:
    """Refuse an object that says a name twice. `value` is JSON that was read already."""
    try:
        _SINGLE.decode(value.decode())
    except _TwiceError as error:
        raise InvalidValueError(
            field=field, expected="each name once in an object", got=f"{error.name!r} twice"
        ) from None
    except (ValueError, RecursionError) as error:
        raise InvalidValueError(field=field, expected="a JSON object", got=str(error)) from error


class _TwiceError(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name[:80]


def _once(pairs: list[tuple[str, object]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise _TwiceError(name)
        seen.add(name)


# Numbers stay text: of one with thousands of digits Python would make none.
_SINGLE: Final[JSONDecoder] = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=str, parse_float=str
)
