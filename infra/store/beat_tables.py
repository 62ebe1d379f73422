"""The tables by which operations see who lives and how far each partition was a moment ago.

beats          one row a process, overwritten at each beat
lag_samples    one row a partition each five seconds, kept for a quarter of an hour
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from infra.store.tables import INSTANT, metadata

beats: Final = Table(
    "beats",
    metadata,
    Column("part", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("started_at", INSTANT, nullable=False),
    Column("beat_at", INSTANT, nullable=False),
    Column("said", JSONB, nullable=False),
    Column("pool_size", Integer, nullable=False),
    Column("pool_taken", Integer, nullable=False),
    Column("pool_full_beats", Integer, nullable=False),
    postgresql_with={"fillfactor": 50},
)

lag_samples: Final = Table(
    "lag_samples",
    metadata,
    Column("topic_id", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("at", INSTANT, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("decided", BigInteger, nullable=False),
    Column("oldest_at", INSTANT),
    Column("leader", Integer),
    Column("replicas", ARRAY(Integer), nullable=False),
    Index("lag_samples_by_at", "at"),
)
