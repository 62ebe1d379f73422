"""A bureau on real tables: cases that people act on, at a time that the test says."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg

from handlers import acts
from handlers.acts import ActTransaction, Told
from handlers.decisions.dossier import Dossier
from handlers.enforce import enforce
from infra.store.act_chains import ActChains
from infra.store.act_work import PostgresActWork
from infra.store.dossiers import Dossiers
from infra.store.engine import make_engine
from infra.store.people import People
from infra.store.timelines import Timelines
from infra.store.work import PostgresWork
from schemas.act import Command, SubjectId
from schemas.evidence import EvidenceRef
from schemas.values import replace
from tests.support.authorities import CELL
from tests.support.benches import SEEN_AT, the_people
from tests.support.builders import (
    CountingSalts,
    a_batch,
    a_place,
    a_received,
    an_event,
    an_observation,
)
from tests.support.bureau import Bureau
from tests.support.cities import a_city
from tests.support.courses import Walked, take
from tests.support.fake_acts import FakeShelf


@dataclass
class Office:
    """A store whose clock the test turns, and a bureau beside it that says what ought to be."""

    dsn: str
    work: PostgresActWork
    dossiers: Dossiers
    people: People
    timelines: Timelines
    sightings: PostgresWork
    chains_of: Any
    bureau: Bureau = field(default_factory=lambda: Bureau(policy=a_city(), now=SEEN_AT))
    messages: int = 0

    async def sighted(
        self,
        place: str = "jiefang-1",
        *,
        times: int = 1,
        evidence: tuple[EvidenceRef, ...] | None = None,
        **said: Any,
    ) -> SubjectId:
        """A camera sees something, some times over; the case that it became."""
        body = an_observation(place=a_place(place, grid_cell=CELL), **said)
        if evidence is not None:
            body = replace(body, evidence=evidence)
        received = [
            a_received(
                an_event(
                    body,
                    id=f"e-{self.messages + n}",
                    occurred_at=self.bureau.now,
                ),
                offset=self.messages + n,
                received_at=self.bureau.now + timedelta(seconds=n),
            )
            for n in range(times)
        ]
        settled = await enforce(
            a_batch(received), work=self.sightings, policy=a_city(), salts=CountingSalts()
        )
        self.messages += times
        case = settled[-1].decision.case
        assert case is not None
        subject = SubjectId(case.id)
        self.bureau.dossiers[subject] = await self.found(subject)
        return subject

    async def found(self, subject: SubjectId) -> Dossier:
        dossier = await self.dossiers.dossier(subject)
        assert dossier is not None
        return dossier

    async def take(self, subject: SubjectId, walked: Walked) -> Told:
        take(self.bureau, subject, walked)
        return await self.give(self.bureau.answers[-1][0].command)

    async def give(self, command: Command) -> Told:
        return await acts.act(
            command,
            work=At(self.work, self.bureau.now),
            shelf=FakeShelf(a_city()),
            salts=CountingSalts(),
        )

    async def all(self, query: str) -> list[Any]:
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            return await (await connection.execute(query)).fetchall()

    async def do(self, statement: str) -> None:
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            await connection.execute(statement)


@dataclass(frozen=True)
class At:
    """The same work, at a time that the test says."""

    work: PostgresActWork
    now: datetime

    @asynccontextmanager
    async def begin(self, subject: SubjectId) -> AsyncIterator[ActTransaction]:
        async with self.work.begin(subject) as transaction:
            transaction._now = self.now  # type: ignore[misc]
            yield transaction


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[Office]:
    engine = make_engine(dsn, application="acts")
    topic_of = lambda _: "disposition"  # noqa: E731

    async def chains() -> dict[int, Any]:
        async with engine.connect() as connection:
            return await ActChains(connection).verify_all()

    office = Office(
        dsn=dsn,
        work=PostgresActWork(engine, topic_of=topic_of),
        dossiers=Dossiers(engine),
        people=People(engine),
        timelines=Timelines(engine),
        sightings=PostgresWork(engine, topic_of=topic_of),
        chains_of=chains,
    )
    for person in the_people().values():
        await office.people.keep(person, by="test")
    digest = a_city().digest
    await office.do(
        "INSERT INTO policies (digest, name, version, valid_from)"
        f" VALUES ('\\x{digest}', 'city', '1', '2026-01-01');"
        "INSERT INTO pack_states VALUES"
        f" ('\\x{digest}', 'published', 'city', '1', '2026-01-01', 'xie', now(), 'cao', now(), 'g')"
    )
    yield office
    await engine.dispose()


async def walk(office: Office, subject: SubjectId, course: Sequence[Walked]) -> None:
    for walked in course:
        told = await office.take(subject, walked)
        assert told.is_done, (walked.act, told.said)
