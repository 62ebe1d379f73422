"""Whether an act says what its row asks for, in the form that it asks for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from handlers.decisions.lives.step import Field, FieldKind, Step
from schemas.act import Plain
from schemas.errors import InvalidValueError
from schemas.ids import sha256_text
from schemas.instants import parse_instant
from schemas.matter import parse_matter

LONGEST_TEXT: Final = 2000


def faults(step: Step, said: Mapping[str, Plain]) -> Iterator[str]:
    """Each field that is missing, unknown or malformed: what was expected, what came."""
    known = {field.name: field for field in step.fields}
    for name in sorted(set(said) - set(known)):
        yield f"{name}: expected one of {', '.join(known) or 'no fields'}, got a field of no row"
    for field in step.fields:
        if field.name not in said:
            if not field.is_optional:
                yield f"{field.name}: expected {field.words.en} ({field.kind}), got nothing"
            continue
        if fault := _fault(field, said[field.name]):
            yield f"{field.name}: {fault}"


def _fault(field: Field, value: Plain) -> str | None:
    try:
        _CHECKS[field.kind](field, value)
    except InvalidValueError as error:
        return f"expected {error.expected}, got {error.got}"
    return None


def _text(_: Field, value: Plain) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT:
        raise InvalidValueError(expected=f"text of 1 … {LONGEST_TEXT} characters", got=repr(value))


def _flag(_: Field, value: Plain) -> None:
    if not isinstance(value, bool):
        raise InvalidValueError(expected="true or false", got=repr(value))


def _count(_: Field, value: Plain) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidValueError(expected="a whole number", got=repr(value))


def _fen(field: Field, value: Plain) -> None:
    _count(field, value)
    if isinstance(value, int) and not 0 <= value < 10**12:
        raise InvalidValueError(expected="an amount in fen, 0 or more", got=repr(value))


def _instant(field: Field, value: Plain) -> None:
    _text(field, value)
    parse_instant(str(value), field.name)


def _matter(field: Field, value: Plain) -> None:
    _text(field, value)
    parse_matter(str(value))


def _words(_: Field, value: Plain) -> None:
    if isinstance(value, str | int) or not value or not all(each.strip() for each in value):
        raise InvalidValueError(expected="a list of texts", got=repr(value))


def _digests(field: Field, value: Plain) -> None:
    _words(field, value)
    for each in value if not isinstance(value, str | int) else ():
        sha256_text(each)


def _choice(field: Field, value: Plain) -> None:
    if value not in field.choices:
        raise InvalidValueError(expected=f"one of {', '.join(field.choices)}", got=repr(value))


_CHECKS: Final[Mapping[FieldKind, Callable[[Field, Plain], None]]] = {
    FieldKind.TEXT: _text,
    FieldKind.FLAG: _flag,
    FieldKind.COUNT: _count,
    FieldKind.FEN: _fen,
    FieldKind.INSTANT: _instant,
    FieldKind.PERSON: _text,
    FieldKind.CASE: _text,
    FieldKind.MATTER: _matter,
    FieldKind.DIGESTS: _digests,
    FieldKind.WORDS: _words,
    FieldKind.CHOICE: _choice,
}
