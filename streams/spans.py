"""Cuts a JSON array into its items, each to the byte: nothing is parsed and written again."""

import json
from json.decoder import JSONDecoder
from typing import Final

from schemas.errors import InvalidValueError

_BLANKS: Final = " \t\n\r"
# Only where a value ends is asked, and of a number with thousands of digits Python makes none.
_DECODER: Final = JSONDecoder(parse_int=str, parse_float=str)


def spans(body: bytes) -> list[bytes]:
    """The exact bytes of each item of a JSON array.

    Raises:
        InvalidValueError: where the body is no array.
    """
    text = _text(body)
    at = _after_blanks(text, 0)
    if at >= len(text) or text[at] != "[":
        raise _fault(text, at, "a JSON array")
    at = _after_blanks(text, at + 1)
    items: list[bytes] = []
    if text[at : at + 1] == "]":
        _nothing_after(text, at + 1)
        return items
    while True:
        end = _end_of_value(text, at)
        items.append(text[at:end].encode())
        at = _after_blanks(text, end)
        if text[at : at + 1] == "]":
            _nothing_after(text, at + 1)
            return items
        if text[at : at + 1] != ",":
            raise _fault(text, at, "',' or ']'")
        at = _after_blanks(text, at + 1)


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidValueError(expected="UTF-8", got=str(error), field="body") from error


def _end_of_value(text: str, at: int) -> int:
    try:
        _, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _fault(text, error.pos, "a JSON value") from error
    except RecursionError as error:
        raise InvalidValueError(
            expected="a JSON value", got="too many levels", field="body"
        ) from error
    return end


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at


def _nothing_after(text: str, at: int) -> None:
    end = _after_blanks(text, at)
    if end != len(text):
        raise _fault(text, end, "the end of the body")


def _fault(text: str, at: int, expected: str) -> InvalidValueError:
    got = text[at : at + 40] or "the end of the body"
    return InvalidValueError(expected=expected, got=f"{got!r} at character {at}", field="body")
