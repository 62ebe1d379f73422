"""Puts the parts together. Besides the CLI, only this module knows everybody."""

import asyncio
import secrets
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.policy import Policy
from handlers.ledger import SALT_BYTES
from handlers.policies.pack import SHIPPED, Files, pack_from, read_files
from infra.deployment import Deployment
from infra.settings import Settings
from infra.store.engine import make_engine
from infra.store.migrating import migrate
from infra.store.packs import Packs
from infra.store.work import PostgresWork
from schemas.lane import Lane
from streams.app import LaneWorker
from streams.connection import Connection
from streams.logs import Logs
from streams.provisioning import make_topics
from streams.settling import FloodGuard, Settler
from streams.topics import EVENTS, Topic, topic_of, wanted_topics

_PACKS: Final = SHIPPED


def connection(deployment: Deployment) -> Connection:
    """How to reach Kafka."""
    return Connection(bootstrap=deployment.kafka)


def engine(deployment: Deployment, *, application: str, connections: int = 3) -> AsyncEngine:
    """Connections to PostgreSQL for one process and event loop."""
    return make_engine(
        deployment.database.get_secret_value(), application=application, connections=connections
    )


def topics(settings: Settings) -> tuple[Topic, ...]:
    """The topics that this deployment ought to have."""
    return wanted_topics(partitions=settings.partitions, replication=settings.replication)


def policy_files(settings: Settings, name: str | None = None) -> tuple[Files, str]:
    """The files of the pack in force, or of another one by name."""
    wanted = name or settings.policy
    return read_files(wanted, settings.policies or _PACKS), wanted


def policy(settings: Settings, name: str | None = None) -> Policy:
    """The pack in force, or another one by name; checked whole."""
    return pack_from(*policy_files(settings, name))


def cameras_folder(settings: Settings) -> Path:
    """Where `<camera>.toml` lies."""
    return settings.cameras or settings.data / "cameras"


def prepare(settings: Settings, deployment: Deployment) -> None:
    """Bring the database's tables and Kafka's topics to what this version needs. Blocks.

    Raises:
        InvalidValueError: the policy pack is broken; nothing was touched.
        TemporarilyUnavailableError: a part is away.
    """
    pack = policy(settings)
    migrate(deployment.database.get_secret_value())
    make_topics(connection(deployment), topics(settings))
    asyncio.run(_keep_pack(deployment, pack, policy_files(settings)[0]))


async def _keep_pack(deployment: Deployment, pack: Policy, files: Files) -> None:
    """A pack that decides is kept, so that an auditor has it years later."""
    store = engine(deployment, application="offsite-prepare", connections=1)
    try:
        await Packs(store).keep(pack, files)
    finally:
        await store.dispose()


def lane_worker(settings: Settings, deployment: Deployment, lane: Lane) -> LaneWorker:
    """All that a lane's worker is made of. Asks Kafka for the topic's identity: blocks.

    Raises:
        TemporarilyUnavailableError: Kafka is away.
    """
    reach = connection(deployment)
    logs = Logs(reach)
    work = PostgresWork(engine(deployment, application=f"offsite-worker-{lane}"), topic_of=topic_of)
    return LaneWorker(
        connection=reach,
        lane=lane,
        topic_id=logs.topic_ids([EVENTS[lane]])[EVENTS[lane]],
        settler=Settler(
            work=work,
            policy=policy(settings),
            salts=lambda: secrets.token_bytes(SALT_BYTES),
            logs=logs,
            flood=FloodGuard(),
        ),
        work=work,
        logs=logs,
        batch_events=settings.batch_events,
    )
