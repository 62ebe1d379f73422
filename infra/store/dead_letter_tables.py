"""The table of what people did with dead letters: one row each address, decided once.

outcomes (parked) ─── dead_letter_acts ─── the address that it was published at again
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text, func, text

from infra.store.tables import INSTANT, metadata, outcomes

IS_PARKED: Final = "outcome IN ('parked', 'id-conflict')"
"""Spelt the same in index and query, else PostgreSQL doesn't use the index."""


class ActKind(StrEnum):
    """What a person may do with a dead letter."""

    REDRIVE = "redrive"
    DROP = "drop"


# The new address is absent until the broker has acknowledged it: until then it is under way.
dead_letter_acts = Table(
    "dead_letter_acts",
    metadata,
    Column("topic_id", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("act", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", INSTANT, nullable=False, server_default=func.now()),
    Column("new_topic_id", Text),
    Column("new_partition", Integer),
    Column("new_offset", BigInteger),
    Column("published_at", INSTANT),
    CheckConstraint("act IN ('redrive', 'drop')", name="act_is_known"),
    CheckConstraint(
        "num_nulls(new_topic_id, new_partition, new_offset, published_at) IN (0, 4)",
        name="whole_address",
    ),
    CheckConstraint("act = 'redrive' OR published_at IS NULL", name="dropped_stays"),
    Index(
        "dead_letter_acts_by_new_address",
        *("new_topic_id", "new_partition", "new_offset"),
        unique=True,
        postgresql_where=text("new_offset IS NOT NULL"),
    ),
)

Index("outcomes_parked", outcomes.c.decided_at, postgresql_where=text(IS_PARKED))
