"""The two drivers of one who looks: an administrator, and a reader without a group.

For one thread at a time. They connect at first use; who meets a fault leaves them, and the next
use connects anew, since some of them never find a broker again.
"""

from contextlib import suppress
from typing import Any, Final

from kafka import KafkaConsumer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from streams.connection import MEET_WITHIN_MS, Connection


class Clients:
    """`answer_ms` is the administrator's patience; `reading` are further settings of the reader."""

    def __init__(self, connection: Connection, *, answer_ms: int, **reading: Any) -> None:
        self._connection: Final = connection
        self._answer_ms: Final = answer_ms
        self._reading: Final = reading
        self._admin: Any = None
        self._reader: Any = None

    @property
    def admin(self) -> Any:
        """Asks about topics, brokers and groups."""
        if self._admin is None:
            self._admin = KafkaAdminClient(
                **self._connection.driver_settings(),
                request_timeout_ms=self._answer_ms,
                bootstrap_timeout_ms=MEET_WITHIN_MS,
            )
        return self._admin

    @property
    def reader(self) -> Any:
        """Reads where it is told to, and commits nothing."""
        if self._reader is None:
            self._reader = KafkaConsumer(
                **self._connection.driver_settings(),
                bootstrap_timeout_ms=MEET_WITHIN_MS,
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                **self._reading,
            )
        return self._reader

    def leave(self) -> None:
        """Leave the brokers. May be repeated."""
        clients, self._reader, self._admin = (self._reader, self._admin), None, None
        for client in clients:
            if client is not None:
                with suppress(KafkaError):
                    client.close()
