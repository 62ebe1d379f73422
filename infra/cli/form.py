"""Reads what a person types for the fields of an act, each by its kind."""

import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import orjson

from handlers.decisions.lives.step import Field, FieldKind
from schemas.act import Details, Plain, plain_details
from schemas.errors import InvalidValueError
from schemas.instants import instant_text, parse_instant

_FLAGS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "yes", "是"), True),
    **dict.fromkeys(("false", "no", "否"), False),
}
_YUAN: Final = re.compile(r"(?P<amount>[\d.]+)\s*(yuan|元)", re.ASCII)
_BETWEEN_WORDS: Final = re.compile(r",(?!\s)")
"""A comma inside a sentence has a blank after it, and parts nothing."""
_LISTS: Final = frozenset({FieldKind.DIGESTS, FieldKind.WORDS})
STDIN: Final = "-"


def read_form(
    pairs: Sequence[str], fields: Iterable[Field], *, document: str | None = None
) -> Details:
    """What is said as name=value, by the kinds of a row's fields, over a document's.

    A field of a list adds up when it is said again, any other is said anew. What the row doesn't
    know stays as it was typed: the judge says so.

    Raises:
        InvalidValueError: which field, what was expected, what came.
    """
    kinds = {field.name: field.kind for field in fields}
    said: dict[str, Plain] = {}
    for pair in pairs:
        name, is_said, value = pair.partition("=")
        if not name or not is_said:
            raise InvalidValueError(expected="name=value", got=pair, field="--set")
        kind = kinds.get(name, FieldKind.TEXT)
        if kind in _LISTS:
            before = said.get(name, ())
            listed = () if isinstance(before, str | int) else tuple(before)
            said[name] = (*listed, *_LISTED[kind](name, value))
        else:
            said[name] = _ONE.get(kind, _text)(name, value)
    from_document = {} if document is None else plain_details(_document(document)).fields
    return Details({**from_document, **said})


def _document(where: str) -> Mapping[str, Plain]:
    try:
        text = sys.stdin.buffer.read() if where == STDIN else Path(where).read_bytes()
        content = orjson.loads(text)
    except (OSError, orjson.JSONDecodeError) as error:
        raise InvalidValueError(
            expected="a file with a JSON object", got=f"{where}: {error}", field="--json-details"
        ) from error
    if not isinstance(content, dict):
        raise InvalidValueError(
            expected="a JSON object", got=type(content).__name__, field="--json-details"
        )
    return content


def _text(_: str, value: str) -> Plain:
    return value


def _flag(name: str, value: str) -> Plain:
    if value.casefold() not in _FLAGS:
        raise InvalidValueError(expected="yes or no, 是 or 否", got=value, field=name)
    return _FLAGS[value.casefold()]


def _count(name: str, value: str) -> Plain:
    if not re.fullmatch(r"-?\d{1,15}", value, re.ASCII):
        raise InvalidValueError(expected="a whole number", got=value, field=name)
    return int(value)


def _fen(name: str, value: str) -> Plain:
    """In fen; "200 yuan" and "200元" are said in yuan."""
    in_yuan = _YUAN.fullmatch(value.strip())
    if in_yuan is None:
        return _count(name, value)
    try:
        fen = Decimal(in_yuan["amount"]) * 100
    except InvalidOperation:
        fen = Decimal("0.5")
    if fen != fen.to_integral_value():
        raise InvalidValueError(expected="yuan with at most two decimals", got=value, field=name)
    return _count(name, str(int(fen)))


def _instant(name: str, value: str) -> Plain:
    return instant_text(parse_instant(value, name))


def _digests(name: str, value: str) -> tuple[str, ...]:
    """Digests, or files as @FILE, whose bytes are digested here."""
    listed = [part.strip() for part in value.split(",")]
    return tuple(_digest_of_file(name, each[1:]) if each[:1] == "@" else each for each in listed)


def _digest_of_file(name: str, path: str) -> str:
    try:
        with Path(path).open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise InvalidValueError(
            expected="a file to digest", got=f"{path}: {error}", field=name
        ) from error


def _words(_: str, value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _BETWEEN_WORDS.split(value))


_ONE: Final[Mapping[FieldKind, Callable[[str, str], Plain]]] = {
    FieldKind.FLAG: _flag,
    FieldKind.COUNT: _count,
    FieldKind.FEN: _fen,
    FieldKind.INSTANT: _instant,
}
_LISTED: Final[Mapping[FieldKind, Callable[[str, str], tuple[str, ...]]]] = {
    FieldKind.DIGESTS: _digests,
    FieldKind.WORDS: _words,
}
