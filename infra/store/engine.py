"""Makes connections to PostgreSQL that can't hang and can't hold a shard."""

from typing import Any, Final

import orjson
import psycopg
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy import URL, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from schemas.errors import InvalidValueError

# A worker that is stopped in mid-transaction must let go of its shard (FAUST.md, F8).
SESSION_SETTINGS: Final = {
    "idle_in_transaction_session_timeout": "5s",
    "lock_timeout": "10s",
    "timezone": "UTC",
    # A plan kept from when a table was tiny reads all open cases for each batch, for ever.
    "plan_cache_mode": "force_custom_plan",
}
CONNECT_ARGUMENTS: Final = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def database_url(dsn: str) -> URL:
    """Read a libpq URI.

    Raises:
        InvalidValueError: not a PostgreSQL URI. The message doesn't repeat it: it holds a secret.
    """
    try:
        url = make_url(dsn)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        # Without its cause, which quotes it.
        raise _not_a_uri() from None
    if url.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise _not_a_uri()
    return url.set(drivername="postgresql+psycopg")


def _not_a_uri() -> InvalidValueError:
    return InvalidValueError(
        expected="postgresql://user:secret@host/database", got="something else", field="dsn"
    )


def make_engine(dsn: str, *, application: str, connections: int = 5) -> AsyncEngine:
    """One a process and event loop. `application` is the name that `pg_stat_activity` shows."""
    engine = create_async_engine(
        database_url(dsn),
        connect_args=connect_arguments(application),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=10,
        pool_use_lifo=True,
        json_deserializer=orjson.loads,
        # Facts and keys would otherwise stand in tracebacks and logs.
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "connect", _copy_bytes_quickly)
    return engine


def _copy_bytes_quickly(connection: DBAPIConnection, _: object) -> None:
    """In a COPY the driver goes by the column's type alone, and would write bytes in Python."""
    driver: psycopg.AsyncConnection[Any] = connection.driver_connection
    driver.adapters.register_dumper(None, BytesBinaryDumper)


def connect_arguments(application: str) -> dict[str, object]:
    """What every connection of ours says when it opens."""
    options = " ".join(f"-c {name}={value}" for name, value in SESSION_SETTINGS.items())
    return {**CONNECT_ARGUMENTS, "application_name": application, "options": options}
