"""The table of cameras' signals: when each was looked through, and when and why it was not.

outcomes ─── camera_signals      one row a signal that was recorded; a repeat has none
"""

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text

from infra.store.tables import INSTANT, metadata

SIGNAL_COLUMNS: Final = (
    *("topic_id", "partition", "offset", "camera", "kind", "from_at", "until_at", "text"),
    "frames",
)
SIGNAL_TYPES: Final = (
    *("text", "int4", "int8", "text", "text", "timestamptz", "timestamptz", "text"),
    "int8",
)

# Two indexes: a day long ago is found by its beginning, a recent one by its end. A stretch may
# be as long as a camera was away, so neither end says where the other is.
camera_signals = Table(
    "camera_signals",
    metadata,
    Column("topic_id", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("camera", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_at", INSTANT, nullable=False),
    Column("until_at", INSTANT, nullable=False),
    Column("text", Text, nullable=False),
    Column("frames", BigInteger),
    CheckConstraint("until_at >= from_at", name="ends_after_it_begins"),
    Index("camera_signals_by_from", "camera", "from_at"),
    Index("camera_signals_by_until", "camera", "until_at"),
)
