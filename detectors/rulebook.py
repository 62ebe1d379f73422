"""Reads rules from TOML, and says which key of which rule is wrong, and what was expected."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from detectors.kinds import KINDS
from detectors.reasons import DEFAULT, Template
from detectors.relations import Distance
from detectors.rules import MARGIN, REACH, STILL, Rule
from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.errors import InvalidValueError
from schemas.hours import Hours, parse_hours
from schemas.matter import MatterKey, parse_matter
from schemas.tables import Table, is_number, only, read_toml, rows_of, text_of
from schemas.words import Words

BASE: Final = Path(__file__).parent / "rulebooks" / "base.toml"
_KEYS: Final = frozenset(
    {
        *("id", "matter", "zone", "things", "also", "company", "apart_from"),
        *(
            "reach",
            "reach_m",
            "still",
            "still_m",
            "group",
            "count",
            "holds_s",
            "faces_road",
            "hours",
        ),
        *("dwell_s", "least_confidence", "looks", "margin", "leaves_after_s", "cooling_off_s"),
        *("danger", "title", "note", "says"),
    }
)
_LONGEST_ID: Final = 64


def read_rules(text: str, *, name: str) -> tuple[Rule, ...]:
    """Every `[[rule]]` of a rule book.

    Raises:
        InvalidValueError: file, rule and key, what was expected, what came.
    """
    book = read_toml(text, name=name)
    only(book, {"rule"}, name)
    rows = rows_of(book, "rule", name=name)
    rules = tuple(_rule(row, f"{name}, rule {number}") for number, row in enumerate(rows, 1))
    seen: set[str] = set()
    for number, rule in enumerate(rules, 1):
        if rule.id in seen:
            raise InvalidValueError(
                expected="rule ids that differ", got=rule.id, field=f"{name}, rule {number}, id"
            )
        seen.add(rule.id)
    return rules


def _rule(row: object, where: str) -> Rule:
    if not isinstance(row, dict):
        raise InvalidValueError(expected="a table", got=row, field=where)
    only(row, _KEYS, where)
    rule_id = _id(row, where)
    where = f"{where} ({rule_id})"
    parts = _Parts(row, where)
    count = parts.whole("count", 1)
    try:
        return Rule(
            id=rule_id,
            matter=_matter(row, where),
            zone_kinds=parts.zone_kinds(),
            things=parts.kinds("things"),
            also=parts.kinds("also"),
            company=parts.kinds("company"),
            apart_from=parts.kinds("apart_from"),
            reach=parts.distance("reach", REACH),
            still=parts.still(None if count > 1 else STILL),
            is_group=parts.flag("group"),
            count=count,
            holds=parts.seconds("holds_s") or timedelta(0),
            faces_road=parts.distance("faces_road", None),
            hours=parts.hours(),
            dwell=parts.seconds("dwell_s"),
            least_confidence=parts.number("least_confidence", 0.0),
            looks=parts.whole("looks", 2),
            margin=parts.distance("margin", MARGIN),
            leaves_after=parts.seconds("leaves_after_s"),
            cooling_off=parts.seconds("cooling_off_s") or timedelta(0),
            dangers=parts.dangers(),
            title=parts.words("title"),
            note=parts.words("note"),
            says=parts.template(),
        )
    except InvalidValueError as error:
        raise _within(where, error) from error


def _within(where: str, error: InvalidValueError) -> InvalidValueError:
    """A fault of the rule itself, told with its file."""
    field = error.field or ""
    if field.startswith(where):
        return error
    key = field.rpartition(".")[2] if field.startswith("rule ") else field
    return InvalidValueError(
        expected=error.expected, got=error.got, field=f"{where}, {key}" if key else where
    )


def _id(row: Table, where: str) -> str:
    text = text_of(row, "id", where)
    if len(text) > _LONGEST_ID or not text.isprintable():
        raise InvalidValueError(
            expected=f"at most {_LONGEST_ID} printable letters", got=text, field=f"{where}, id"
        )
    return text


def _matter(row: Table, where: str) -> MatterKey:
    try:
        return parse_matter(text_of(row, "matter", where))
    except InvalidValueError as error:
        raise InvalidValueError(
            expected=error.expected, got=error.got, field=f"{where}, matter"
        ) from error


class _Parts:
    """The keys of one rule, each asked for as what it has to be."""

    def __init__(self, row: Mapping[str, Any], where: str) -> None:
        self._row: Final = row
        self._where: Final = where

    def kinds(self, key: str) -> frozenset[str]:
        """Kinds of things, by the one list of them."""
        kinds = self._texts(key)
        if unknown := kinds - KINDS.keys():
            raise self._fault(
                key, f"kinds of things of {', '.join(KINDS)}", ", ".join(sorted(unknown))
            )
        return kinds

    def zone_kinds(self) -> frozenset[ZoneKind]:
        """One kind of zone, or a list of them."""
        value = self._row.get("zone")
        texts = frozenset({value}) if isinstance(value, str) else self._texts("zone")
        if unknown := texts - set(ZoneKind):
            raise self._fault(
                "zone", f"one of {', '.join(ZoneKind)}, or several", ", ".join(sorted(unknown))
            )
        return frozenset(ZoneKind(text) for text in texts)

    def dangers(self) -> frozenset[Danger]:
        """One danger, or a list of them."""
        value = self._row.get("danger")
        texts = frozenset({value}) if isinstance(value, str) else self._texts("danger")
        if unknown := texts - set(Danger):
            raise self._fault(
                "danger", f"one of {', '.join(Danger)}, or several", ", ".join(sorted(unknown))
            )
        return frozenset(Danger(text) for text in texts)

    def number(self, key: str, otherwise: float) -> float:
        """A number that is one."""
        value = self._row.get(key, otherwise)
        if not is_number(value) or value != value:  # noqa: PLR0124 - NaN
            raise self._fault(key, "a number", value)
        return float(value)

    def whole(self, key: str, otherwise: int) -> int:
        """A whole number."""
        value = self._row.get(key, otherwise)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._fault(key, "a whole number", value)
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._row.get(key, False)
        if not isinstance(value, bool):
            raise self._fault(key, "true or false", value)
        return value

    def seconds(self, key: str) -> timedelta | None:
        """A length of time up to a day."""
        if key not in self._row:
            return None
        value = self.number(key, 0)
        if not 0 <= value <= 86_400:
            raise self._fault(key, "seconds in [0, 86400]", value)
        return timedelta(seconds=value)

    def distance(self, key: str, otherwise: Distance | None) -> Any:  # noqa: ANN401 - as given
        """A length in own sizes, and in metres under `<key>_m`."""
        metres = f"{key}_m"
        if key not in self._row and metres not in self._row:
            return otherwise
        sizes = self.number(key, REACH.sizes if otherwise is None else otherwise.sizes)
        try:
            return Distance(
                sizes=sizes, metres=self.number(metres, 0) if metres in self._row else None
            )
        except InvalidValueError as error:
            raise self._fault(
                metres if "metres" in error.expected else key, error.expected, error.got
            ) from error

    def still(self, otherwise: Distance | None) -> Distance | None:
        """How far a foot may move; `false`: as far as it likes."""
        if self._row.get("still") is False:
            if "still_m" in self._row:
                raise self._fault("still_m", "no still_m beside still = false", "both")
            return None
        found: Distance | None = self.distance("still", otherwise or STILL)
        return otherwise if found is STILL else found

    def hours(self) -> tuple[Hours, ...]:
        """`["07:00-19:00", …]`."""
        value = self._row.get("hours", [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._fault("hours", "a list of hours like 07:00-19:00", value)
        return tuple(parse_hours(each, f"{self._where}, hours") for each in value)

    def words(self, key: str) -> Words | None:
        """A text in both languages."""
        if key not in self._row:
            return None
        zh, en = self._both(key)
        return Words(zh, en)

    def template(self) -> Template:
        """What is said when it is told."""
        if "says" not in self._row:
            return DEFAULT
        try:
            return Template(*self._both("says"))
        except InvalidValueError as error:
            raise self._fault(error.field or "says", error.expected, error.got) from error

    def _both(self, key: str) -> tuple[str, str]:
        value = self._row[key]
        if not isinstance(value, dict):
            raise self._fault(key, '{ zh = "…", en = "…" }', value)
        only(value, {"zh", "en"}, f"{self._where}, {key}")
        return text_of(value, "zh", f"{self._where}, {key}"), text_of(
            value, "en", f"{self._where}, {key}"
        )

    def _texts(self, key: str) -> frozenset[str]:
        value = self._row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise self._fault(key, "a list of names", value)
        return frozenset(value)

    def _fault(self, key: str, expected: str, got: object) -> InvalidValueError:
        return InvalidValueError(expected=expected, got=got, field=f"{self._where}, {key}")
