"""How far one message has come, for who waits for it."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.store.failures import told_by_remedy
from infra.store.tables import outbox, outcomes
from schemas.ids import Address


class Whereabouts(StrEnum):
    """Past the door a message waits for its outcome, then its letter for the relay."""

    UNDECIDED = "undecided"
    UNSENT = "unsent"
    SENT = "sent"


async def whereabouts(engine: AsyncEngine, address: Address, letter_id: str) -> Whereabouts:
    """Look once.

    Raises:
        TemporarilyUnavailableError: the database is away.
    """
    decided = select(outcomes.c.offset).where(
        outcomes.c.topic_id == address.topic_id,
        outcomes.c.partition == address.partition,
        outcomes.c.offset == address.offset,
    )
    waits = select(outbox.c.id).where(outbox.c.sent_at.is_(None), outbox.c.letter_id == letter_id)
    with told_by_remedy():
        async with engine.connect() as connection:
            if (await connection.execute(decided)).first() is None:
                return Whereabouts.UNDECIDED
            is_unsent = (await connection.execute(waits)).first() is not None
    return Whereabouts.UNSENT if is_unsent else Whereabouts.SENT
