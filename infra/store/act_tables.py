"""The tables of people's acts, of the people, and of packs on their way into force.

act_shards ── acts                    one row each command, chained; what it says can be erased
              ├─ work_files           the case, as people left it
              ├─ penalty_cases        where each stands, for what is asked across cases
              ├─ opinions
              └─ pack_states          which pack two persons published
people ── people_changes              who may act, and who said so when
"""

from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from infra.store.tables import DIGEST, INSTANT, metadata

ACT_SHARDS: Final = 16
COMMAND_ONCE: Final = "acts_command_id_key"
ONE_PUBLISHED: Final = "pack_states_one_published_a_version"


def _must(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _may(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> Column[Any]:
    return Column(name, kind)


def _key(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _now(name: str) -> Column[Any]:
    return Column(name, INSTANT, nullable=False, server_default=func.now())


act_shards = Table(
    "act_shards",
    metadata,
    _key("shard", SmallInteger),
    _must("next", BigInteger),
    _must("chain", DIGEST),
    _must("lines", BigInteger),
    postgresql_with={"fillfactor": 50},
)

# What was said lies beside the line that seals it, so that it can be erased by law: then details,
# facts, answer and salt are absent, and the row says why.
acts = Table(
    "acts",
    metadata,
    _key("shard", SmallInteger),
    _key("number", BigInteger),
    _must("subject"),
    _may("version", Integer),
    _must("command_id"),
    _must("act"),
    _must("person"),
    _may("role"),
    _must("at", INSTANT),
    _must("recorded_at", INSTANT),
    _must("is_done", Boolean),
    _may("refused_by"),
    _may("event"),
    _may("tag"),
    _may("details", JSONB),
    _must("input", DIGEST),
    _must("policy", DIGEST),
    _must("previous", DIGEST),
    _must("sealed_input", DIGEST),
    _must("sealed_facts", DIGEST),
    _must("sealed_policy", DIGEST),
    _must("sealed_decision", DIGEST),
    _must("sealed_case", DIGEST),
    _must("hash", DIGEST),
    _may("facts", LargeBinary),
    _may("answer", LargeBinary),
    _may("salt", LargeBinary),
    _may("erased_at", INSTANT),
    _may("erased_because"),
    UniqueConstraint("command_id"),
    UniqueConstraint("subject", "version"),
    CheckConstraint(
        "CASE WHEN is_done THEN num_nulls(version, role, event, tag) = 0 AND refused_by IS NULL"
        " ELSE num_nulls(version, event, tag) = 3 AND refused_by IS NOT NULL END",
        name="done_or_refused",
    ),
    CheckConstraint(
        "num_nulls(details, facts, answer, salt) ="
        " CASE WHEN erased_at IS NULL OR erased_because IS NULL THEN 0 ELSE 4 END",
        name="whole_or_erased",
    ),
    Index("acts_of_person", "person", "recorded_at"),
    Index("acts_of_kind", "act", "recorded_at"),
    Index("acts_by_recorded_at", "recorded_at", postgresql_using="brin"),
)

# `party` is a digest of what tells the party apart. `found_at` is when something was found against
# it, or excused: later complaints and archiving don't lengthen anybody's record.
penalty_cases = Table(
    "penalty_cases",
    metadata,
    _key("case_id"),
    _must("state"),
    _may("stayed_from"),
    _may("party", DIGEST),
    _may("matter"),
    _may("ground"),
    _may("fine_fen", BigInteger),
    _may("found_at", INSTANT),
    _must("at", INSTANT),
    Index("penalty_cases_of_party", "party", "matter", postgresql_where=text("party IS NOT NULL")),
    postgresql_with={"fillfactor": 80},
)

opinions = Table(
    "opinions",
    metadata,
    _key("id"),
    _must("state"),
    _must("title"),
    _may("grade"),
    _must("first_known_at", INSTANT),
    _may("case_id"),
    _must("at", INSTANT),
)

people = Table(
    "people",
    metadata,
    _key("id"),
    _must("name"),
    _must("unit"),
    _must("roles", ARRAY(Text)),
    _may("certificate_number"),
    _may("certificate_from", Date),
    _may("certificate_until", Date),
    _must("is_lawyer", Boolean),
    _now("changed_at"),
    CheckConstraint(
        "num_nulls(certificate_number, certificate_from, certificate_until) IN (0, 3)",
        name="certificate_is_whole",
    ),
)

people_changes = Table(
    "people_changes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _must("person"),
    _now("changed_at"),
    _must("changed_by"),
    _must("content", JSONB),
    Index("people_changes_of_person", "person", "id"),
)

pack_states = Table(
    "pack_states",
    metadata,
    Column("digest", LargeBinary, ForeignKey("policies.digest"), primary_key=True),
    _must("state"),
    _must("name"),
    _must("version"),
    _must("valid_from", Date),
    _must("proposed_by"),
    _must("proposed_at", INSTANT),
    _may("published_by"),
    _may("published_at", INSTANT),
    _may("where_published"),
    CheckConstraint(
        "num_nulls(published_by, published_at, where_published) ="
        " CASE WHEN state = 'published' THEN 0 ELSE 3 END",
        name="published_whole",
    ),
    CheckConstraint("state IN ('proposed', 'published')", name="state_is_known"),
    Index(
        ONE_PUBLISHED,
        *("name", "version"),
        unique=True,
        postgresql_where=text("state = 'published'"),
    ),
)
