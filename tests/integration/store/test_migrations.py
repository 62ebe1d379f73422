"""The tables as the code knows them are those that the migrations build, also over old rows."""

from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import infra.store.act_tables
import infra.store.beat_tables
import infra.store.clock_tables
import infra.store.dead_letter_tables
import infra.store.evidence_tables
import infra.store.signal_tables
import infra.store.statement_tables
from infra.store.engine import database_url
from infra.store.migrating import SCRIPTS, migrate
from infra.store.tables import metadata

pytestmark = pytest.mark.database


def test_the_migrations_build_what_the_code_expects(database: str) -> None:
    assert infra.store.act_tables.acts.metadata is infra.store.clock_tables.clocks.metadata
    assert infra.store.beat_tables.beats.metadata is metadata
    assert infra.store.evidence_tables.evidence_uses.metadata is metadata
    assert infra.store.dead_letter_tables.dead_letter_acts.metadata is metadata
    assert infra.store.signal_tables.camera_signals.metadata is metadata
    assert infra.store.statement_tables.daily_statements.metadata is metadata
    engine = create_engine(database_url(database))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_ours}
        )
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """The parts of a partitioned table, and alembic's own."""
    return kind != "table" or not (name or "").startswith(("effects_", "alembic_"))


def test_what_was_there_before_people_could_act_stays_good(empty_database: str) -> None:
    _upgrade(empty_database, "r0001")
    with psycopg.connect(empty_database) as connection:
        connection.execute(
            "INSERT INTO policies (digest, name, version) VALUES ('\\x00', 'base', '1')"
        )
        connection.execute(
            "INSERT INTO work_files (case_id, version, state, route, queue, opened_at, due_at,"
            " last_seen_at, sightings) VALUES ('C1', 1, 'candidate', 'soft', 'soft', now(), now(),"
            " now(), 1)"
        )

    migrate(empty_database)

    with psycopg.connect(empty_database) as connection:
        case = connection.execute("SELECT state, acts, policy, linked FROM work_files").fetchone()
        pack = connection.execute("SELECT used_at = kept_at, valid_from FROM policies").fetchone()
        shards = connection.execute(
            "SELECT count(*), sum(lines), max(length(chain)) FROM act_shards"
        ).fetchone()
    assert case == ("candidate", 0, None, None)
    assert pack == (True, None)
    assert shards == (16, 0, 32)


def _upgrade(dsn: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(SCRIPTS)))
    config.set_main_option("path_separator", "os")
    engine = create_engine(database_url(dsn))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
