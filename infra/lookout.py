"""The lookout: what looks at the house from outside of its workers, as loops of one process."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

Loop = Callable[[asyncio.Event], Awaitable[None]]


async def keep_lookout(loops: Sequence[Loop], stop: asyncio.Event) -> None:
    """Run all of them until told to stop; one that fails ends the process, as it should."""
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(_run(loop, stop))


async def _run(loop: Loop, stop: asyncio.Event) -> None:
    await loop(stop)
