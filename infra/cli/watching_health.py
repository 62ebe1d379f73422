"""What `health` and `top` look with: also when the database can't even say how old it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from infra import opening
from infra.deployment import Deployment
from infra.health.gathering import Gathering, gathering
from infra.settings import Settings
from infra.store.migrating import require_current
from schemas.errors import TemporarilyUnavailableError

WATCH_EVERY_S: Final = 2.0


@asynccontextmanager
async def looking(settings: Settings, deployment: Deployment) -> AsyncIterator[Gathering]:
    """Eyes on the house for as long as the block lasts.

    Raises:
        RefusedError: the tables are of another version.
    """
    dsn = deployment.database.get_secret_value()
    with suppress(TemporarilyUnavailableError):  # the report will say so, with all else it knows
        await asyncio.to_thread(require_current, dsn)
    engine = opening.engine(deployment, application="offsite-cli", connections=2)
    try:
        cameras = opening.cameras_folder(settings)
        async with gathering(deployment, engine, cameras=cameras) as gathers:
            yield gathers
    finally:
        await engine.dispose()
