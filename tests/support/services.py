"""Real neighbours for tests: a Kafka and a PostgreSQL of their own, gone when the block ends."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from infra.embedded.broker import (
    BrokerKind,
    choose_broker,
    embed_broker,
    look_at_machine,
    settle_broker,
)
from infra.embedded.database import EmbeddedDatabase, why_no_database
from infra.embedded.ports import PortBook
from infra.embedded.supervisor import Supervisor
from schemas.errors import RefusedError

KAFKA_HEAP_MIB = 512


def why_no_kafka() -> str | None:
    """The reason to skip; the memory broker proves nothing about delivery."""
    try:
        plan = choose_broker(look_at_machine())
    except RefusedError as error:
        return str(error)
    return None if plan.kind is BrokerKind.APACHE else plan.sentence


def why_no_postgres() -> str | None:
    """The reason to skip."""
    return why_no_database()


@contextmanager
def running_kafka(folder: Path) -> Iterator[str]:
    """Yields the bootstrap address. The same folder goes on where it stopped."""
    plan = settle_broker(lambda _: None)
    if plan.kind is not BrokerKind.APACHE:
        raise RefusedError(plan.sentence)
    broker = embed_broker(
        plan,
        folder=folder / "kafka",
        log=folder / "kafka.log",
        ports=PortBook(file=folder / "ports.json"),
        heap_mib=KAFKA_HEAP_MIB,
    )
    with Supervisor([broker.child]) as supervisor:
        supervisor.start()
        yield broker.bootstrap


@contextmanager
def running_postgres(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yields a DSN of the database `offsite`. The same folder goes on where it stopped."""
    database = EmbeddedDatabase(
        folder=folder / "postgres", log=folder / "postgres.log", settings=settings or {}
    )
    try:
        with Supervisor([database.child()]) as supervisor:
            supervisor.start()
            yield database.dsn
    finally:
        database.forget_sockets()
