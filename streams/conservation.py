"""Does the sum come out? expected − outcomes − waiting = 0, for each range of each log.

    baseline              head                cut = the broker's end
       ├── outcomes ────────┤── waiting ──────────┤
       expected = offsets in [baseline, cut) less recorded voids

Outcomes are counted as rows, never taken from the head, so that the sum can fail. A count of
offsets is blind to a broker that forgot; the doors' journals are not: an acknowledged entry that
lies beyond the end, or whose digest isn't the one decided at its address, is a loss.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from handlers.ports import Shard, Void
from schemas.ids import Address, Partition, Sha256
from streams.logs import LogRange

Told = Mapping[int, frozenset[Sha256]]
"""What doors acknowledged of one log, by offset. More than one digest at an address: a broker
without topic ids has forgotten, and gave the address out again."""

MEMORY_LOST: Final = "void: broker memory lost"


class Acknowledged(Protocol):
    """A journal's entry: what a door told its sender."""

    @property
    def address(self) -> Address: ...  # noqa: D102
    @property
    def digest(self) -> Sha256: ...  # noqa: D102


class Decided(Protocol):
    """What the store says about one log, all of one instant."""

    @property
    def shard(self) -> Shard: ...  # noqa: D102
    @property
    def next(self) -> int: ...  # noqa: D102

    async def count(self, *, first: int, end: int) -> int:
        """Distinct addresses with an outcome in [first, end)."""

    async def voids(self) -> Sequence[Void]:
        """Recorded stretches without a message."""

    async def digests(self, offsets: Sequence[int]) -> Mapping[int, Sha256]:
        """Digest of the input decided at each of these offsets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """An acknowledged message that isn't where its door was told it is."""

    address: Address
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One log's range [baseline, cut), added up."""

    shard: Shard
    baseline: int
    cut: int
    voided: int
    outcomes: int
    waiting: int
    accepted: int
    losses: Sequence[Loss]
    decided_to: int
    broker: LogRange | None

    @property
    def expected(self) -> int:
        """Offsets that must have an outcome sooner or later."""
        return self.cut - self.baseline - self.voided

    @property
    def difference(self) -> int:
        """Not zero: something has no outcome, or one too many."""
        return self.expected - self.outcomes - self.waiting

    @property
    def forgotten(self) -> int:
        """Offsets that were decided and that the broker doesn't have at its end any more."""
        return 0 if self.broker is None else max(0, self.decided_to - self.broker.end)

    @property
    def removed(self) -> int:
        """Offsets that the broker took away at its beginning before they were decided."""
        return 0 if self.broker is None else max(0, self.broker.start - self.decided_to)

    @property
    def condition(self) -> str | None:
        """What happened to the log at the broker, in words; nothing, as a rule."""
        if self.broker is None:
            return f"the broker has it no longer; decided to {self.decided_to}"
        if self.forgotten:
            return (
                f"the broker ends at {self.broker.end}, decided to {self.decided_to}: "
                f"it forgot {self.forgotten}"
            )
        if self.removed:
            return (
                f"the broker begins at {self.broker.start}, decided to {self.decided_to}: "
                f"it removed {self.removed} before they were decided"
            )
        return None

    @property
    def is_fine(self) -> bool:
        """Nothing missing, nothing lost, nothing forgotten or removed too early.

        A log that the broker has no longer is fine when all of it was decided, and no door was
        told of more: a topic that was made anew on purpose looks like that.
        """
        untouched = not self.forgotten and not self.removed
        return self.difference == 0 and not self.losses and untouched


def by_log(entries: Iterable[Acknowledged]) -> Mapping[Partition, Told]:
    """Sort journal entries by log and offset."""
    told: dict[Partition, dict[int, frozenset[Sha256]]] = defaultdict(dict)
    for entry in entries:
        offsets, offset = told[entry.address.log], entry.address.offset
        offsets[offset] = offsets.get(offset, frozenset()) | {entry.digest}
    return told


async def add_up(decided: Decided, found: LogRange | None, journal: Told) -> Sum:
    """Add up one log. `found` is absent for a log that the broker no longer has."""
    head = decided.next
    voids = list(await decided.voids())
    if found is None:
        cut = head  # nothing beyond it can ever be decided: the journal tells what that cost
    else:
        cut = found.end
        if found.start > head:
            voids.append(Void(first=head, end=found.start, reason="log start"))
    return Sum(
        shard=decided.shard,
        baseline=0,
        cut=cut,
        voided=_covered(voids, cut),
        outcomes=await decided.count(first=0, end=cut),
        waiting=max(0, cut - head) - _covered(voids, cut, start=head),
        accepted=sum(len(digests) for digests in journal.values()),
        losses=await losses_of(decided, found, journal),
        decided_to=head,
        broker=found,
    )


async def losses_of(decided: Decided, found: LogRange | None, journal: Told) -> Sequence[Loss]:
    """Every entry of a log's journal that isn't where its door was told it is."""
    known = await decided.digests(sorted(journal))
    log = decided.shard.log
    losses: list[Loss] = []
    entries = ((offset, said) for offset in sorted(journal) for said in sorted(journal[offset]))
    for offset, digest in entries:
        why = _why_lost(offset, digest, known.get(offset), decided.next, found)
        if why is not None:
            losses.append(Loss(address=Address(log.topic_id, log.number, offset), why=why))
    return losses


def _why_lost(  # noqa: PLR0917 - five plain facts about one offset
    offset: int, said: Sha256, decided: Sha256 | None, head: int, found: LogRange | None
) -> str | None:
    if decided is not None:
        return None if decided == said else "another message lies at its address"
    if found is None:
        return MEMORY_LOST
    if offset >= found.end:
        return "acknowledged, but beyond the broker's end"
    if offset < found.start:
        return "removed by the broker before it was decided"
    return "passed over: below the head without an outcome" if offset < head else None


def _covered(voids: Sequence[Void], cut: int, start: int = 0) -> int:
    """How many offsets of [start, cut) lie in a void; voids may overlap."""
    covered, at = 0, start
    for void in sorted(voids, key=lambda v: v.first):
        first, end = max(void.first, at), min(void.end, cut)
        if end > first:
            covered += end - first
            at = end
    return covered
