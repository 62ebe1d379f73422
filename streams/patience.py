"""Waits out a neighbour that is away: it is asked again, each time after twice as long."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from schemas.errors import TemporarilyUnavailableError

Answer = TypeVar("Answer")

FIRST_WAIT_S: Final = 0.05
LONGEST_WAIT_S: Final = 5.0


async def patiently(
    ask: Callable[[], Awaitable[Answer]],
    *,
    tell: Callable[[TemporarilyUnavailableError, float], None],
) -> Answer:
    """Ask until there is an answer. `tell` hears why there was none, and how long we wait now."""
    wait_s = FIRST_WAIT_S
    while True:
        try:
            return await ask()
        except TemporarilyUnavailableError as error:
            tell(error, wait_s)
        await asyncio.sleep(wait_s)
        wait_s = min(LONGEST_WAIT_S, 2 * wait_s)
