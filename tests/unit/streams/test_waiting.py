"""What waits goes out by partition: in order, into one hand at a time, and never beyond bounds."""

import asyncio
from collections.abc import Awaitable, Sequence

import pytest

from streams.waiting import Waiting

Read = tuple[int, str]


def some_waiting(at_most: int = 100) -> Waiting[Read]:
    return Waiting(partition_of=lambda read: read[0], at_most=at_most)


def read(*spelt: str) -> list[Read]:
    """`0a` is the letter a of partition 0."""
    return [(int(each[0]), each[1:]) for each in spelt]


async def taken(waiting: Waiting[Read], at_most: int = 10) -> tuple[int, str]:
    """The next batch, put back into nobody's queue."""
    async with waiting.batch(at_most) as (partition, batch):
        return partition, letters(batch)


def letters(batch: Sequence[Read]) -> str:
    return "".join(letter for _, letter in batch)


async def must_wait(something: Awaitable[object]) -> "asyncio.Task[object]":
    """Started, and not ended however often the loop goes round."""

    async def started() -> object:
        return await something

    task = asyncio.create_task(started())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not task.done()
    return task


async def test_a_partition_goes_out_in_its_order_and_the_longest_waiting_first() -> None:
    waiting = some_waiting()
    await waiting.put(read("1a", "0b", "1c", "0d"))
    await waiting.put(read("1e"))

    assert [await taken(waiting), await taken(waiting)] == [(1, "ace"), (0, "bd")]
    assert len(waiting) == 0


async def test_a_partition_is_in_one_hand_at_a_time() -> None:
    waiting = some_waiting()
    await waiting.put(read("0a", "1b"))
    async with waiting.batch(10) as (first, _):
        await waiting.put(read("0c"))
        assert (first, await taken(waiting)) == (0, (1, "b"))
        other = await must_wait(taken(waiting))

    assert await other == (0, "c")


async def test_a_batch_has_a_size_and_the_rest_waits_behind_the_others() -> None:
    waiting = some_waiting()
    await waiting.put(read("0a", "0b", "0c", "1d"))

    batches = [await taken(waiting, 2) for _ in range(3)]

    assert batches == [(0, "ab"), (1, "d"), (0, "c")]


async def test_who_reads_waits_for_room() -> None:
    waiting = some_waiting(at_most=2)
    await waiting.put(read("0a", "0b", "1c"))  # what was read together comes in together
    late = await must_wait(waiting.put(read("0d")))

    assert await taken(waiting, 1) == (0, "a")
    assert not late.done()
    assert await taken(waiting) == (1, "c")
    await late
    assert await taken(waiting) == (0, "bd")


async def test_who_holds_a_partition_and_who_settles_it_wait_for_each_other() -> None:
    waiting = some_waiting()
    await waiting.put(read("0a"))
    held = waiting.held(0)
    async with waiting.batch(10):
        holding = await must_wait(held.__aenter__())
    await holding
    await waiting.put(read("0b"))
    batch = await must_wait(taken(waiting))
    await held.__aexit__(None, None, None)

    assert await batch == (0, "b")


async def test_what_fails_in_a_hand_leaves_it_free() -> None:
    waiting = some_waiting()
    await waiting.put(read("0a"))
    with pytest.raises(ValueError, match="in hand"):
        async with waiting.batch(10):
            raise ValueError("in hand")

    await waiting.put(read("0b"))

    assert await taken(waiting) == (0, "b")


async def test_whoever_closes_waits_for_the_hands_and_nothing_is_given_out_any_more() -> None:
    waiting = some_waiting()
    await waiting.put(read("0a", "1b"))
    async with waiting.batch(10):
        closing = await must_wait(waiting.close())
        batch = await must_wait(taken(waiting))
        held = await must_wait(waiting.held(2).__aenter__())

    await closing
    await must_wait(asyncio.shield(batch))
    assert not held.done()
    for each in (batch, held):
        each.cancel()
    await asyncio.gather(batch, held, return_exceptions=True)
