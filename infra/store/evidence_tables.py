"""The tables of evidence: who names an item, how far that was looked up, and what was deleted.

decision_records ─┐
                  ├─► evidence_uses       one row each item and subject; can be made anew
acts ─────────────┘   evidence_scans      how far each log of them was read
evidence_deletions                        one line each deletion, chained; never changed
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table, Text

from infra.store.tables import DIGEST, INSTANT, metadata

# `received_at` is when a message last brought it to the subject; absent where only an act names it.
evidence_uses = Table(
    "evidence_uses",
    metadata,
    Column("digest", DIGEST, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("received_at", INSTANT),
    Column("is_named", Boolean, nullable=False),
)

evidence_scans = Table(
    "evidence_scans",
    metadata,
    Column("log", Text, primary_key=True),
    Column("next", BigInteger, nullable=False),
)

evidence_deletions = Table(
    "evidence_deletions",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", DIGEST, nullable=False),
    Column("deleted_at", INSTANT, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("previous", DIGEST, nullable=False),
    Column("hash", DIGEST, nullable=False),
    Index("evidence_deletions_of_item", "digest", "deleted_at"),
)
