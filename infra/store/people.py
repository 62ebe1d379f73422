"""The register of people: who may act, and every change of it, by whom and when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from infra.store.act_rows import PERSON_COLUMNS, person_of, person_row
from infra.store.act_tables import people, people_changes
from infra.store.failures import told_by_remedy
from schemas.errors import InvalidValueError
from schemas.person import Person, PersonId
from schemas.wire.envelope import LONGEST_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a person stood in the register from then on, and who said so."""

    at: datetime
    by: str
    content: Mapping[str, Any]


class People:
    """Keeps the register. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def keep(self, person: Person, *, by: str) -> None:
        """Know a person from now on as told; how they stood before stays on record.

        May be repeated. What was done before stands under the role that was held then.

        Raises:
            InvalidValueError: an id that facts can't name.
        """
        await self.keep_all([person], by=by)

    async def keep_all(self, persons: Collection[Person], *, by: str) -> None:
        """Know several: all of them, or nobody."""
        for person in persons:
            require_id(person.id)
        with told_by_remedy():
            async with self._engine.begin() as connection:
                for person in sorted(persons, key=lambda each: each.id):
                    await _keep(connection, person, by)

    async def find(self, ids: Collection[PersonId]) -> Mapping[PersonId, Person]:
        """Those of them that the register knows."""
        found = await self._read(_PEOPLE.where(people.c.id.in_(ids)))
        return {person.id: person for person in map(person_of, found)}

    async def all(self) -> Sequence[Person]:
        """Everybody, by id."""
        return [person_of(row) for row in await self._read(_PEOPLE.order_by(people.c.id))]

    async def history(self, id_: PersonId) -> Sequence[Change]:
        """Every change of a person's entry, oldest first."""
        query = (
            select(people_changes)
            .where(people_changes.c.person == id_)
            .order_by(people_changes.c.id)
        )
        return [
            Change(at=row.changed_at, by=row.changed_by, content=row.content)
            for row in await self._read(query)
        ]

    async def _read(self, query: Any) -> Sequence[Any]:  # noqa: ANN401 - any query of ours
        with told_by_remedy():
            async with self._engine.connect() as connection:
                return (await connection.execute(query)).all()


_PEOPLE: Final = select(*(people.c[name] for name in PERSON_COLUMNS))


async def _keep(connection: AsyncConnection, person: Person, by: str) -> None:
    known = (await connection.execute(_PEOPLE.where(people.c.id == person.id))).first()
    if known is not None and person_of(known) == person:
        return
    row = dict(zip(PERSON_COLUMNS, person_row(person), strict=True))
    new = insert(people).values(row)
    changes = {name: new.excluded[name] for name in PERSON_COLUMNS if name != "id"}
    await connection.execute(
        new.on_conflict_do_update(index_elements=["id"], set_={**changes, "changed_at": func.now()})
    )
    content = {name: _plain(value) for name, value in row.items()}
    await connection.execute(
        insert(people_changes).values(person=person.id, changed_by=by, content=content)
    )


def require_id(id_: str) -> None:
    """Refuse an id that can't stand in facts, on a command line and in an address of the web."""
    if (
        not 1 <= len(id_) <= LONGEST_NAME
        or not id_.isascii()
        or not id_.isprintable()
        or " " in id_
    ):
        raise InvalidValueError(
            expected=f"an id of 1 … {LONGEST_NAME} ASCII characters without blanks",
            got=id_,
            field="person",
        )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
