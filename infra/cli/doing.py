"""How commands act: each opens the one command path, does its work, and leaves."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.acts import Told
from handlers.decisions.dossier import Dossier
from handlers.trying import Looked, look
from infra import opening
from infra.acting import Acting, acting, new_id
from infra.deployment import find
from infra.settings import Settings
from infra.store.commands import Commands
from infra.store.migrating import require_current
from schemas.act import NOTHING_SAID, Act, Command, CommandId, Details, SubjectId
from schemas.errors import RefusedError
from schemas.person import PersonId, Role
from schemas.wire.acting import read_details, require_line

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a person at a terminal has in hand."""

    acting: Acting
    engine: AsyncEngine

    async def dossier(self, subject: SubjectId) -> Dossier:
        """A subject as it stands.

        Raises:
            RefusedError: nobody knows it.
        """
        found = await self.acting.dossier(subject)
        if found is None:
            raise RefusedError(f"expected the id of a case or an incident, got {subject}: none")
        return found

    async def case(self, subject: SubjectId) -> Dossier:
        """A case as it stands.

        Raises:
            RefusedError: it is no case.
        """
        found = await self.dossier(subject)
        if found.case is None:
            raise RefusedError(f"expected the id of a case, got {subject}: it is another thing")
        return found

    async def look(self, dossier: Dossier, by: PersonId) -> Looked:
        """All that an act on a subject would be judged by now. Nothing is recorded."""
        command = Command(
            id=new_id(),
            subject=dossier.id,
            expected=dossier.version,
            act=Act.VIEW,
            person=by,
            at=datetime.now(UTC),
        )
        return await look(command, work=self.acting.work, shelf=self.acting.shelf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An act that a person wants done. What is absent is filled in: the version, the time."""

    subject: SubjectId
    act: Act
    person: PersonId
    details: Details = NOTHING_SAID
    role: Role | None = None
    at: datetime | None = None
    expected: int | None = None
    id: CommandId | None = None


async def give(desk: Desk, wanted: Wanted) -> Told:
    """Act. Under an id that came before, what was left out is what was meant then.

    Raises:
        InvalidValueError: what was typed can't stand in a record.
    """
    details = read_details(wanted.details.fields)
    for name, text in (
        ("command id", wanted.id),
        ("case", wanted.subject),
        ("--as", wanted.person),
    ):
        require_line(text or "", name)
    before = None if wanted.id is None else await Commands(desk.engine).said(wanted.id)
    at, expected = wanted.at, wanted.expected
    if before is not None:
        at = before.at if at is None else at
        expected = before.expected if expected is None else expected
    if expected is None:
        known = await desk.acting.dossier(wanted.subject)
        expected = 0 if known is None else known.version
    return await desk.acting.act(
        Command(
            id=wanted.id or new_id(),
            subject=wanted.subject,
            expected=expected,
            act=wanted.act,
            person=wanted.person,
            at=at or datetime.now(UTC),
            role=wanted.role,
            details=details,
        )
    )


def at_desk(settings: Settings, work: Callable[[Desk], Awaitable[Answer]]) -> Answer:
    """Do something on the deployment of these settings, on an event loop of its own.

    Raises:
        RefusedError: nothing runs here, or the tables are of another version.
        TemporarilyUnavailableError: the database is away.
    """
    deployment = find(settings)
    require_current(deployment.database.get_secret_value())

    async def within() -> Answer:
        engine = opening.engine(deployment, application="offsite-cli", connections=2)
        try:
            async with acting(settings, deployment) as opened:
                return await work(Desk(acting=opened, engine=engine))
        finally:
            await engine.dispose()

    return asyncio.run(within())
