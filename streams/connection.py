"""How to reach a Kafka cluster, and what its absence looks like."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from kafka.errors import KafkaError

from schemas.errors import TemporarilyUnavailableError

MEET_WITHIN_MS: Final = 3000
"""The drivers' own patience with absent brokers is half a minute: too long for one who waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Addresses of some brokers, `host:port[,host:port …]`."""

    bootstrap: str

    @property
    def servers(self) -> list[str]:
        """As kafka-python wants them."""
        return [server.strip() for server in self.bootstrap.split(",")]

    @property
    def faust_url(self) -> str:
        """As Faust wants it."""
        return "kafka://" + ";".join(self.servers)


@contextmanager
def translated(doing: str, connection: Connection) -> Iterator[None]:
    """Turn a driver's complaint into an error that says what to do: wait and try again.

    Raises:
        TemporarilyUnavailableError: for any fault of the driver.
    """
    try:
        yield
    except KafkaError as error:
        raise TemporarilyUnavailableError(
            f"{doing}: expected Kafka at {connection.bootstrap}, got {error!r}"
        ) from error
