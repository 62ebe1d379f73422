"""The unit of work in memory: the same promises as PostgreSQL, one transaction at a time."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from handlers.decisions.decision import Outcome
from handlers.decisions.facts import CameraSignal, Claim
from handlers.decisions.letters import Letter
from handlers.ledger import GENESIS
from handlers.ports import Head, Settled, Shard, Void
from schemas.clock import Clock
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Address, CaseId, EventId, Partition
from schemas.workfile import ENDED, Site, WorkFile

Moment = Literal["begin", "record", "commit"]


@dataclass(slots=True, kw_only=True)
class Failure:
    """Raised at a moment, as often as `times` says."""

    error: Exception
    times: int
    at: Moment


@dataclass(slots=True)
class FakeWork:
    """Everything that was committed lies open to the test."""

    settled: dict[Address, Settled] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    signals: list[CameraSignal] = field(default_factory=list)
    cases: dict[CaseId, WorkFile] = field(default_factory=dict)
    claims: dict[EventId, Claim] = field(default_factory=dict)
    heads: dict[Partition, Head] = field(default_factory=dict)
    voids: dict[Partition, list[Void]] = field(default_factory=dict)
    _failures: list[Failure] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def fail_next(
        self, error: Exception | None = None, *, times: int = 1, at: Moment = "begin"
    ) -> None:
        """Make the next transactions fail. A failed commit leaves no trace."""
        error = error or TemporarilyUnavailableError("the fake store is away")
        self._failures.append(Failure(error=error, times=times, at=at))

    @asynccontextmanager
    async def begin(self, shard: Shard) -> AsyncIterator["FakeTransaction"]:
        async with self._turn:
            self.may_fail("begin")
            transaction = FakeTransaction(self, shard)
            yield transaction
            self.may_fail("commit")
            transaction.commit()

    def may_fail(self, at: Moment) -> None:
        for failure in self._failures:
            if failure.at == at and failure.times > 0:
                failure.times -= 1
                raise failure.error


class FakeTransaction:
    """Keeps what it is told until the commit."""

    def __init__(self, work: FakeWork, shard: Shard) -> None:
        self._work = work
        self._shard = shard
        self._claims: dict[EventId, Claim] = {}
        self._settled: list[Settled] = []
        self._voids: list[Void] = []
        self._head = work.heads.get(shard.log, Head(next=0, chain=GENESIS, lines=0))
        self._moved = self._head

    @property
    def head(self) -> Head:
        return self._head

    async def claim(self, claims: Collection[Claim]) -> Mapping[EventId, Claim]:
        for claim in claims:
            if claim.event_id not in self._work.claims:
                self._claims[claim.event_id] = claim
        known = {**self._claims, **self._work.claims}
        return {claim.event_id: known[claim.event_id] for claim in claims}

    async def open_cases(self, sites: Collection[Site]) -> Mapping[Site, WorkFile]:
        cases = self._work.cases.values()
        return {
            case.site: case
            for case in cases
            if case.site is not None and case.site in sites and case.state not in ENDED
        }

    async def record(
        self, settled: Sequence[Settled], *, voids: Sequence[Void], head: Head
    ) -> None:
        self._work.may_fail("record")
        self._settled.extend(settled)
        self._voids.extend(voids)
        self._moved = head

    def commit(self) -> None:
        work = self._work
        for settled in self._settled:
            address = settled.facts.address
            if address in work.settled:
                raise AssertionError(f"a second outcome at {address}")
            work.settled[address] = settled
            work.letters.extend(settled.letters)
            work.clocks.extend(settled.clocks)
            content = settled.facts.content
            is_recorded = settled.decision.outcome is Outcome.SIGNAL_RECORDED
            if is_recorded and isinstance(content, CameraSignal) and content.from_at is not None:
                work.signals.append(content)
            if settled.decision.case is not None:
                work.cases[settled.decision.case.id] = settled.decision.case
        work.claims.update(self._claims)
        work.voids.setdefault(self._shard.log, []).extend(self._voids)
        work.heads[self._shard.log] = self._moved
