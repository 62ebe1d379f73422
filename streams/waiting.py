"""What a worker has read and not yet settled, by partition.

    put ─► a queue a partition ─► batch: of the partition that waits longest, into one hand

A partition is in one hand at a time, so its order holds. Several hands hold several partitions:
one batch is decided while another is written, and one that is held up doesn't hold up the next
as long as there is room.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final, Generic, TypeVar

E = TypeVar("E")
T = TypeVar("T")


class Waiting(Generic[E]):
    """Mutable: what is read comes and goes. For one event loop."""

    def __init__(self, *, partition_of: Callable[[E], int], at_most: int) -> None:
        self._partition_of: Final = partition_of
        self._at_most: Final = at_most
        self._queues: dict[int, list[E]] = {}  # in the order in which they began to wait
        self._in_hand: set[int] = set()
        self._is_closed = False
        self._changed: Final = asyncio.Event()

    def __len__(self) -> int:
        """How many wait and are in no hand."""
        return sum(map(len, self._queues.values()))

    async def put(self, read: Sequence[E]) -> None:
        """Add what was read, in order, as soon as there is room for any of it."""
        await self._until(lambda: len(self) < self._at_most)
        for each in read:
            self._queues.setdefault(self._partition_of(each), []).append(each)
        self._changed.set()

    @asynccontextmanager
    async def batch(self, at_most: int) -> AsyncIterator[tuple[int, Sequence[E]]]:
        """A partition with what waits of it, in hand until the block ends."""
        partition = await self._found(self._next)
        queue = self._queues.pop(partition)
        if left := queue[at_most:]:
            self._queues[partition] = left  # behind all others
        with self._hand(partition):
            yield partition, queue[:at_most]

    @asynccontextmanager
    async def held(self, partition: int) -> AsyncIterator[None]:
        """A partition in hand for another reason than what waits of it."""
        await self._until(lambda: not self._is_closed and partition not in self._in_hand)
        with self._hand(partition):
            yield

    async def close(self) -> None:
        """Give out no more, and wait until all hands are empty."""
        self._is_closed = True
        await self._until(lambda: not self._in_hand)

    def _next(self) -> int | None:
        if self._is_closed:
            return None
        return next((each for each in self._queues if each not in self._in_hand), None)

    @contextmanager
    def _hand(self, partition: int) -> Iterator[None]:
        self._in_hand.add(partition)
        self._changed.set()  # there is room
        try:
            yield
        finally:
            self._in_hand.discard(partition)
            self._changed.set()

    async def _until(self, is_so: Callable[[], bool]) -> None:
        await self._found(lambda: is_so() or None)

    async def _found(self, look: Callable[[], T | None]) -> T:
        """Look at each change. Nobody else runs between a look and what is done by it."""
        while (found := look()) is None:
            self._changed.clear()
            await self._changed.wait()
        return found
