"""Clocks in memory: the same promises as PostgreSQL, one claim of a clock at a time."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from handlers.clock_keeping import Round, RoundHead
from handlers.decisions.clock_records import Told
from handlers.ledger import GENESIS
from schemas.act import SubjectId
from schemas.clock import Clock
from schemas.disposition import Page
from schemas.errors import TemporarilyUnavailableError


@dataclass(slots=True)
class FakeClocks:
    """Everything that was committed lies open to the test, which says what time it is."""

    now: datetime
    kept: dict[str, Clock] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    beats: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    fail_at_commit: int = 0
    _claimed: set[str] = field(default_factory=set)
    _shards: set[int] = field(default_factory=set)

    def keep(self, clocks: Collection[Clock]) -> None:
        """What an act does with the clocks that it moves."""
        for clock in clocks:
            before = self.kept.get(clock.id)
            if before is not None and before.fired > clock.fired:
                raise TemporarilyUnavailableError("a clock has fired meanwhile: read it again")
        self.kept |= {clock.id: clock for clock in clocks}
        open_ = [(clock.subject, clock.kind) for clock in self.kept.values() if clock.is_open]
        if len(open_) != len(set(open_)):
            raise AssertionError("two open clocks of one kind on a subject")

    def of_subject(self, subject: SubjectId) -> tuple[Clock, ...]:
        found = [clock for clock in self.kept.values() if clock.subject == subject]
        return tuple(sorted(found, key=lambda clock: (clock.kind, clock.number)))

    @asynccontextmanager
    async def claim(self, *, at_most: int) -> AsyncIterator["FakeClaim | None"]:
        due = sorted(
            (clock.next_at, clock.id)
            for clock in self.kept.values()
            if clock.next_at is not None
            and clock.next_at <= self.now
            and clock.id not in self._claimed
        )[:at_most]
        mine = {id_ for _, id_ in due}
        shard = min(set(range(16)) - self._shards)
        self._claimed |= mine
        self._shards.add(shard)
        try:
            claim = FakeClaim(self, [self.kept[id_] for _, id_ in due], shard) if due else None
            yield claim
            if self.fail_at_commit > 0:
                self.fail_at_commit -= 1
                raise TemporarilyUnavailableError("the fake store is away")
            if claim is not None:
                claim.commit()
        finally:
            self._claimed -= mine
            self._shards.discard(shard)

    async def beat(self, name: str, said: str) -> None:
        self.beats[name] = (self.now, said)


class FakeClaim:
    """Keeps what it is told until the commit."""

    def __init__(self, store: FakeClocks, clocks: Sequence[Clock], shard: int) -> None:
        self._store = store
        self._clocks = clocks
        self._shard = shard
        self._recorded: list[Round] = []

    @property
    def now(self) -> datetime:
        return self._store.now

    @property
    def clocks(self) -> Sequence[Clock]:
        return self._clocks

    @property
    def head(self) -> RoundHead:
        lines = [r.line for r in self._store.rounds if r.line.address.partition == self._shard]
        last = lines[-1].hash if lines else GENESIS
        return RoundHead(shard=self._shard, lines=len(lines), chain=last)

    async def record(self, kept: Round) -> None:
        self._recorded.append(kept)

    def commit(self) -> None:
        store = self._store
        for kept in self._recorded:
            for each in kept.told:
                if each.id in store.told:
                    raise AssertionError(f"{each.id} told twice")
                store.told[each.id] = each
                store.kept[each.clock.id] = each.clock
            store.pages += kept.pages
            store.rounds.append(kept)
