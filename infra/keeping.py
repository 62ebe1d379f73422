"""The keeper of the clocks: rounds while anything is due, else a short sleep; and it beats."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import structlog

from handlers.clock_keeping import AT_MOST, DueClocks, keep_round
from handlers.ports import Salts
from infra import opening
from infra.deployment import Deployment
from infra.salting import fresh_salts
from infra.settings import Settings
from infra.store.clocks import PostgresClocks
from schemas.clock import ClockKind
from schemas.errors import TemporarilyUnavailableError
from schemas.words import Words
from streams.pausing import pause
from streams.topics import topic_of

KEEPER: Final = "clocks"
"""The name under which keepers beat: one that is alive is enough."""
BEAT_EVERY_S: Final = 1.0

_HANDS: Final = 2
"""Rounds at once: while one waits for the database, the other computes."""
_SLEEP_S: Final = 0.25
_LONGEST_WAIT_S: Final = 5.0


class Keeper:
    """The loops. Mutable: it remembers when it last said that it is alive."""

    def __init__(
        self,
        *,
        clocks: DueClocks,
        titles: Mapping[ClockKind, Words],
        salts: Salts,
        said: str,
        at_most: int = AT_MOST,
    ) -> None:
        self._clocks: Final = clocks
        self._titles: Final = titles
        self._salts: Final = salts
        self._said: Final = said
        self._at_most: Final = at_most
        self._beat_due_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Keep until told to stop; the rounds that are on are brought to their end."""
        async with asyncio.TaskGroup() as hands:
            for number in range(_HANDS):
                hands.create_task(self._keep(stop, beats=number == 0))

    async def _keep(self, stop: asyncio.Event, *, beats: bool) -> None:
        wait = _SLEEP_S
        while not stop.is_set():
            try:
                if beats:
                    await self._beat()
                told = await self.keep_once()
                wait = _SLEEP_S
            except TemporarilyUnavailableError as error:
                structlog.get_logger().warning("clocks_away", error=str(error), wait_s=wait)
                told, wait = 0, min(_LONGEST_WAIT_S, 2 * wait)
            if told == 0:
                await pause(stop, wait)

    async def _beat(self) -> None:
        """Between rounds, and not on a timer: a loop that hangs must not look alive."""
        now = asyncio.get_running_loop().time()
        if now >= self._beat_due_at:
            await self._clocks.beat(KEEPER, self._said)
            self._beat_due_at = now + BEAT_EVERY_S

    async def keep_once(self) -> int:
        """One round; answer how many firings were told."""
        return await keep_round(
            clocks=self._clocks, titles=self._titles, salts=self._salts, at_most=self._at_most
        )


@asynccontextmanager
async def keeper(settings: Settings, deployment: Deployment, *, said: str) -> AsyncIterator[Keeper]:
    """A keeper on the deployment's database. `said`: which host and process beats."""
    deadlines = opening.policy(settings).deadlines
    store = opening.engine(deployment, application="offsite-clocks")
    try:
        yield Keeper(
            clocks=PostgresClocks(store, topic_of=topic_of),
            titles={kind: deadline.title for kind, deadline in deadlines.items()},
            salts=fresh_salts(),
            said=said,
        )
    finally:
        await store.dispose()
