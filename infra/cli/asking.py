"""How commands look into the store: one snapshot, on an event loop of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from infra import opening
from infra.deployment import Deployment, find
from infra.settings import Settings
from infra.store.migrating import require_current
from infra.store.reading import Reading, Snapshot

Answer = TypeVar("Answer")


def ask(settings: Settings, question: Callable[[Snapshot], Awaitable[Answer]]) -> Answer:
    """Ask about one instant.

    Raises:
        RefusedError: nothing runs here, or the tables are of another version.
        TemporarilyUnavailableError: the database is away.
    """

    async def with_snapshot(engine: AsyncEngine) -> Answer:
        async with Reading(engine).snapshot() as seen:
            return await question(seen)

    return with_engine(find(settings), with_snapshot)


def with_engine(deployment: Deployment, work: Callable[[AsyncEngine], Awaitable[Answer]]) -> Answer:
    """Do something with the database, and leave it."""
    require_current(deployment.database.get_secret_value())

    async def within() -> Answer:
        engine = opening.engine(deployment, application="offsite-cli", connections=2)
        try:
            return await work(engine)
        finally:
            await engine.dispose()

    return asyncio.run(within())
