"""All that handlers need from the world."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from handlers.decisions.decision import Decision
from handlers.decisions.facts import Claim, Facts, Overload, Undecodable
from handlers.decisions.letters import Letter
from handlers.ledger import Line
from schemas.clock import Clock
from schemas.errors import OffsiteError
from schemas.events import Event
from schemas.ids import Address, EventId, Partition, Sha256
from schemas.lane import Lane
from schemas.workfile import Site, WorkFile


class Shard(Struct, frozen=True, kw_only=True):
    """A partition of a lane's topic, with the name that people know the topic by."""

    log: Partition
    topic: str
    lane: Lane


class Head(Struct, frozen=True, kw_only=True):
    """How far a shard is decided: the next offset, and the ledger's last hash and length."""

    next: int
    chain: Sha256
    lines: int


class Received(Struct, frozen=True, kw_only=True):
    """A message and what could be read of it. `input` is the digest of the bytes as received.

    `overload` as it was measured when the message was taken up, whatever batch it was in.
    """

    address: Address
    received_at: datetime
    input: Sha256
    content: Event | Undecodable
    overload: Overload | None = None


class Void(Struct, frozen=True, kw_only=True):
    """Offsets [first, end) that hold no message, and why."""

    first: int
    end: int
    reason: str


class Batch(Struct, frozen=True, kw_only=True):
    """What waits in one partition: messages in offset order, and known voids between them."""

    shard: Shard
    received: Sequence[Received]
    voids: Sequence[Void] = ()


class Settled(Struct, frozen=True, kw_only=True):
    """An address with its outcome and all that is kept about it."""

    facts: Facts
    facts_bytes: bytes
    decision: Decision
    decision_bytes: bytes
    policy: Sha256
    salt: bytes
    line: Line
    letters: Sequence[Letter]
    clocks: Sequence[Clock] = ()


class GapFoundError(OffsiteError):
    """Messages before this batch were never decided: read them again and come back."""

    def __init__(self, shard: Shard, *, first: int, end: int) -> None:
        self.shard = shard
        self.first = first
        self.end = end
        super().__init__(f"{shard.topic}/{shard.log.number}: {first} … {end - 1} not yet decided")


class Transaction(Protocol):
    """All that is recorded for one partition's batch: together, or not at all."""

    @property
    def head(self) -> Head:
        """Locked until the transaction ends."""

    async def claim(self, claims: Collection[Claim]) -> Mapping[EventId, Claim]:
        """Note who said each event id first, and answer who that was.

        At most one claim an event id. Waits for another transaction that claims the same id.
        """

    async def open_cases(self, sites: Collection[Site]) -> Mapping[Site, WorkFile]:
        """The cases open at these sites, locked until the transaction ends."""

    async def record(
        self, settled: Sequence[Settled], *, voids: Sequence[Void], head: Head
    ) -> None:
        """Write each address's only outcome with its effects, and move the head."""


class Work(Protocol):
    """The unit of work. Commits when the block ends well, else leaves no trace.

    Raises:
        TemporarilyUnavailableError: the store is away, or another transaction was in the way;
            try the same batch again.
    """

    def begin(self, shard: Shard) -> AbstractAsyncContextManager[Transaction]:
        """Lock the shard's head; a shard never met before starts at offset 0."""


class Salts(Protocol):
    """Makes secret bytes."""

    def __call__(self) -> bytes:
        """`ledger.SALT_BYTES` fresh random bytes."""
