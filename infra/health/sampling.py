"""Samples each second how far every partition is, and keeps a sample each five.

So a command that looks once has a window to judge from, and after a broker's death it is known
what that broker led.
"""

import asyncio
from typing import Final

import structlog

from infra.health.gathering import Gathering
from infra.store.lag_samples import LagSamples
from schemas.errors import TemporarilyUnavailableError
from streams.pausing import pause

SAMPLE_EVERY_S: Final = 1.0
KEEP_EVERY_S: Final = 5.0


class Sampler:
    """A loop. Kafka or the database may be away: what can't be seen is not sampled."""

    def __init__(self, gathering: Gathering, *, samples: LagSamples) -> None:
        self._gathering: Final = gathering
        self._samples: Final = samples

    async def run(self, stop: asyncio.Event) -> None:
        """Sample until told to stop."""
        keep_at = 0.0
        while not stop.is_set():
            seen = await self._gathering.sample()
            now = asyncio.get_running_loop().time()
            if now >= keep_at:
                keep_at = now + KEEP_EVERY_S
                try:
                    await self._samples.keep(seen)
                except TemporarilyUnavailableError as error:
                    structlog.get_logger().warning("samples_not_kept", error=str(error))
            await pause(stop, SAMPLE_EVERY_S)
