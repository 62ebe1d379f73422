"""What it looks like when Kafka is away."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka.errors import KafkaError

from schemas.errors import TemporarilyUnavailableError
from streams.connection import Connection


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
