"""What any unit of work of acts promises: held against the fake and against PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import orjson
import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers import acts
from handlers.acts import ACTS, ActWork, Told
from handlers.decisions.dossier import Dossier
from handlers.decisions.gates.gate import Standing
from handlers.decisions.policy import Policy
from handlers.ledger import GENESIS, line_hash
from handlers.ports import Head
from infra.store.act_chains import ActChains
from infra.store.act_work import PostgresActWork
from infra.store.dossiers import Dossiers
from infra.store.engine import make_engine
from infra.store.people import People
from infra.store.posting import letter_key
from infra.store.rows import CASE_COLUMNS, case_row, digest_bytes
from schemas.act import Act, Command, CommandId, SubjectId
from schemas.errors import RefusedError
from schemas.ids import Sha256
from schemas.person import Person, PersonId
from schemas.values import replace
from schemas.workfile import CaseState, Queue, Route, Site, WorkFile
from tests.support.benches import a_case, some_details, the_people
from tests.support.builders import CountingSalts, a_place
from tests.support.cities import a_city
from tests.support.fake_acts import FakeActWork, FakeShelf, this_moment

CASE = "C261120-AAAAAAAAAAAA"
OTHER = "C261120-BBBBBBBBBBBB"
HERE = a_place("jiefang-1")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A row of the ledger of acts."""

    subject: str
    version: int | None
    act: str
    refused_by: str | None


class Store(Protocol):
    """A unit of work, with hands to prepare it and eyes to look at what was committed."""

    @property
    def work(self) -> ActWork: ...

    async def have(self, case: WorkFile) -> None: ...

    async def know(self, people: Iterable[Person]) -> None: ...

    async def publish(self, policy: Policy) -> None: ...

    async def records(self) -> list[Kept]: ...

    async def letters(self) -> list[tuple[str, str]]: ...

    async def dossier(self, subject: str) -> Dossier | None: ...

    async def faults(self) -> list[str]:
        """What is wrong with the chains."""
        ...


@dataclass
class InMemory:
    work: FakeActWork

    async def have(self, case: WorkFile) -> None:
        self.work.have(Dossier(id=SubjectId(case.id), case=case))

    async def know(self, people: Iterable[Person]) -> None:
        self.work.know(people)

    async def publish(self, policy: Policy) -> None:
        self.work.standings[policy.digest] = Standing(
            digest=policy.digest, proposed_by=PersonId("xie"), published_by=PersonId("cao")
        )

    async def records(self) -> list[Kept]:
        found = []
        for each in self.work.settled:
            told = Told(
                address=each.facts.address, is_repeat=False, said=orjson.loads(each.answer_bytes)
            )
            command = each.facts.command
            found.append(
                Kept(
                    subject=command.subject,
                    version=told.said["taken"]["number"] if told.is_done else None,
                    act=command.act,
                    refused_by=None if told.is_done else told.said["refusals"][0]["rule"],
                )
            )
        return found

    async def letters(self) -> list[tuple[str, str]]:
        return [(letter_key(letter), letter.id) for letter in self.work.letters]

    async def dossier(self, subject: str) -> Dossier | None:
        return self.work.dossiers.get(SubjectId(subject))

    async def faults(self) -> list[str]:
        wrong = []
        previous: dict[str, Sha256] = {}
        for each in self.work.settled:
            line = each.line
            expected = line_hash(
                previous.get(line.shard, GENESIS),
                shard=line.shard,
                number=line.address.offset,
                address=line.address,
                sealed=line.sealed,
            )
            previous[line.shard] = line.hash
            if expected != line.hash:
                wrong.append(f"{line.address}")
        return wrong


@dataclass
class OnPostgres:
    work: PostgresActWork
    engine: AsyncEngine
    dsn: str

    async def have(self, case: WorkFile) -> None:
        places = ", ".join(["%s"] * len(CASE_COLUMNS))
        statement = f"INSERT INTO work_files ({', '.join(CASE_COLUMNS)}) VALUES ({places})"
        await self._do(statement, case_row(case))

    async def know(self, people: Iterable[Person]) -> None:
        for person in people:
            await People(self.engine).keep(person, by="test")

    async def publish(self, policy: Policy) -> None:
        digest = digest_bytes(policy.digest)
        await self._do(
            "INSERT INTO policies (digest, name, version, valid_from) VALUES (%s, %s, %s, %s)",
            (digest, policy.name, policy.version, policy.valid_from),
        )
        await self._do(
            "INSERT INTO pack_states (digest, state, name, version, valid_from, proposed_by,"
            " proposed_at, published_by, published_at, where_published)"
            " SELECT digest, 'published', name, version, valid_from, 'xie', now(), 'cao', now(),"
            " 'gazette' FROM policies WHERE digest = %s",
            (digest,),
        )

    async def records(self) -> list[Kept]:
        rows = await self._all("SELECT subject, version, act, refused_by FROM acts ORDER BY number")
        return [Kept(subject=s, version=v, act=a, refused_by=r) for s, v, a, r in rows]

    async def letters(self) -> list[tuple[str, str]]:
        return await self._all("SELECT key, letter_id FROM outbox ORDER BY id")

    async def dossier(self, subject: str) -> Dossier | None:
        return await Dossiers(self.engine).dossier(SubjectId(subject))

    async def faults(self) -> list[str]:
        async with self.engine.connect() as connection:
            reports = await ActChains(connection).verify_all()
        return [fault.what for report in reports.values() for fault in report.faults]

    async def _all(self, query: str) -> list[Any]:
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            return await (await connection.execute(query)).fetchall()

    async def _do(self, statement: str, values: tuple[object, ...]) -> None:
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            await connection.execute(statement, values)


@pytest.fixture(params=["fake", pytest.param("postgres", marks=pytest.mark.database)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """With everybody in the register, the city's pack published and one candidate."""
    if request.param == "fake":
        made: Store = InMemory(FakeActWork())
        await _furnish(made)
        yield made
        return
    dsn = request.getfixturevalue("database")
    engine = make_engine(dsn, application="contract")
    made = OnPostgres(PostgresActWork(engine, topic_of=lambda _: "disposition"), engine, dsn)
    await _furnish(made)
    yield made
    await engine.dispose()


async def _furnish(store: Store) -> None:
    await store.know(the_people().values())
    await store.publish(a_city())
    await store.have(a_candidate())


def a_candidate(id_: str = CASE, **changes: Any) -> WorkFile:
    return replace(a_case(id_, state=CaseState.CANDIDATE, place=HERE, camera=None), **changes)


def a_command(
    act: Act = Act.OPEN,
    *,
    id_: str = "c-1",
    expected: int = 0,
    person: str = "yang",
    subject: str = CASE,
    **details: Any,
) -> Command:
    return Command(
        id=CommandId(id_),
        subject=SubjectId(subject),
        expected=expected,
        act=act,
        person=PersonId(person),
        at=this_moment(),
        details=some_details(details),
    )


async def give(store: Store, command: Command) -> Told:
    return await acts.act(
        command, work=store.work, shelf=FakeShelf(a_city()), salts=CountingSalts()
    )


async def test_a_shard_starts_at_line_0(store: Store) -> None:
    async with store.work.begin(SubjectId(CASE)) as transaction:
        head = transaction.head

    assert head == Head(next=0, chain=GENESIS, lines=0)


async def test_an_act_that_is_done_changes_its_case_and_is_recorded(store: Store) -> None:
    told = await give(store, a_command())

    dossier = await store.dossier(CASE)
    assert (told.is_done, told.is_repeat, told.address.topic_id) == (True, False, ACTS)
    assert dossier is not None
    assert dossier.case is not None
    assert (dossier.case.state, dossier.case.version, dossier.case.acts) == (CaseState.OPENED, 2, 1)
    assert [taken.act for taken in dossier.taken] == [Act.OPEN]
    assert [clock.kind for clock in dossier.clocks] == ["dispatch"]
    assert await store.records() == [Kept(subject=CASE, version=1, act="open", refused_by=None)]


async def test_the_dossier_is_found_again_exactly_as_the_act_left_it(store: Store) -> None:
    await give(store, a_command())
    lift = a_command(
        Act.LIFT, id_="c-2", expected=1, person="guo", danger="fire-lane", reason="站在消防通道 🚒"
    )

    told = await give(store, lift)

    dossier = await store.dossier(CASE)
    assert told.is_done, told.said
    assert dossier is not None
    assert dossier.taken[1].details == lift.details
    assert dossier.taken[1].at == lift.at
    assert dossier.case is not None
    assert dossier.case.site == Site(HERE.key or "", dossier.case.matter, Queue.ZERO_TOLERANCE)
    assert dossier.case.route is Route.ZERO_TOLERANCE
    async with store.work.begin(SubjectId(CASE)) as transaction:
        assert await transaction.dossier(SubjectId(CASE)) == dossier


async def test_the_same_command_again_gets_the_first_answer_and_changes_nothing(
    store: Store,
) -> None:
    command = a_command()
    first = await give(store, command)
    before = (await store.records(), await store.letters())

    again = await give(store, command)

    assert (again.said, again.address) == (first.said, first.address)
    assert again.is_repeat
    assert (await store.records(), await store.letters()) == before


async def test_a_refused_command_again_is_refused_as_the_first_time(store: Store) -> None:
    command = a_command(person="wu")
    first = await give(store, command)
    await store.know([replace(the_people()[PersonId("yang")], id=PersonId("wu"))])

    again = await give(store, command)

    assert not first.is_done
    assert (again.is_repeat, again.said) == (True, first.said)


async def test_another_command_under_the_same_id_is_refused(store: Store) -> None:
    await give(store, a_command())
    other = a_command(Act.LIFT, expected=1, person="guo", danger="fire-lane", reason="why")

    with pytest.raises(RefusedError, match="K01"):
        await give(store, other)

    assert len(await store.records()) == 1


async def test_a_command_id_stands_for_one_command_across_subjects(store: Store) -> None:
    await store.have(a_candidate(OTHER))
    await give(store, a_command())

    with pytest.raises(RefusedError, match="another command"):
        await give(store, a_command(subject=OTHER))


async def test_a_stale_version_is_refused_and_recorded(store: Store) -> None:
    await give(store, a_command())

    told = await give(store, a_command(Act.DISPATCH, id_="c-2", expected=0, person="lin"))

    assert not told.is_done
    assert [each.refused_by for each in await store.records()] == [None, "K04-stale-version"]


async def test_of_two_at_once_one_wins_and_the_other_is_stale(store: Store) -> None:
    commands = [a_command(id_=f"c-{n}", person=person) for n, person in enumerate(("yang", "ma"))]

    told = await asyncio.gather(*(give(store, command) for command in commands))

    assert sorted(each.is_done for each in told) == [False, True]
    refused = next(each for each in told if not each.is_done)
    assert refused.said["refusals"][0]["rule"] == "K04-stale-version"
    assert sorted(str(each.version) for each in await store.records()) == ["1", "None"]


async def test_one_command_sent_twice_at_once_is_done_once(store: Store) -> None:
    command = a_command()

    told = await asyncio.gather(*(give(store, command) for _ in range(4)))

    assert sorted(each.is_repeat for each in told) == [False, True, True, True]
    assert len(await store.records()) == 1


async def test_a_failure_before_the_commit_leaves_no_trace(store: Store) -> None:
    done: list[acts.SettledAct] = []

    async def fail_after_the_record() -> None:
        shelf, salts = FakeShelf(a_city()), CountingSalts()
        async with store.work.begin(SubjectId(CASE)) as transaction:

            class Spy:
                def begin(self, _: SubjectId) -> Any:
                    return _Open(transaction, done)

            await acts.act(a_command(), work=Spy(), shelf=shelf, salts=salts)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_the_record()

    dossier = await store.dossier(CASE)
    assert len(done) == 1
    assert dossier is not None
    assert (dossier.case, dossier.taken, dossier.clocks) == (a_candidate(), (), ())
    assert (await store.records(), await store.letters(), await store.faults()) == ([], [], [])


class _Open:
    """A transaction that is open already, and notes what is recorded in it."""

    def __init__(self, transaction: acts.ActTransaction, noted: list[acts.SettledAct]) -> None:
        self._transaction = transaction
        self._noted = noted

    async def __aenter__(self) -> acts.ActTransaction:
        record = self._transaction.record

        async def noting(settled: acts.SettledAct, *, head: Head) -> None:
            self._noted.append(settled)
            await record(settled, head=head)

        self._transaction.record = noting  # type: ignore[method-assign]
        return self._transaction

    async def __aexit__(self, *_: object) -> None:
        return None


async def test_a_refused_act_is_recorded_and_changes_nothing(store: Store) -> None:
    before = await store.dossier(CASE)

    told = await give(store, a_command(person="wu"))

    assert told.said["refusals"][0]["rule"] == "A1"
    assert await store.dossier(CASE) == before
    assert await store.letters() == []
    assert await store.records() == [Kept(subject=CASE, version=None, act="open", refused_by="A1")]


async def test_letters_leave_only_for_what_is_done_in_the_order_of_the_case(store: Store) -> None:
    await give(store, a_command(id_="refused", person="wu"))
    await give(store, a_command())
    await give(
        store,
        a_command(Act.LIFT, id_="c-2", expected=1, person="guo", danger="fire-lane", reason="why"),
    )

    paged = (CASE, f"{CASE}/danger/1/begun")
    assert await store.letters() == [(CASE, f"{CASE}/2"), (CASE, f"{CASE}/3"), paged]


async def test_the_chains_of_done_and_refused_acts_hold(store: Store) -> None:
    subjects = [f"C261120-{n:012d}" for n in range(12)]
    for subject in subjects:
        await store.have(a_candidate(subject, place=a_place(subject)))
    for n, subject in enumerate(subjects):
        await give(store, a_command(id_=f"{n}-refused", subject=subject, person="wu"))
        await give(store, a_command(id_=f"{n}-done", subject=subject))

    assert await store.faults() == []
    assert len(await store.records()) == 24


async def test_nobody_knows_a_subject_that_is_not_there(store: Store) -> None:
    told = await give(store, a_command(subject="C261120-ZZZZZZZZZZZZ"))

    assert told.said["refusals"][0]["rule"] == "K03-unknown-subject"
    assert await store.dossier("C261120-ZZZZZZZZZZZZ") is None


async def test_strangers_are_not_in_the_register(store: Store) -> None:
    async with store.work.begin(SubjectId(CASE)) as transaction:
        found = await transaction.people({PersonId("yang"), PersonId("nobody")})

    assert found == {PersonId("yang"): the_people()[PersonId("yang")]}


async def test_a_taken_site_is_one_where_another_open_case_stands(store: Store) -> None:
    site = Site("place:elsewhere", a_candidate().matter, Queue.SOFT)
    elsewhere = a_place("elsewhere")
    await store.have(a_candidate(OTHER, site=site, place=elsewhere))
    closed = replace(site, place_key="place:over")
    await store.have(
        a_candidate(
            "C261120-CCCCCCCCCCCC", site=closed, place=a_place("over"), state=CaseState.CLOSED
        )
    )

    async with store.work.begin(SubjectId(CASE)) as transaction:
        taken = await transaction.is_open(site, besides=SubjectId(CASE))
        own = await transaction.is_open(site, besides=SubjectId(OTHER))
        over = await transaction.is_open(closed, besides=SubjectId(CASE))

    assert (taken, own, over) == (True, False, False)


async def test_a_lifted_case_stands_beside_the_one_that_holds_its_site(store: Store) -> None:
    site = Site(HERE.key or "", a_candidate().matter, Queue.ZERO_TOLERANCE)
    danger = a_candidate(OTHER, site=site, route=Route.ZERO_TOLERANCE, queue=Queue.ZERO_TOLERANCE)
    await store.have(danger)

    told = await give(
        store, a_command(Act.LIFT, person="guo", danger="fire-lane", reason="on the fire lane")
    )

    dossier = await store.dossier(CASE)
    assert told.is_done, told.said
    assert dossier is not None
    assert dossier.case is not None
    assert (dossier.case.site, dossier.case.queue) == (None, Queue.ZERO_TOLERANCE)


async def test_an_opinion_incident_begins_with_the_act_that_detects_it(store: Store) -> None:
    known_at = this_moment() - timedelta(hours=1)
    detect = a_command(
        Act.DETECT_OPINION,
        subject="O261120-1",
        person="song",
        title="占道经营执法视频",
        first_known_at=known_at,
        links=["https://example.invalid/1"],
    )

    told = await give(store, detect)

    dossier = await store.dossier("O261120-1")
    assert told.is_done, told.said
    assert dossier is not None
    assert dossier.opinion == "detected"
    (clock,) = dossier.clocks
    assert clock.due_at == known_at + timedelta(hours=10)
    assert await store.letters() == []


async def test_an_incident_is_not_detected_twice(store: Store) -> None:
    detect = a_command(
        Act.DETECT_OPINION,
        subject="O261120-1",
        person="song",
        title="t",
        first_known_at=this_moment(),
        links=["l"],
    )
    await give(store, detect)

    told = await give(store, replace(detect, id=CommandId("c-2")))

    assert told.said["refusals"][0]["rule"] == "K03-unknown-subject"


async def test_a_pack_that_two_persons_published_stands(store: Store) -> None:
    async with store.work.begin(SubjectId(CASE)) as transaction:
        standing = await transaction.standing(a_city().digest)
        unknown = await transaction.standing(Sha256("0" * 64))

    assert standing.is_published
    assert (unknown.proposed_by, unknown.published_by) == (None, None)
