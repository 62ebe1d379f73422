"""How a process says that it lives: over a connection of its own, beside its work."""

import os
import socket

from sqlalchemy.ext.asyncio import AsyncEngine

from infra.deployment import Deployment
from infra.opening import engine
from infra.store.beats import PostgresBeats


def beats_of(deployment: Deployment, watched: AsyncEngine) -> PostgresBeats:
    """Of this process; `watched` is the pool that its work goes through."""
    store = engine(deployment, application="offsite-beats", connections=1)
    return PostgresBeats(store, owner=f"{socket.gethostname()}-{os.getpid()}", watched=watched)
