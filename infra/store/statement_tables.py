"""The tables of daily statements, and of the Kafka clusters that were met. Both only grow."""

from sqlalchemy import BigInteger, Column, Date, LargeBinary, Table, Text, UniqueConstraint, func

from infra.store.tables import DIGEST, INSTANT, metadata

daily_statements = Table(
    "daily_statements",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),
    Column("made_at", INSTANT, nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("file", LargeBinary, nullable=False),
    UniqueConstraint("day"),
)

clusters_met = Table(
    "clusters_met",
    metadata,
    Column("cluster", Text, primary_key=True),
    Column("met_at", INSTANT, nullable=False, server_default=func.now()),
)
