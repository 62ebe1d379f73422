"""The tables of clocks: what runs, what was told of it, under which line of the ledger, by whom.

clocks ─── clock_firings ─── clock_rounds      a firing is told once, in one round
                             heartbeats        who is alive to tell it
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from infra.store.tables import DIGEST, INSTANT, metadata
from schemas.clock import ClockState

ONE_OPEN_CLOCK: Final = "clocks_one_open_a_kind"
IS_OPEN: Final = f"state <> '{ClockState.STOPPED.value}'"
"""Spelt the same in index and query, else PostgreSQL doesn't use the index."""


def _key(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]]) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


# `plan` is a list of [instant, kind, role]; `next_at` is the instant of the first that wasn't told.
clocks = Table(
    "clocks",
    metadata,
    _key("subject", Text),
    _key("kind", Text),
    _key("number", Integer),
    Column("state", Text, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("plan", JSONB, nullable=False),
    Column("fired", Integer, nullable=False),
    Column("next_at", INSTANT),
    Column("ended_at", INSTANT),
    Column("left_min", Integer),
    Column("reason", Text, nullable=False),
    Column("counted_by", Text, nullable=False),
    CheckConstraint("state IN ('running', 'paused', 'stopped')", name="state_is_known"),
    CheckConstraint("fired BETWEEN 0 AND jsonb_array_length(plan)", name="fired_is_of_the_plan"),
    CheckConstraint(
        "(next_at IS NOT NULL) = (state = 'running' AND fired < jsonb_array_length(plan))",
        name="fires_while_it_runs",
    ),
    CheckConstraint("(left_min IS NOT NULL) = (state = 'paused')", name="left_while_paused"),
    CheckConstraint("(ended_at IS NOT NULL) = (state = 'stopped')", name="ended_when_stopped"),
    Index(ONE_OPEN_CLOCK, "subject", "kind", unique=True, postgresql_where=text(IS_OPEN)),
    Index("clocks_to_fire", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    postgresql_with={"fillfactor": 70},
)

clock_firings = Table(
    "clock_firings",
    metadata,
    _key("subject", Text),
    _key("kind", Text),
    _key("number", Integer),
    _key("index", SmallInteger),
    Column("firing", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("role", Text),
    Column("told_at", INSTANT, nullable=False, server_default=func.clock_timestamp()),
    Column("shard", SmallInteger, nullable=False),
    Column("line", BigInteger, nullable=False),
)

# A round's line of the ledger, with what it was made from: that can be erased by law, and then the
# chain still holds.
clock_rounds = Table(
    "clock_rounds",
    metadata,
    _key("shard", SmallInteger),
    _key("number", BigInteger),
    Column("fired_at", INSTANT, nullable=False),
    Column("firings", Integer, nullable=False),
    Column("previous", DIGEST, nullable=False),
    Column("input_digest", DIGEST, nullable=False),
    Column("facts_digest", DIGEST, nullable=False),
    Column("policy_digest", DIGEST, nullable=False),
    Column("decision_digest", DIGEST, nullable=False),
    Column("hash", DIGEST, nullable=False),
    Column("facts", LargeBinary),
    Column("decision", LargeBinary),
    Column("salt", LargeBinary),
    Column("erased_at", INSTANT),
    Column("erased_because", Text),
    CheckConstraint(
        "num_nulls(facts, decision, salt) ="
        " CASE WHEN erased_at IS NULL OR erased_because IS NULL THEN 0 ELSE 3 END",
        name="whole_or_erased",
    ),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    _key("name", Text),
    Column("at", INSTANT, nullable=False),
    Column("said", Text, nullable=False),
)
