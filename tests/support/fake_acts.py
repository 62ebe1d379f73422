"""The unit of work of people's acts in memory: the same promises, one transaction at a time."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from handlers.acts import KnownAnswer, SettledAct
from handlers.decisions.answer import Done
from handlers.decisions.dossier import Dossier
from handlers.decisions.effects import party_of
from handlers.decisions.gates.gate import Prior, Standing
from handlers.decisions.judging import Packs
from handlers.decisions.letters import Letter
from handlers.decisions.policy import Policy
from handlers.ledger import GENESIS
from handlers.ports import Head
from infra.store.act_tables import ACT_SHARDS
from infra.store.left_behind import FOUND
from schemas.act import NOTHING_SAID, Act, Command, CommandId, SubjectId
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import CaseId, Sha256
from schemas.penalty import Ground, PenaltyState
from schemas.person import Person, PersonId
from schemas.workfile import ENDED, Site, WorkFile

Moment = Literal["begin", "record", "commit"]


def this_moment() -> datetime:
    """In whole milliseconds, as the database says it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(slots=True)
class FakeActWork:
    """Everything that was committed lies open to the test. `now` is the database's clock."""

    dossiers: dict[SubjectId, Dossier] = field(default_factory=dict)
    register: dict[PersonId, Person] = field(default_factory=dict)
    standings: dict[Sha256, Standing] = field(default_factory=dict)
    names: dict[tuple[str, str], Sha256] = field(default_factory=dict)
    settled: list[SettledAct] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    heads: dict[int, Head] = field(default_factory=dict)
    now: Callable[[], datetime] = this_moment
    _failures: list[tuple[Moment, Exception]] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def know(self, people: Iterable[Person]) -> None:
        self.register |= {person.id: person for person in people}

    def have(self, *dossiers: Dossier) -> None:
        self.dossiers |= {dossier.id: dossier for dossier in dossiers}

    def fail_next(self, error: Exception | None = None, *, at: Moment = "begin") -> None:
        """Make the next transaction fail. A failed commit leaves no trace."""
        error = error or TemporarilyUnavailableError("the fake store is away")
        self._failures.append((at, error))

    @asynccontextmanager
    async def begin(self, subject: SubjectId) -> AsyncIterator["FakeActTransaction"]:
        async with self._turn:
            self.may_fail("begin")
            transaction = FakeActTransaction(self, zlib.crc32(subject.encode()) % ACT_SHARDS)
            yield transaction
            self.may_fail("commit")
            transaction.commit()

    def may_fail(self, at: Moment) -> None:
        for failure in self._failures:
            if failure[0] == at:
                self._failures.remove(failure)
                raise failure[1]


class FakeActTransaction:
    """Keeps what it is told until the commit."""

    def __init__(self, work: FakeActWork, shard: int) -> None:
        self._work = work
        self._shard = shard
        self._head = work.heads.get(shard, Head(next=0, chain=GENESIS, lines=0))
        self._now = work.now()
        self._recorded: list[tuple[SettledAct, Head]] = []

    @property
    def head(self) -> Head:
        return self._head

    @property
    def shard(self) -> int:
        return self._shard

    @property
    def now(self) -> datetime:
        return self._now

    async def answered(self, command: CommandId) -> KnownAnswer | None:
        for each in self._work.settled:
            if each.facts.command.id == command:
                return KnownAnswer(
                    address=each.facts.address, input=each.input, answer=each.answer_bytes
                )
        return None

    async def dossier(self, subject: SubjectId) -> Dossier | None:
        return self._work.dossiers.get(subject)

    async def people(self, ids: Collection[PersonId]) -> Mapping[PersonId, Person]:
        return {id_: self._work.register[id_] for id_ in ids if id_ in self._work.register}

    async def prior(self, dossier: Dossier, party: str) -> tuple[Prior, ...]:
        matter = None if dossier.case is None else dossier.case.matter
        found = [
            _prior_of(each)
            for each in self._work.dossiers.values()
            if each.id != dossier.id and _party(each) == party and _ended(each) in FOUND
            if each.case is not None and each.case.matter == matter
        ]
        return tuple(sorted(found, key=lambda prior: (prior.at, prior.case)))

    async def case(self, case_id: CaseId) -> WorkFile | None:
        dossier = self._work.dossiers.get(SubjectId(case_id))
        return None if dossier is None else dossier.case

    async def is_open(self, site: Site, *, besides: SubjectId) -> bool:
        return any(
            each.case is not None
            and each.id != besides
            and each.case.site == site
            and each.case.state not in ENDED
            for each in self._work.dossiers.values()
        )

    async def standing(self, digest: Sha256) -> Standing:
        return self._work.standings.get(digest, Standing(digest=digest))

    async def named(self, name: str, version: str) -> Sha256 | None:
        return self._work.names.get((name, version))

    async def record(self, settled: SettledAct, *, head: Head) -> None:
        self._work.may_fail("record")
        self._recorded.append((settled, head))

    def commit(self) -> None:
        for settled, head in self._recorded:
            self._work.settled.append(settled)
            self._work.heads[self._shard] = head
            self._work.letters.extend(settled.letters)
            if isinstance(settled.answer, Done):
                self._leave_behind(settled, settled.answer)

    def _leave_behind(self, settled: SettledAct, done: Done) -> None:
        work, taken = self._work, done.taken
        work.dossiers[done.dossier.id] = done.dossier
        digest = Sha256(done.dossier.id.removeprefix("pack:"))
        if taken.act is Act.PROPOSE_PACK:
            name = (taken.details.text("name"), taken.details.text("version"))
            work.names.setdefault(name, digest)
            work.standings[digest] = Standing(digest=digest, proposed_by=taken.person)
        if taken.act is Act.PUBLISH_PACK:
            work.standings[digest] = replace(work.standings[digest], published_by=taken.person)


@dataclass(frozen=True, slots=True)
class FakeShelf:
    """One pack in force, and others that were kept."""

    now: Policy
    kept: tuple[Policy, ...] = ()

    async def packs(self, opened_under: Sha256 | None) -> Packs:
        known = {policy.digest: policy for policy in (self.now, *self.kept)}
        return Packs(now=self.now, then=None if opened_under is None else known.get(opened_under))


def _party(dossier: Dossier) -> str:
    asked = Command(
        id=CommandId("any"),
        subject=dossier.id,
        expected=0,
        act=Act.VIEW,
        person=PersonId("anybody"),
        at=datetime(2026, 1, 1, tzinfo=UTC),
        details=NOTHING_SAID,
    )
    return party_of(asked, dossier)


def _ended(dossier: Dossier) -> PenaltyState:
    if dossier.penalty is PenaltyState.STAYED and dossier.stayed_from is not None:
        return dossier.stayed_from
    return dossier.penalty


def _prior_of(dossier: Dossier) -> Prior:
    """Found when the case was excused or decided, whatever was done afterwards."""
    finding = dossier.last(Act.EXCUSE, Act.DECIDE, Act.DECIDE_ON_SPOT)
    excuse = dossier.last(Act.EXCUSE)
    assert finding is not None
    assert dossier.case is not None
    assert dossier.case.matter is not None
    is_excused = excuse is not None and _ended(dossier) is PenaltyState.NO_PENALTY
    return Prior(
        case=dossier.id,
        matter=dossier.case.matter,
        at=finding.at,
        ended=_ended(dossier),
        ground=Ground(excuse.details.text("ground")) if excuse and is_excused else None,
    )
