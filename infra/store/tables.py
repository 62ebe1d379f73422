"""The tables: what is kept, and what the database itself refuses.

heads ─┬─ outcomes ─── decision_records      one row each an address
       ├─ ledger_lines                       one row each an address, chained
       └─ voids                              offsets without a message
effects (source, event_id)                   who said an event id first
work_files ─── outbox ─── relay_leases       the cases, and what leaves because of them
cameras_seen   sources ─ api_keys   policies ─ policy_files
"""

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from handlers.decisions.decision import Outcome
from schemas.lane import Lane
from schemas.workfile import ENDED, CaseState, Queue, Route

RELAY_SHARDS: Final = 64
IS_OPEN: Final = f"state NOT IN ({', '.join(repr(state.value) for state in sorted(ENDED))})"
"""Spelt the same in index and query, else PostgreSQL doesn't use the index."""

ONE_OPEN_CASE: Final = "work_files_one_open_a_site"

INSTANT: Final = DateTime(timezone=True)
DIGEST: Final = LargeBinary()
"""SHA-256 as its 32 bytes."""

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)


def _must(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _may(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> Column[Any]:
    return Column(name, kind)


def _key(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _now(name: str) -> Column[Any]:
    return Column(name, INSTANT, nullable=False, server_default=func.now())


def _one_of(column: str, choices: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(repr(choice.value) for choice in choices)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_is_known")


heads = Table(
    "heads",
    metadata,
    _key("topic_id"),
    _key("partition", Integer),
    _must("topic"),
    _must("lane"),
    _must("next", BigInteger),
    _must("chain", DIGEST),
    _must("lines", BigInteger),
    _now("updated_at"),
    _one_of("lane", Lane),
    postgresql_with={"fillfactor": 50},
)

outcomes = Table(
    "outcomes",
    metadata,
    _key("topic_id"),
    _key("partition", Integer),
    _key("offset", BigInteger),
    _must("outcome"),
    _must("input", DIGEST),
    _must("received_at", INSTANT),
    _now("decided_at"),
    _may("source"),
    _may("event_id"),
    _may("camera"),
    _may("matter"),
    _may("case_id"),
    _may("case_version", Integer),
    _may("first_topic_id"),
    _may("first_partition", Integer),
    _may("first_offset", BigInteger),
    _one_of("outcome", Outcome),
    Index(
        "outcomes_of_case", "case_id", "case_version", postgresql_where=text("case_id IS NOT NULL")
    ),
    Index(
        "outcomes_repeating",
        *("first_topic_id", "first_partition", "first_offset"),
        postgresql_where=text("first_offset IS NOT NULL"),
    ),
    Index("outcomes_by_decided_at", "decided_at", postgresql_using="brin"),
    Index("outcomes_by_received_at", "received_at", postgresql_using="brin"),
)

# Facts lie beside the ledger, so that they can be erased by law: then facts, decision and salt
# are absent, and the row says why.
decision_records = Table(
    "decision_records",
    metadata,
    _key("topic_id"),
    _key("partition", Integer),
    _key("offset", BigInteger),
    _must("policy", DIGEST),
    _may("facts", LargeBinary),
    _may("decision", LargeBinary),
    _may("salt", LargeBinary),
    _may("erased_at", INSTANT),
    _may("erased_because"),
    CheckConstraint(
        "num_nulls(facts, decision, salt) ="
        " CASE WHEN erased_at IS NULL OR erased_because IS NULL THEN 0 ELSE 3 END",
        name="whole_or_erased",
    ),
)

effects = Table(
    "effects",
    metadata,
    _key("source"),
    _key("event_id"),
    _must("topic_id"),
    _must("partition", Integer),
    _must("offset", BigInteger),
    _must("input", DIGEST),
    postgresql_partition_by="HASH (source, event_id)",
)

ledger_lines = Table(
    "ledger_lines",
    metadata,
    _key("topic_id"),
    _key("partition", Integer),
    _key("number", BigInteger),
    _must("offset", BigInteger),
    _must("previous", DIGEST),
    _must("input", DIGEST),
    _must("facts", DIGEST),
    _must("policy", DIGEST),
    _must("decision", DIGEST),
    _may("case", DIGEST),
    _must("hash", DIGEST),
    UniqueConstraint("topic_id", "partition", "offset"),
)

# `site` is the digest of (place_key, matter, queue): the longest names that the wire lets in don't
# fit into an index row. Absent where the case is never merged.
work_files = Table(
    "work_files",
    metadata,
    _key("case_id"),
    _must("version", Integer),
    _must("state"),
    _must("route"),
    _must("queue"),
    _must("opened_at", INSTANT),
    _must("due_at", INSTANT),
    _must("last_seen_at", INSTANT),
    _must("sightings", BigInteger),
    _may("site", DIGEST),
    _may("place_key"),
    _may("matter"),
    _may("place", JSONB),
    _may("camera"),
    Column("acts", Integer, nullable=False, server_default=text("0")),
    _may("linked"),
    _may("policy", DIGEST),
    _one_of("state", CaseState),
    _one_of("route", Route),
    _one_of("queue", Queue),
    Index(
        ONE_OPEN_CASE,
        "site",
        unique=True,
        postgresql_where=text(f"{IS_OPEN} AND site IS NOT NULL"),
    ),
    Index("work_files_waiting", "queue", "due_at", "case_id", postgresql_where=text(IS_OPEN)),
    postgresql_with={"fillfactor": 80},
)

# The relay takes unsent rows, never "id > last": a lower id may be committed later.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _must("relay_shard", SmallInteger),
    _must("topic"),
    _must("key"),
    _must("value", LargeBinary),
    _must("letter_id"),
    _now("created_at"),
    _may("sent_at", INSTANT),
    _may("sent_partition", Integer),
    _may("sent_offset", BigInteger),
    _may("trace"),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Index("outbox_unsent", "urgent", "id", postgresql_where=text("sent_at IS NULL")),
)

relay_leases = Table(
    "relay_leases",
    metadata,
    _key("relay_shard", SmallInteger),
    _may("owner"),
    _may("until", INSTANT),
)

voids = Table(
    "voids",
    metadata,
    _key("topic_id"),
    _key("partition", Integer),
    _key("first", BigInteger),
    _must("end", BigInteger),
    _must("reason"),
    _now("recorded_at"),
    CheckConstraint('"end" > first', name="not_empty"),
)

cameras_seen = Table(
    "cameras_seen",
    metadata,
    _key("camera"),
    _must("last_event_at", INSTANT),
    _must("last_received_at", INSTANT),
    _must("messages", BigInteger),
    postgresql_with={"fillfactor": 70},
)

sources = Table(
    "sources",
    metadata,
    _key("uri"),
    _must("lane"),
    _now("created_at"),
    _one_of("lane", Lane),
)

api_keys = Table(
    "api_keys",
    metadata,
    _key("key_id"),
    Column("source", Text, ForeignKey("sources.uri"), nullable=False),
    _must("secret", DIGEST),
    _now("created_at"),
    _may("revoked_at", INSTANT),
    Index("api_keys_of_source", "source"),
)

policies = Table(
    "policies",
    metadata,
    _key("digest", DIGEST),
    _must("name"),
    _must("version"),
    _now("kept_at"),
    _may("valid_from", Date),
    _may("used_at", INSTANT),
    Index("policies_by_name", "name", "version"),
)

policy_files = Table(
    "policy_files",
    metadata,
    Column("digest", LargeBinary, ForeignKey("policies.digest"), primary_key=True),
    _key("path"),
    _must("content", LargeBinary),
)
