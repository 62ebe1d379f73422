"""Asks the cluster from an event loop: one question at a time, and never longer than we wait."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from schemas.errors import TemporarilyUnavailableError
from streams.lag import ClusterEye, ClusterSeen

PATIENCE_S: Final = 3.5
"""Less than the patience of who asks the API."""

Place = tuple[str, int]


class ClusterAsker:
    """Share one a process. A question that takes too long goes on, and the next one waits for it:
    a broker that hangs must not use up the threads of the process."""

    def __init__(self, eye: ClusterEye) -> None:
        self._eye: Final = eye
        self._looking: asyncio.Task[ClusterSeen] | None = None

    async def look(self) -> ClusterSeen:
        """The cluster now.

        Raises:
            TemporarilyUnavailableError: no broker answers in time.
        """
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(asyncio.to_thread(self._eye.look))
            self._looking.add_done_callback(_retrieved)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.shield(self._looking)
        except TimeoutError as error:
            raise TemporarilyUnavailableError("Kafka gives no answer in time") from error

    async def oldest(self, asked: Mapping[Place, int]) -> Mapping[Place, datetime]:
        """The broker's time of the message at each offset, as far as it can be had quickly."""
        if not asked or (self._looking is not None and not self._looking.done()):
            return {}
        return await asyncio.to_thread(self._eye.oldest, asked)

    async def close(self) -> None:
        """Leave the brokers, after what is being asked."""
        if self._looking is not None:
            with suppress(TemporarilyUnavailableError):
                await self._looking
        await asyncio.to_thread(self._eye.close)


def _retrieved(task: "asyncio.Task[ClusterSeen]") -> None:
    """Whoever still waits gets the error; nobody has to."""
    if not task.cancelled():
        task.exception()
