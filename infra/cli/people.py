"""`offsite person …`: who may act, in which roles, with which certificate; every change kept."""

import getpass
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from infra.cli.asking import with_engine
from infra.cli.cases import local
from infra.cli.telling import OUT, AsJson, errors_told, tell_fields, tell_json, tell_table
from infra.deployment import find
from infra.people import read_people
from infra.settings import Settings
from infra.store.people import People
from schemas.errors import InvalidValueError, RefusedError
from schemas.instants import instant_text
from schemas.person import Certificate, Person, PersonId, Role

Answer = TypeVar("Answer")

person_app = typer.Typer(help="Who may act, and as what.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="The person's id, as in `--as ID`.")]
By = Annotated[
    str | None, typer.Option("--by", help="Who says so; by default the user of this computer.")
]
RoleOption = Annotated[list[Role], typer.Option("--role", help="May be given several times.")]
Day = Annotated[str | None, typer.Option(help="YYYY-MM-DD.")]


@person_app.command("add")
def add_person(
    id_: Id,
    *,
    name: Annotated[str, typer.Option(help="As it stands in records.")],
    unit: Annotated[str, typer.Option(help="Team or office.")],
    role: RoleOption,
    certificate: Annotated[str | None, typer.Option(help="Number of the 执法证.")] = None,
    valid_from: Day = None,
    valid_until: Day = None,
    lawyer: Annotated[bool, typer.Option(help="Holds the legal-profession qualification.")] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Know a person, or know them otherwise from now on. What was before stays on record."""
    with errors_told():
        person = Person(
            id=PersonId(id_),
            name=name,
            unit=unit,
            roles=frozenset(role),
            certificate=_certificate(certificate, valid_from, valid_until),
            is_lawyer=lawyer,
        )
        _with_people(lambda people: people.keep(person, by=by or _user()))
    _tell(person, as_json=as_json)


@person_app.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(help="TOML with [[person]] tables.")], by: By = None
) -> None:
    """Know everybody in a file: all of them, or nobody."""
    with errors_told():
        found = read_people(file)
        _with_people(lambda people: people.keep_all(found, by=by or _user()))
    OUT.print(f"{len(found)} people are in the register", highlight=False)


@person_app.command("ls")
def list_people(as_json: AsJson = False) -> None:
    """List everybody, by id."""
    with errors_told():
        everybody = _with_people(lambda people: people.all())
    if as_json:
        for person in everybody:
            tell_json(person_json(person))
        return
    columns = ("id", "name", "unit", "roles", "certificate", "lawyer")
    tell_table("People", columns, [_row(person) for person in everybody])


@person_app.command("show")
def show_person(id_: Id, as_json: AsJson = False) -> None:
    """Show a person, and how they stood before."""
    with errors_told():
        person = _known(id_)
        history = _with_people(lambda people: people.history(person.id))
    if as_json:
        changes = [
            {"at": instant_text(each.at), "by": each.by, "content": each.content}
            for each in history
        ]
        tell_json({**person_json(person), "history": changes})
        return
    _tell(person, as_json=False)
    for each in history:
        roles = ", ".join(each.content["roles"])
        OUT.print(f"  {local(each.at)}  by {each.by}: {roles}", markup=False, highlight=False)


@person_app.command("add-role")
def add_role(id_: Id, role: Role, by: By = None, as_json: AsJson = False) -> None:
    """Give a person one role more."""
    with errors_told():
        person = _known(id_)
        changed = replace(person, roles=person.roles | {role})
        _with_people(lambda people: people.keep(changed, by=by or _user()))
    _tell(changed, as_json=as_json)


@person_app.command("remove-role")
def remove_role(id_: Id, role: Role, by: By = None, as_json: AsJson = False) -> None:
    """Take a role from a person. What was done in it stays as it was."""
    with errors_told():
        person = _known(id_)
        if role not in person.roles:
            raise RefusedError(f"{id_} has not the role {role}: {', '.join(sorted(person.roles))}")
        changed = replace(person, roles=person.roles - {role})
        _with_people(lambda people: people.keep(changed, by=by or _user()))
    _tell(changed, as_json=as_json)


def person_json(person: Person) -> dict[str, object]:
    """A person as JSON."""
    certificate = person.certificate
    return {
        "id": person.id,
        "name": person.name,
        "unit": person.unit,
        "roles": sorted(role.value for role in person.roles),
        "certificate": None
        if certificate is None
        else {
            "number": certificate.number,
            "valid_from": certificate.valid_from.isoformat(),
            "valid_until": certificate.valid_until.isoformat(),
        },
        "is_lawyer": person.is_lawyer,
    }


def _known(id_: str) -> Person:
    person = _with_people(lambda people: people.find({PersonId(id_)})).get(PersonId(id_))
    if person is None:
        raise RefusedError(
            f"expected the id of a person, got {id_}: `offsite person ls` lists them"
        )
    return person


def _with_people(work: Callable[[People], Awaitable[Answer]]) -> Answer:
    return with_engine(find(Settings()), lambda engine: work(People(engine)))


def _certificate(number: str | None, since: str | None, until: str | None) -> Certificate | None:
    if number is None and since is None and until is None:
        return None
    if number is None or since is None or until is None:
        raise InvalidValueError(
            expected="--certificate, --valid-from and --valid-until together",
            got="not all of them",
            field="certificate",
        )
    return Certificate(
        number=number,
        valid_from=_day(since, "--valid-from"),
        valid_until=_day(until, "--valid-until"),
    )


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValueError(expected="YYYY-MM-DD", got=text, field=field) from error


def _user() -> str:
    return f"os:{getpass.getuser()}"


def _tell(person: Person, *, as_json: bool) -> None:
    if as_json:
        tell_json(person_json(person))
        return
    fields = {
        "unit": person.unit,
        "roles": ", ".join(sorted(person.roles)),
        "certificate": _paper(person),
        "lawyer": "yes" if person.is_lawyer else "no",
    }
    tell_fields(f"{person.id}  {person.name}", fields)


def _row(person: Person) -> tuple[object, ...]:
    roles = ", ".join(sorted(person.roles))
    lawyer = "yes" if person.is_lawyer else ""
    return person.id, person.name, person.unit, roles, _paper(person), lawyer


def _paper(person: Person) -> str:
    certificate = person.certificate
    if certificate is None:
        return "-"
    return f"{certificate.number}, {certificate.valid_from} … {certificate.valid_until}"
