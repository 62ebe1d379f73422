"""Carries the outbox to Kafka: at least once, and in order for each case.

    unsent rows ─► waves: at most one row a case in flight ─► acknowledged ─► marked as sent
                      │
                      └ a row that fails holds the later rows of its case

One relay a shard of the outbox, by lease. A relay that was stopped and wakes up may send a row
twice, never out of sight: the letter's id is the consumer's dedupe key.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog

from schemas.errors import TemporarilyUnavailableError
from streams.counting import UNCOUNTED_LETTERS, RelayCounts
from streams.pausing import pause

_POLL_S: Final = 0.025
_HOLD_S: Final = 1.0
_LEASE_EVERY_S: Final = 3.0
_LONGEST_WAIT_S: Final = 5.0


class Waiting(Protocol):
    """A row of the outbox. `key` is the case, or the address of a dead letter."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def topic(self) -> str: ...  # noqa: D102
    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> bytes: ...  # noqa: D102
    @property
    def letter_id(self) -> str: ...  # noqa: D102
    @property
    def created_at(self) -> datetime: ...  # noqa: D102
    @property
    def trace(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a row lies in Kafka now."""

    id: int
    partition: int
    offset: int


class Outbox(Protocol):
    """What the relay needs from the store."""

    async def lease(self) -> frozenset[int]:
        """Take free shards and renew ours; what isn't in the answer isn't ours any more."""

    async def unsent(
        self, shards: Collection[int], *, held: Collection[str] = ()
    ) -> Sequence[Waiting]:
        """Some rows that were never acknowledged, oldest first, but none of the keys in `held`."""

    async def mark_sent(self, sent: Sequence[Posted]) -> None:
        """May be repeated."""

    async def release(self) -> None:
        """Give the shards back at once."""


class Post(Protocol):
    """Publishes one row."""

    async def __call__(self, waiting: Waiting) -> Posted:
        """Return when Kafka acknowledged it.

        Raises:
            TemporarilyUnavailableError: it did not.
        """


class Lease:
    """The shards that are ours. Mutable; relays of one process share it.

    Were each to ask by itself, the one that asks second would find the rows locked by the first,
    get none, and carry nothing until it asks again.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox: Final = outbox
        self._turn = asyncio.Lock()
        self._due_at = 0.0
        self.shards: frozenset[int] = frozenset()

    async def renewed(self, now: float) -> frozenset[int]:
        """What is ours now, asked for every few seconds."""
        async with self._turn:
            if now >= self._due_at:
                self.shards = await self._outbox.lease()
                self._due_at = now + _LEASE_EVERY_S
            return self.shards

    async def release(self) -> None:
        """Give all back at once; nothing is ours any more."""
        async with self._turn:
            self.shards, self._due_at = frozenset(), float("inf")
            await self._outbox.release()


class Relay:
    """The loop. Mutable: it remembers its lease and whom it holds back."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        post: Post,
        lease: Lease | None = None,
        counts: RelayCounts = UNCOUNTED_LETTERS,
    ) -> None:
        self._outbox = outbox
        self._lease = lease or Lease(outbox)
        self._post = post
        self._counts = counts
        self._held_until: dict[str, float] = {}
        self._carried = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Carry until told to stop; neighbours that are away are waited for."""
        wait = _POLL_S
        while not stop.is_set():
            try:
                carried = await self.carry_once()
                wait = _POLL_S
            except TemporarilyUnavailableError as error:
                self._counts.away()
                structlog.get_logger().warning("outbox_away", error=str(error), wait_s=wait)
                carried, wait = 0, min(_LONGEST_WAIT_S, 2 * wait)
            if carried == 0:
                await pause(stop, wait)
        await self._lease.release()

    @property
    def carried(self) -> int:
        """Rows that were acknowledged and marked since the start."""
        return self._carried

    @property
    def held(self) -> int:
        """Cases whose letters wait because an earlier one of theirs failed a moment ago."""
        return len(self._held_until)

    @property
    def shards(self) -> int:
        """Of the outbox that are ours now."""
        return len(self._lease.shards)

    async def carry_once(self) -> int:
        """Carry what waits now; answer how many rows were acknowledged and marked."""
        now = asyncio.get_running_loop().time()
        shards = await self._lease.renewed(now)
        if not shards:
            return 0
        self._held_until = {key: until for key, until in self._held_until.items() if until > now}
        rows = await self._outbox.unsent(shards, held=list(self._held_until))
        posted: list[Posted] = []
        for wave in waves(rows):
            posted += await self._carry_wave(wave, now)
        if posted:
            await self._outbox.mark_sent(posted)
            self._carried += len(posted)
        return len(posted)

    async def _carry_wave(self, wave: Sequence[Waiting], now: float) -> list[Posted]:
        free = [row for row in wave if row.key not in self._held_until]
        answers = await asyncio.gather(*(self._post(row) for row in free), return_exceptions=True)
        posted: list[Posted] = []
        for row, answer in zip(free, answers, strict=True):
            if isinstance(answer, TemporarilyUnavailableError):
                self._held_until[row.key] = now + _HOLD_S
                self._counts.held(row.topic)
                structlog.get_logger().warning(
                    "letter_held", letter=row.letter_id, topic=row.topic, error=str(answer)
                )
            elif isinstance(answer, BaseException):
                raise answer
            else:
                posted.append(answer)
                self._counts.carried(row.topic, written_at=row.created_at, now=datetime.now(UTC))
        return posted


class Relays:
    """Two side by side: what is urgent never waits for a round of what can wait.

    A case that turns urgent may have its next letter told before an earlier soft one: they go to
    different queues, and each says its version.
    """

    def __init__(self, urgent: Relay, others: Relay) -> None:
        self._urgent: Final = urgent
        self._others: Final = others

    async def run(self, stop: asyncio.Event) -> None:
        """Carry until told to stop. A fault of one is a fault of both."""
        await asyncio.gather(self._urgent.run(stop), self._others.run(stop))

    async def carry_once(self) -> int:
        """One round of each."""
        return await self._urgent.carry_once() + await self._others.carry_once()

    @property
    def carried(self) -> int:
        """Rows that were acknowledged and marked since the start."""
        return self._urgent.carried + self._others.carried

    @property
    def held(self) -> int:
        """Cases whose letters wait because an earlier one failed a moment ago."""
        return self._urgent.held + self._others.held

    @property
    def shards(self) -> int:
        """Of the outbox that are ours now."""
        return self._others.shards


def waves(rows: Sequence[Waiting]) -> list[list[Waiting]]:
    """Cut rows so that each wave has at most one of a case, in order.

    a1 b1 a2 a3 c1  ─►  [a1 b1 c1] [a2] [a3]
    """
    cut: list[list[Waiting]] = []
    depth: dict[str, int] = {}
    for row in rows:
        level = depth.get(row.key, 0)
        depth[row.key] = level + 1
        if level == len(cut):
            cut.append([])
        cut[level].append(row)
    return cut
