"""What it looks like when Kafka is away, or there and refuses us."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiokafka.conn import create_conn  # type: ignore[import-untyped]  # Faust's driver: no types
from aiokafka.errors import (  # type: ignore[import-untyped]  # Faust's driver: no types
    AuthenticationFailedError,
    SaslAuthenticationFailed,
)
from aiokafka.errors import KafkaError as RefusalError
from kafka.errors import KafkaError

from schemas.errors import TemporarilyUnavailableError
from streams.connection import MEET_WITHIN_MS, Connection

_ASK_WITHIN_S: Final = MEET_WITHIN_MS / 1000


@contextmanager
def translated(doing: str, connection: Connection) -> Iterator[None]:
    """Turn a driver's complaint into an error that says what to do: wait and try again.

    Raises:
        TemporarilyUnavailableError: for any fault of the driver.
    """
    try:
        yield
    except KafkaError as error:
        raise TemporarilyUnavailableError(f"{doing}: {away(connection, error)}") from error


def away(connection: Connection, error: object) -> str:
    """What was expected and what came. Blocks for some seconds: a refusal is asked for.

    The driver goes on trying until its time is up, and then doesn't say why. It may be called
    where no event loop runs.
    """
    refusal = why_refused(connection) if connection.security.is_on else None
    return f"expected Kafka at {connection.bootstrap}, got {refusal or repr(error)}"


def why_refused(connection: Connection) -> str | None:
    """Why the first broker doesn't take us, if it says so. Opens a connection of its own."""
    return asyncio.run(_why_refused(connection))


async def _why_refused(connection: Connection) -> str | None:
    security = connection.security
    host, _, port = connection.servers[0].rpartition(":")
    settings = {key: value for key, value in connection.driver_settings().items() if value}
    del settings["bootstrap_servers"]
    try:
        async with asyncio.timeout(_ASK_WITHIN_S):
            conn = await create_conn(host.strip("[]"), int(port), **settings)
    except ssl.SSLCertVerificationError as error:
        return f"a certificate that {security.ca} doesn't vouch for: {error.verify_message}"
    except ssl.SSLError as error:
        return f"no TLS: {error.reason or error}"
    except (AuthenticationFailedError, SaslAuthenticationFailed):
        return f"a refusal of user {_user(connection)!r}: the name or the password is wrong"
    except OSError:  # nobody there, as opposed to one who refuses: the driver's word will do
        return None
    except RefusalError as error:
        return repr(error)
    await conn.close()
    return None


def _user(connection: Connection) -> str:
    login = connection.security.login
    return "" if login is None else login.user
