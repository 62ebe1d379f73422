"""Reads rules from TOML, and says which key is wrong."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detectors.rules import Rule
from schemas.camera import ZoneKind
from schemas.errors import InvalidValueError
from schemas.matter import parse_matter
from schemas.tables import choice_of, is_number, only, read_toml, rows_of, text_of

BASE: Final = Path(__file__).parent / "rulebooks" / "base.toml"
_KEYS: Final = {"id", "matter", "zone", "things", "company", "reach", "group"}


def read_rules(text: str, *, name: str) -> tuple[Rule, ...]:
    """Every `[[rule]]` of a rule book.

    Raises:
        InvalidValueError: which rule and key, what was expected, what came.
    """
    rows = rows_of(read_toml(text, name=name), "rule", name=name)
    rules = tuple(_rule(row, f"{name}, rule {number}") for number, row in enumerate(rows, 1))
    ids = [rule.id for rule in rules]
    if len(ids) != len(set(ids)):
        raise InvalidValueError(expected="rule ids that differ", got=", ".join(ids), field=name)
    return rules


def _rule(row: Mapping[str, Any], where: str) -> Rule:
    only(row, _KEYS, where)
    return Rule(
        id=text_of(row, "id", where),
        matter=parse_matter(text_of(row, "matter", where)),
        zone_kind=choice_of(ZoneKind, row, "zone", where),
        things=_kinds(row, "things", where),
        company=_kinds(row, "company", where),
        reach=_number(row.get("reach", 0.75), where),
        is_group=row.get("group", False) is True,
    )


def _kinds(row: Mapping[str, Any], key: str, where: str) -> frozenset[str]:
    value: Sequence[Any] = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(kind, str) and kind for kind in value):
        raise InvalidValueError(
            expected="a list of kinds of things", got=repr(value), field=f"{where}, {key}"
        )
    return frozenset(value)


def _number(value: object, where: str) -> float:
    if not is_number(value):
        raise InvalidValueError(expected="a number", got=repr(value), field=f"{where}, reach")
    return float(value)  # type: ignore[arg-type]  # a number, as was asked
