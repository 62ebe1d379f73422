"""How a letter lies in the outbox until the relay takes it."""

import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Final

from handlers.decisions.letters import Letter
from infra.store.tables import RELAY_SHARDS
from schemas.disposition import DeadLetter, Page, ProbeReturned
from schemas.ids import Address
from schemas.lane import Lane
from schemas.wire.writing import write_outgoing
from schemas.workfile import Queue

TopicOf = Callable[[Letter], str]
"""The Kafka topic that a letter goes to."""

OUTBOX_COLUMNS: Final = ("relay_shard", "topic", "key", "value", "letter_id", "trace", "urgent")


TraceOf = Callable[[Address], str | None]
"""The trace context of a message, where somebody follows it."""


def outbox_row(
    letter: Letter, topic: str, at: datetime, *, trace: str | None = None
) -> tuple[object, ...]:
    """In the order of `OUTBOX_COLUMNS`. `at` is when it was decided."""
    key = letter_key(letter)
    value = write_outgoing(letter, at=at)
    return relay_shard(key), topic, key, value, letter.id, trace, is_urgent(letter)


def is_urgent(letter: Letter) -> bool:
    """What leaves before all that can wait: dangers, who is paged, and the safety lane's probe."""
    if isinstance(letter, Page):
        return True
    if isinstance(letter, ProbeReturned):
        return letter.lane is Lane.SAFETY
    return not isinstance(letter, DeadLetter) and letter.case.queue is Queue.ZERO_TOLERANCE


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
