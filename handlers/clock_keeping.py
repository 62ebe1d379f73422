"""One round of the keeper: clocks whose instant has come are fired, told and recorded, together.

    claim ─► fire ─► seal ─► record: clocks, firings, pages, one line of the ledger ─► commit

Several keepers may run at once: a clock that one has claimed is passed over by the others. One
that is killed before the commit has told nothing, and the next round finds the same clocks.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from handlers.decisions.clock_records import Told, round_decision, round_facts, told_by
from handlers.decisions.clocks import in_milliseconds
from handlers.ledger import Line, Sealed, chain, seal
from handlers.ports import Salts
from schemas.clock import Clock, ClockKind
from schemas.disposition import Page
from schemas.ids import Address, Sha256
from schemas.words import Words

CLOCKS: Final = "clocks"
"""The log of firings stands in the database; its addresses look like any other's."""
AT_MOST: Final = 5_000
"""So many clocks a round: enough for a line to cost nothing, few enough to be told soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundHead:
    """How far a keeper's shard of the ledger is: its last hash and its length."""

    shard: int
    lines: int
    chain: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """All that is kept of a round."""

    now: datetime
    told: Sequence[Told]
    pages: Sequence[Page]
    facts_bytes: bytes
    decision_bytes: bytes
    salt: bytes
    line: Line


class ClaimedClocks(Protocol):
    """Clocks whose instant has come, locked until the transaction ends."""

    @property
    def now(self) -> datetime:
        """The store's clock, by which they are due: keepers on several machines agree."""

    @property
    def clocks(self) -> Sequence[Clock]:
        """The most overdue first."""

    @property
    def head(self) -> RoundHead:
        """Of a shard that no other keeper writes to now."""

    async def record(self, kept: Round) -> None:
        """Write the clocks as they stand, their firings and pages, and the line."""


class DueClocks(Protocol):
    """The unit of work. Commits when the block ends well, else leaves no trace.

    Raises:
        TemporarilyUnavailableError: the store is away; try again.
    """

    def claim(self, *, at_most: int) -> AbstractAsyncContextManager[ClaimedClocks | None]:
        """Lock clocks that are due and that nobody else has claimed; absent where none is."""

    async def beat(self, name: str, said: str) -> None:
        """Say that a keeper is alive, and which."""


async def keep_round(
    *,
    clocks: DueClocks,
    titles: Mapping[ClockKind, Words],
    salts: Salts,
    at_most: int = AT_MOST,
) -> int:
    """Fire what is due, and answer how many firings were told. Zero: nothing is due now.

    May be repeated, and by several at once: each firing is told once.

    Raises:
        TemporarilyUnavailableError: nothing was told; try again.
    """
    async with clocks.claim(at_most=at_most) as claimed:
        if claimed is None:
            return 0
        kept = _round(claimed, titles, salts())
        if kept.told:
            await claimed.record(kept)
    return len(kept.told)


def _round(claimed: ClaimedClocks, titles: Mapping[ClockKind, Words], salt: bytes) -> Round:
    now = in_milliseconds(claimed.now)
    told = told_by(claimed.clocks, now)
    facts, decision = round_facts(claimed.clocks, now), round_decision(told)
    return Round(
        now=now,
        told=told,
        pages=[_page(each, titles) for each in told],
        facts_bytes=facts,
        decision_bytes=decision,
        salt=salt,
        line=_line(claimed.head, facts, decision, salt),
    )


def _line(head: RoundHead, facts: bytes, decision: bytes, salt: bytes) -> Line:
    """Nothing came in but time, and a clock's plan was laid down as it started: no policy."""
    sealed = Sealed(
        input=seal(b"", label="input", salt=salt),
        facts=seal(facts, label="facts", salt=salt),
        policy=seal(b"", label="policy", salt=salt),
        decision=seal(decision, label="decision", salt=salt),
        case=None,
    )
    address = Address(CLOCKS, head.shard, head.lines)
    return chain(head.chain, number=head.lines, address=address, sealed=sealed)


def _page(told: Told, titles: Mapping[ClockKind, Words]) -> Page:
    clock, firing = told.clock, told.firing
    # The pack in force may have dropped the deadline under which the clock was started.
    title = titles.get(clock.kind) or Words(clock.kind.value, clock.kind.value)
    return Page(
        id=told.id,
        subject=clock.subject,
        clock=clock.kind,
        firing=firing.kind,
        role=firing.role,
        due_at=clock.due_at,
        at=firing.at,
        title_zh=title.zh,
        title_en=title.en,
    )
