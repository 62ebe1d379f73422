"""Reads the people of a bureau from a file, and says which key is wrong."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from infra.store.people import require_id
from schemas.errors import InvalidValueError, RefusedError
from schemas.person import Certificate, Person, PersonId, Role
from schemas.tables import only, read_toml, rows_of, text_of

_KEYS: Final = {"id", "name", "unit", "roles", "certificate", "is_lawyer"}
_CERTIFICATE: Final = {"number", "valid_from", "valid_until"}


def read_people(path: Path) -> tuple[Person, ...]:
    """Everybody in a file of `[[person]]` tables: all of them, or nobody.

    Raises:
        RefusedError: there is no such file.
        InvalidValueError: which key, what was expected, what came.
    """
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise RefusedError(f"expected a file of people, {path}: {error.strerror}") from error
    return people_of(text, name=str(path))


def people_of(text: str, *, name: str) -> tuple[Person, ...]:
    """Everybody in the text of such a file."""
    content = read_toml(text, name=name)
    only(content, {"person"}, name)
    rows = rows_of(content, "person", name=name)
    people = tuple(_person(row, f"{name}, person {i}") for i, row in enumerate(rows, 1))
    ids = [person.id for person in people]
    if twice := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        raise InvalidValueError(expected="each person once", got=", ".join(twice), field=name)
    return people


def _person(row: Mapping[str, Any], where: str) -> Person:
    only(row, _KEYS, where)
    id_ = text_of(row, "id", where)
    require_id(id_)
    is_lawyer = row.get("is_lawyer", False)
    if not isinstance(is_lawyer, bool):
        raise InvalidValueError(
            expected="true or false", got=repr(is_lawyer), field=f"{where}, is_lawyer"
        )
    return Person(
        id=PersonId(id_),
        name=text_of(row, "name", where),
        unit=text_of(row, "unit", where),
        roles=_roles(row.get("roles"), where),
        certificate=_certificate(row.get("certificate"), where),
        is_lawyer=is_lawyer,
    )


def _roles(listed: object, where: str) -> frozenset[Role]:
    known = ", ".join(role.value for role in Role if role is not Role.MACHINE)
    if not isinstance(listed, list) or not set(map(str, listed)) <= set(Role):
        raise InvalidValueError(
            expected=f"a list of {known}", got=repr(listed), field=f"{where}, roles"
        )
    return frozenset(Role(role) for role in listed)


def _certificate(row: object, where: str) -> Certificate | None:
    if row is None:
        return None
    if not isinstance(row, dict):
        raise InvalidValueError(
            expected="number, valid_from and valid_until",
            got=repr(row),
            field=f"{where}, certificate",
        )
    only(row, _CERTIFICATE, f"{where}, certificate")
    return Certificate(
        number=text_of(row, "number", f"{where}, certificate"),
        valid_from=_day(row, "valid_from", where),
        valid_until=_day(row, "valid_until", where),
    )


def _day(row: Mapping[str, Any], key: str, where: str) -> date:
    value = row.get(key)
    if type(value) is not date:  # a datetime is a date to Python, but not to a certificate
        raise InvalidValueError(
            expected="a day, such as 2027-12-31", got=repr(value), field=f"{where}, {key}"
        )
    return value
