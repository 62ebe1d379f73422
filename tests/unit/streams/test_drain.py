"""A delivery that has to wait is finished by another task as if it had been that task's."""

import asyncio

import pytest

from streams.drain import _finished


async def test_a_delivery_that_waited_answers_what_it_would_have_answered() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue()

    async def delivery() -> int:
        return await queue.get() + await queue.get()

    begun = delivery()
    waits_for = begun.send(None)
    finishing = asyncio.ensure_future(_finished(begun, waits_for))
    queue.put_nowait(40)
    queue.put_nowait(2)

    assert await finishing == 42


async def test_a_delivery_that_fails_after_its_wait_fails_for_who_finishes_it() -> None:
    may_go_on = asyncio.Event()

    async def delivery() -> None:
        await may_go_on.wait()
        raise ValueError("no")

    begun = delivery()
    waits_for = begun.send(None)
    finishing = asyncio.ensure_future(_finished(begun, waits_for))
    may_go_on.set()

    with pytest.raises(ValueError, match="no"):
        await finishing


async def test_a_delivery_hears_that_it_is_given_up() -> None:
    heard = []

    async def delivery() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            heard.append("given up")
            raise

    begun = delivery()
    waits_for = begun.send(None)
    finishing = asyncio.ensure_future(_finished(begun, waits_for))
    await asyncio.sleep(0)
    finishing.cancel()

    with pytest.raises(asyncio.CancelledError):
        await finishing
    assert heard == ["given up"]
