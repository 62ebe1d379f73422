"""Two packs side by side: which rows were added, removed or changed, and how."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from handlers.decisions.law.discretion import Band
from handlers.decisions.policy import Policy
from schemas.values import fields_of

Row = Mapping[str, str]
Rows = Mapping[tuple[str, str], Row]
"""Rows by table and key; each is its fields as text."""

NOTHING: Final = "-"
ONLY: Final = "is"
"""The field of a row that has but one, such as an alias."""


class ChangeKind(StrEnum):
    """What became of a row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row that came or went, or one field of a row that says something else now.

    Of a row that came or went, `before` or `after` is told where it has one field only.
    """

    kind: ChangeKind
    table: str
    row: str
    field: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        row = f"{self.table} {self.row}".strip()
        if self.kind is not ChangeKind.CHANGED:
            return f"{self.kind}: {row} {self.before}{self.after}".rstrip()
        return f"{row}: {self.field} {self.before} → {self.after}"


def compare(before: Policy, after: Policy) -> tuple[Change, ...]:
    """All differences but those of the digest, in the order of the tables."""
    return tuple(_changes(rows_of(before), rows_of(after)))


def rows_of(pack: Policy) -> Rows:
    """A whole pack as text."""
    return {(table, key): _fields(value) for table, key, value in _values(pack)}


def _changes(before: Rows, after: Rows) -> Iterator[Change]:
    for at in dict.fromkeys((*before, *after)):
        table, row = at
        if at not in before:
            yield Change(kind=ChangeKind.ADDED, table=table, row=row, after=after[at].get(ONLY, ""))
        elif at not in after:
            yield Change(
                kind=ChangeKind.REMOVED, table=table, row=row, before=before[at].get(ONLY, "")
            )
        else:
            for field in dict.fromkeys((*before[at], *after[at])):
                old, new = before[at].get(field, NOTHING), after[at].get(field, NOTHING)
                if old != new:
                    yield Change(
                        kind=ChangeKind.CHANGED,
                        table=table,
                        row=row,
                        field=field,
                        before=old,
                        after=new,
                    )


def _values(pack: Policy) -> Iterator[tuple[str, str, Any]]:
    yield "pack", "", _head(pack)
    yield from _keyed("matter", pack.matters)
    yield from _keyed("alias", pack.aliases)
    yield from _keyed("year", pack.calendar.years)
    yield from _keyed("designated", {row.id: row for row in pack.leniency.designated})
    yield from _keyed("first violation", pack.leniency.first_violations)
    if pack.leniency.thinning.clause:
        yield "thinning", "", pack.leniency.thinning
    yield from _keyed("circumstance", pack.discretion.circumstances)
    yield from _keyed("bands", _bands(pack.discretion.bands.values()))
    authority = pack.authority
    yield from _keyed("grant", {row.id: row for row in authority.grants})
    yield from _numbered("device basis", authority.device_bases)
    yield from _keyed("device", authority.devices)
    yield from _numbered("publication", authority.publications)
    yield from _numbered("offsite item", authority.offsite_items)
    yield from _keyed("sector rule", {row.title: row for row in authority.sector_rules})
    yield from _keyed("deadline", pack.deadlines)
    yield from _keyed("ladder", pack.ladders)
    yield from _keyed("duty", pack.duties.may)
    yield from _keyed("pair", {row.id: row for row in pack.duties.pairs})
    yield from _keyed("discard reason", pack.duties.discard_reasons)


def _head(pack: Policy) -> Mapping[str, object]:
    return {
        "name": pack.name,
        "version": pack.version,
        "valid_from": pack.valid_from,
        "sample_one_in": pack.sample_one_in,
        "least_confidence_permille": pack.least_confidence_permille,
        **{f"triage_limit.{queue}": limit for queue, limit in pack.triage_limit.items()},
        "hours": pack.calendar.hours,
        "measures": pack.leniency.measures,
        "discretion.published": pack.discretion.published,
        "unregistered": pack.authority.unregistered,
    }


def _bands(bands: Iterable[Band]) -> Mapping[str, Mapping[str, object]]:
    """A row for each matter, party and harm, as the city's table is printed."""
    rows: dict[str, dict[str, object]] = {}
    for band in bands:
        row = rows.setdefault(f"{band.matter}, {band.party}, {band.harm}", {})
        row[band.step] = f"{band.least_fen} – {band.most_fen} fen"
        row |= {"clause": band.clause, "certainty": band.certainty}
    return rows


def _keyed(table: str, rows: Mapping[Any, object]) -> Iterator[tuple[str, str, Any]]:
    for key, row in rows.items():
        yield table, str(key), row


def _numbered(table: str, rows: Iterable[object]) -> Iterator[tuple[str, str, Any]]:
    """Rows that nobody named are known by where they stand."""
    for number, row in enumerate(rows, start=1):
        yield table, str(number), row


def _fields(value: object) -> Row:
    if isinstance(value, Mapping):
        return {str(name): _text(each) for name, each in value.items()}
    if (fields := _unspoken(value)) is not None:
        return {name: _text(each) for name, each in fields.items()}
    return {ONLY: _text(value)}


def _unspoken(value: object) -> Mapping[str, object] | None:
    """The fields of a value of ours that has no words of its own."""
    return fields_of(value) if type(value).__str__ is object.__str__ else None


def _text(value: object) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    if isinstance(value, frozenset | tuple):
        parts = [_text(each) for each in value]
        return ", ".join(parts if isinstance(value, tuple) else sorted(parts)) or NOTHING
    if (fields := _unspoken(value)) is not None:
        return f"({', '.join(f'{name} {_text(each)}' for name, each in fields.items())})"
    return str(value)
