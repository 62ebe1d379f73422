"""What a person does: a command, judged on all that is known, and recorded in one transaction.

API, CLI and every other caller come here, and nobody writes an act but through here.
"""

import hashlib
from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import orjson

from handlers.decisions import effects
from handlers.decisions.act_facts import ActFacts
from handlers.decisions.act_letters import letters_of_act
from handlers.decisions.act_records import act_facts_bytes, answer_bytes, command_bytes
from handlers.decisions.answer import Answer, Done
from handlers.decisions.dossier import Dossier
from handlers.decisions.gates.gate import Prior, Standing
from handlers.decisions.judging import Packs, judge
from handlers.decisions.letters import Letter
from handlers.ledger import Line, Sealed, chain, seal
from handlers.ports import Head, Salts
from schemas.act import Act, Command, CommandId, SubjectId
from schemas.errors import RefusedError
from schemas.ids import Address, CaseId, Sha256
from schemas.person import Person, PersonId
from schemas.workfile import Site, WorkFile

ACTS: Final = "acts"
"""The log of people's acts stands in the database; its addresses look like any other's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAnswer:
    """What a command id was answered before, and the digest of what it said then."""

    address: Address
    input: Sha256
    answer: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledAct:
    """A command with its answer and all that is kept about it."""

    facts: ActFacts
    facts_bytes: bytes
    answer: Answer
    answer_bytes: bytes
    input: Sha256
    policy: Sha256
    salt: bytes
    line: Line
    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer as it is told, the first time and every time after. `said` is JSON."""

    address: Address
    is_repeat: bool
    said: Mapping[str, Any]

    @property
    def is_done(self) -> bool:
        """Else refused: `said["refusals"]` holds what is missing."""
        return bool(self.said["answer"] == "done")


class ActTransaction(Protocol):
    """All that is known and recorded for one command: together, or not at all."""

    @property
    def head(self) -> Head:
        """Of the shard of acts; locked until the transaction ends."""

    @property
    def shard(self) -> int:
        """Which shard of acts the subject lies in."""

    @property
    def now(self) -> datetime:
        """The database's clock, in whole milliseconds."""

    async def answered(self, command: CommandId) -> KnownAnswer | None:
        """Absent for a command that is new."""

    async def dossier(self, subject: SubjectId) -> Dossier | None:
        """The subject, locked; absent where nobody knows it."""

    async def people(self, ids: Collection[PersonId]) -> Mapping[PersonId, Person]:
        """Those of them that the register knows."""

    async def prior(self, dossier: Dossier, party: str) -> tuple[Prior, ...]:
        """What other cases have on record about a party and this matter, oldest first."""

    async def case(self, case_id: CaseId) -> WorkFile | None:
        """Another case, not locked."""

    async def is_open(self, site: Site, *, besides: SubjectId) -> bool:
        """Whether another open case stands at a site."""

    async def standing(self, digest: Sha256) -> Standing:
        """Who proposed and who published a pack."""

    async def named(self, name: str, version: str) -> Sha256 | None:
        """The pack that was proposed first under a name and version."""

    async def record(self, settled: SettledAct, *, head: Head) -> None:
        """Write the answer; where it was done, the subject, its clocks and its letters too."""


class ActWork(Protocol):
    """The unit of work. Commits when the block ends well, else leaves no trace.

    Raises:
        TemporarilyUnavailableError: the store is away; send the same command again.
    """

    def begin(self, subject: SubjectId) -> AbstractAsyncContextManager[ActTransaction]:
        """Lock the shard of acts that the subject lies in."""


class Shelf(Protocol):
    """The packs of a deployment."""

    async def packs(self, opened_under: Sha256 | None) -> Packs:
        """The pack in force now, and that one, where it was kept."""


async def act(command: Command, *, work: ActWork, shelf: Shelf, salts: Salts) -> Told:
    """Judge a command and record the answer, whether done or refused. May be repeated.

    Raises:
        RefusedError: the command id was used before for another command.
        UnknownYearError: a clock would run into a year that the pack's calendar doesn't know.
        TemporarilyUnavailableError: send the same command again.
    """
    said = command_bytes(command)
    digest = Sha256(hashlib.sha256(said).hexdigest())
    async with work.begin(command.subject) as transaction:
        known = await transaction.answered(command.id)
        if known is not None:
            return _again(known, digest, command)
        dossier = await transaction.dossier(command.subject)
        packs = await shelf.packs(None if dossier is None else dossier.opened_under)
        facts = await facts_for(command, dossier, packs, transaction)
        answer = judge(facts, packs)
        settled = _settled(
            facts, answer, packs=packs, head=transaction.head, digest=digest, salt=salts()
        )
        head = Head(
            next=transaction.head.next + 1,
            chain=settled.line.hash,
            lines=transaction.head.lines + 1,
        )
        await transaction.record(settled, head=head)
    return Told(address=facts.address, is_repeat=False, said=orjson.loads(settled.answer_bytes))


def _again(known: KnownAnswer, digest: Sha256, command: Command) -> Told:
    if known.input != digest:
        raise RefusedError(
            f"K01-command-id: expected a new command id, got {command.id}, "
            f"which stood for another command at {known.address}"
        )
    return Told(address=known.address, is_repeat=True, said=orjson.loads(known.answer))


async def facts_for(
    command: Command, dossier: Dossier | None, packs: Packs, transaction: ActTransaction
) -> ActFacts:
    """All that a command is judged by, as it is known in the transaction."""
    details = command.details
    case = None if dossier is None else dossier.case
    site = effects.wanted_site(command, case)
    other = details.text("into") or details.text("case")
    party = effects.party_of(command, dossier)
    return ActFacts(
        address=Address(ACTS, transaction.shard, transaction.head.next),
        now=transaction.now,
        command=command,
        standing=await transaction.standing(packs.now.digest),
        dossier=dossier,
        people=await transaction.people(_people(command, dossier)),
        prior=await transaction.prior(dossier, party) if dossier and party else (),
        then=None if packs.then is None else packs.then.digest,
        other=await transaction.case(CaseId(other)) if other else None,
        is_site_taken=site is not None and await transaction.is_open(site, besides=command.subject),
        version_digest=await _named_before(command, dossier, transaction),
    )


async def _named_before(
    command: Command, dossier: Dossier | None, transaction: ActTransaction
) -> Sha256 | None:
    """The pack that already goes by the proposed name and version, also when it is published."""
    proposed = None if dossier is None else dossier.last(Act.PROPOSE_PACK)
    said = command.details if proposed is None else proposed.details
    name, version = said.text("name"), said.text("version")
    return await transaction.named(name, version) if name and version else None


def _people(command: Command, dossier: Dossier | None) -> frozenset[PersonId]:
    """Everybody who acts, is named, or acted before."""
    said = {PersonId(text) for text in command.details.fields.values() if isinstance(text, str)}
    before = set() if dossier is None else {p for taken in dossier.taken for p in taken.people}
    return frozenset({command.person} | said | before)


def _settled(
    facts: ActFacts, answer: Answer, *, packs: Packs, head: Head, digest: Sha256, salt: bytes
) -> SettledAct:
    laid_down, answered = act_facts_bytes(facts), answer_bytes(facts, answer)
    version = facts.command.expected + isinstance(answer, Done)
    sealed = Sealed(
        input=seal(digest.encode(), label="input", salt=salt),
        facts=seal(laid_down, label="facts", salt=salt),
        policy=seal(packs.now.digest.encode(), label="policy", salt=salt),
        decision=seal(answered, label="decision", salt=salt),
        case=seal(f"{facts.command.subject}/{version}".encode(), label="case", salt=salt),
    )
    return SettledAct(
        facts=facts,
        facts_bytes=laid_down,
        answer=answer,
        answer_bytes=answered,
        input=digest,
        policy=packs.now.digest,
        salt=salt,
        line=chain(head.chain, number=head.lines, address=facts.address, sealed=sealed),
        letters=letters_of_act(answer, packs.now) if isinstance(answer, Done) else (),
    )
