"""Real worker processes of a lane, and what can be seen of them from outside."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr
from sqlalchemy import make_url

from infra import opening
from infra.accounts import add_up_all
from infra.deployment import Deployment
from schemas.lane import Lane
from streams.connection import Connection
from streams.conservation import Sum
from streams.producing import Outgoing, Producer, Receipt
from streams.provisioning import make_topics
from streams.topics import EVENTS, wanted_topics

WITHIN_S = 60


def a_deployment(bootstrap: str, database: str, data: Path, *, partitions: int = 4) -> Deployment:
    """With all topics, and no process yet."""
    make_topics(
        Connection(bootstrap=bootstrap), wanted_topics(partitions=partitions, replication=1)
    )
    return Deployment(
        data=data,
        kafka=bootstrap,
        database=SecretStr(database),
        api="http://127.0.0.1:1",
        broker="test",
        is_trial=False,
    )


def environment(deployment: Deployment, **settings: str) -> dict[str, str]:
    """What a process needs to find it."""
    return {
        **os.environ,
        "OFFSITE_KAFKA": deployment.kafka,
        "OFFSITE_DATABASE": deployment.database.get_secret_value(),
        "OFFSITE_DATA": str(deployment.data),
        **settings,
    }


def start_worker(
    deployment: Deployment,
    lane: Lane = Lane.GENERAL,
    *,
    module: str = "infra.cli.main",
    **settings: str,
) -> "subprocess.Popen[bytes]":
    """A worker process; its words go to `worker.log`."""
    command = [sys.executable, "-m", module, "run", "worker", "--lane", lane.value]
    with (deployment.data / "worker.log").open("ab") as log:
        return subprocess.Popen(
            command, env=environment(deployment, **settings), stdout=log, stderr=log
        )


@contextmanager
def a_worker(
    deployment: Deployment, *, module: str = "infra.cli.main", **settings: str
) -> "Iterator[subprocess.Popen[bytes]]":
    """A worker that ends with the block."""
    worker = start_worker(deployment, module=module, **settings)
    try:
        yield worker
    finally:
        worker.send_signal(signal.SIGTERM)
        try:
            worker.wait(20)
        finally:
            worker.kill()
            worker.wait()


def publish(
    deployment: Deployment, messages: Sequence[tuple[str, bytes]], lane: Lane = Lane.GENERAL
) -> Sequence[Receipt]:
    """Keys and values, into a lane's topic."""
    producer = Producer(deployment.connection)

    async def all_of_them() -> Sequence[Receipt]:
        return await asyncio.gather(
            *(
                producer.apublish(Outgoing(topic=EVENTS[lane], key=key, value=value))
                for key, value in messages
            )
        )

    try:
        return asyncio.run(all_of_them())
    finally:
        producer.close()


def sums(deployment: Deployment, lane: Lane = Lane.GENERAL) -> Sequence[Sum]:
    """Conservation of a lane."""

    async def added_up() -> Sequence[Sum]:
        engine = opening.engine(deployment, application="test", connections=1)
        try:
            return await add_up_all(deployment, engine)
        finally:
            await engine.dispose()

    return [one for one in asyncio.run(added_up()) if one.shard.topic == EVENTS[lane]]


def settled(deployment: Deployment, lane: Lane = Lane.GENERAL) -> Sequence[Sum]:
    """The sums, once nothing waits any more."""
    ends_at = time.monotonic() + WITHIN_S
    while True:
        found = sums(deployment, lane)
        if not any(one.waiting for one in found):
            return found
        assert time.monotonic() < ends_at, log_of(deployment)
        time.sleep(0.3)


def rows(
    deployment: Deployment, query: str, parameters: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """What the database says."""
    with open_database(deployment) as connection:
        return connection.execute(query, parameters or None).fetchall()


def open_database(deployment: Deployment) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection of nobody's that we deploy."""
    url = make_url(deployment.database.get_secret_value()).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False))


def counts(deployment: Deployment) -> dict[str, int]:
    """How many of each outcome."""
    return dict(rows(deployment, "SELECT outcome, count(*)::int FROM outcomes GROUP BY outcome"))


def log_of(deployment: Deployment) -> str:
    """The end of what each worker said."""
    return "\n".join(log.read_text()[-3000:] for log in sorted(deployment.data.glob("*.log")))
