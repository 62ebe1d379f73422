"""What left the house about a subject, as far as the outbox still remembers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.store.failures import told_by_remedy
from infra.store.posting import relay_shard
from infra.store.tables import outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter: when it was written, and when Kafka acknowledged it, if it did."""

    id: str
    topic: str
    written_at: datetime
    sent_at: datetime | None


class Letters:
    """Reads letters. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def about(self, subject: str) -> Sequence[Written]:
        """Oldest first. What was sent long ago is forgotten."""
        query = (
            select(outbox.c.letter_id, outbox.c.topic, outbox.c.created_at, outbox.c.sent_at)
            .where(outbox.c.relay_shard == relay_shard(subject), outbox.c.key == subject)
            .order_by(outbox.c.id)
        )
        with told_by_remedy():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        return [
            Written(
                id=row.letter_id, topic=row.topic, written_at=row.created_at, sent_at=row.sent_at
            )
            for row in rows
        ]
