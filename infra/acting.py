"""How people act on a deployment: API and CLI both come through here to the one command path."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from handlers import acts
from handlers.acts import ActWork, Told
from handlers.decisions.clocks import in_milliseconds
from handlers.decisions.dossier import Dossier
from handlers.decisions.lives.standing import pack_subject, step_for
from handlers.decisions.lives.step import Step
from handlers.decisions.policy import Policy
from handlers.policies.pack import SHIPPED, Files, load, pack_from
from infra.deployment import Deployment
from infra.salting import fresh_salts
from infra.settings import Settings
from infra.store.act_work import PostgresActWork
from infra.store.commands import Commands
from infra.store.dossiers import Dossiers
from infra.store.engine import make_engine
from infra.store.packs import Packs
from infra.store.people import People
from infra.store.shelf import PostgresShelf
from infra.store.timelines import Moment, Timelines
from schemas.act import Act, Command, CommandId, Details, SubjectId
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Sha256
from schemas.person import PersonId, Role
from streams.topics import topic_of

_CONNECTIONS: Final = 4
"""For acts at once; packs are read over others, so that acts never wait for each other's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What a process needs to let people act. Share one; commands may run at once."""

    work: ActWork
    shelf: PostgresShelf
    dossiers: Dossiers
    commands: Commands
    timelines: Timelines
    packs: Packs
    people: People
    close: Callable[[], Awaitable[None]]

    async def act(self, command: Command) -> Told:
        """Judge a command and record the answer. May be repeated.

        Raises:
            RefusedError: the command id was used before for another command.
            TemporarilyUnavailableError: send the same command again.
        """
        # As finely as it is laid down, so that it is judged again by what it was judged by.
        command = replace(command, at=in_milliseconds(command.at))
        try:
            return await self._once(command)
        except TemporarilyUnavailableError:
            # Another was in the way: it is on record by now, and we shall see it.
            return await self._once(command)

    async def _once(self, command: Command) -> Told:
        return await acts.act(command, work=self.work, shelf=self.shelf, salts=fresh_salts())

    async def dossier(self, subject: SubjectId) -> Dossier | None:
        """A subject as it stands; absent where nobody knows it."""
        return await self.dossiers.dossier(subject)

    async def roles_of(self, person: PersonId) -> frozenset[Role]:
        """What the register has a person for; nothing for a stranger."""
        known = (await self.people.find({person})).get(person)
        return frozenset() if known is None else known.roles

    async def timeline(self, subject: SubjectId) -> tuple[Moment, ...]:
        """All that is on record about a subject, as it was recorded."""
        return await self.timelines.of(subject)

    async def propose(self, policy: Policy, files: Files, *, by: PersonId, reason: str) -> Told:
        """Keep a pack as a draft, and propose it. The same pack proposed again is refused.

        Raises:
            RefusedError: another text was used or published under its name and version.
        """
        await self.packs.keep(policy, files, is_draft=True)
        said = {"name": policy.name, "version": policy.version, "reason": reason}
        return await self._on_pack(policy.digest, Act.PROPOSE_PACK, by, said)

    async def publish(self, digest: Sha256, *, by: PersonId, where: str) -> Told:
        """Publish a pack that another person proposed. From its first day on it is in force."""
        return await self._on_pack(digest, Act.PUBLISH_PACK, by, {"where": where})

    async def _on_pack(
        self, digest: Sha256, act: Act, by: PersonId, said: Mapping[str, str]
    ) -> Told:
        subject = pack_subject(digest)
        known = await self.dossier(subject)
        return await self.act(
            Command(
                id=new_id(),
                subject=subject,
                expected=0 if known is None else known.version,
                act=act,
                person=by,
                at=datetime.now(UTC),
                details=Details(said),
            )
        )


def possible(dossier: Dossier) -> tuple[Step, ...]:
    """The rows that hold for a subject as it stands; gates and duties may refuse them yet."""
    rows = (step_for(act, dossier) for act in Act)
    return tuple(step for step in rows if step is not None and step.since)


def new_id() -> CommandId:
    """For a command that is made here and now."""
    return CommandId(uuid4().hex)


def open_acting(settings: Settings, deployment: Deployment) -> Acting:
    """Make ready; connects at the first use. Close it at the end.

    Raises:
        InvalidValueError: the pack of the settings is broken.
    """
    dsn = deployment.database.get_secret_value()
    store = make_engine(dsn, application="offsite-acting", connections=_CONNECTIONS)
    beside = make_engine(dsn, application="offsite-acting", connections=2)

    async def close() -> None:
        await store.dispose()
        await beside.dispose()

    return Acting(
        work=PostgresActWork(store, topic_of=topic_of),
        shelf=PostgresShelf(
            beside,
            standby=load(settings.policy, settings.policies or SHIPPED),
            read=pack_from,
        ),
        dossiers=Dossiers(store),
        commands=Commands(store),
        timelines=Timelines(store),
        packs=Packs(beside),
        people=People(store),
        close=close,
    )


@asynccontextmanager
async def acting(settings: Settings, deployment: Deployment) -> AsyncIterator[Acting]:
    """Let people act until the block ends."""
    opened = open_acting(settings, deployment)
    try:
        yield opened
    finally:
        await opened.close()
