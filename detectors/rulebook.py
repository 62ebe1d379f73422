"""Reads rules from TOML, and says which key is wrong."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detectors.rules import Rule
from schemas.camera import ZoneKind
from schemas.errors import InvalidValueError
from schemas.matter import parse_matter

BASE: Final = Path(__file__).parent / "rulebooks" / "base.toml"
_KEYS: Final = {"id", "matter", "zone", "things", "company", "reach", "group"}


def read_rules(text: str, *, name: str) -> tuple[Rule, ...]:
    """Every `[[rule]]` of a rule book.

    Raises:
        InvalidValueError: which rule and key, what was expected, what came.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidValueError(expected="TOML", got=str(error), field=name) from error
    rows = content.get("rule", [])
    if not isinstance(rows, list) or not rows:
        raise InvalidValueError(expected="at least one [[rule]]", got="none", field=name)
    rules = tuple(_rule(row, f"{name}, rule {number}") for number, row in enumerate(rows, 1))
    ids = [rule.id for rule in rules]
    if len(ids) != len(set(ids)):
        raise InvalidValueError(expected="rule ids that differ", got=", ".join(ids), field=name)
    return rules


def _rule(row: Mapping[str, Any], where: str) -> Rule:
    if unknown := set(row) - _KEYS:
        raise InvalidValueError(
            expected=f"only {', '.join(sorted(_KEYS))}", got=", ".join(sorted(unknown)), field=where
        )
    return Rule(
        id=_text(row, "id", where),
        matter=parse_matter(_text(row, "matter", where)),
        zone_kind=_zone_kind(_text(row, "zone", where), where),
        things=_kinds(row, "things", where),
        company=_kinds(row, "company", where),
        reach=_number(row.get("reach", 0.75), where),
        is_group=row.get("group", False) is True,
    )


def _text(row: Mapping[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidValueError(expected="text", got=repr(value), field=f"{where}, {key}")
    return value


def _zone_kind(text: str, where: str) -> ZoneKind:
    if text not in list(ZoneKind):
        raise InvalidValueError(
            expected=f"one of {', '.join(ZoneKind)}", got=text, field=f"{where}, zone"
        )
    return ZoneKind(text)


def _kinds(row: Mapping[str, Any], key: str, where: str) -> frozenset[str]:
    value: Sequence[Any] = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(kind, str) and kind for kind in value):
        raise InvalidValueError(
            expected="a list of kinds of things", got=repr(value), field=f"{where}, {key}"
        )
    return frozenset(value)


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValueError(expected="a number", got=repr(value), field=f"{where}, reach")
    return float(value)
