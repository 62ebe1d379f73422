"""How a letter lies in the outbox until the relay takes it."""

import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

from handlers.decisions.letters import Letter
from infra.store.tables import RELAY_SHARDS
from schemas.disposition import DeadLetter, Page, ProbeReturned
from schemas.ids import Address
from schemas.wire.writing import write_outgoing

TopicOf = Callable[[Letter], str]
"""The Kafka topic that a letter goes to."""

OUTBOX_COLUMNS: Final = ("relay_shard", "topic", "key", "value", "letter_id", "trace")


TraceOf = Callable[[Address], str | None]
"""The trace context of a message, where somebody follows it."""


def outbox_row(
    letter: Letter, topic: str, at: datetime, *, trace: str | None = None
) -> tuple[object, ...]:
    """In the order of `OUTBOX_COLUMNS`. `at` is when it was decided."""
    key = letter_key(letter)
    return relay_shard(key), topic, key, write_outgoing(letter, at=at), letter.id, trace


def letter_key(letter: Letter) -> str:
    """Letters of one key leave in the order in which they were written."""
    if isinstance(letter, Page):
        return letter.subject
    if isinstance(letter, DeadLetter | ProbeReturned):
        return str(letter.address)
    return letter.case.id


def relay_shard(key: str) -> int:
    """Which relay takes it. The same in every process and every year: rows lie there by it."""
    return zlib.crc32(key.encode()) % RELAY_SHARDS
