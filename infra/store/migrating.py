"""Brings a database to the form that this code expects, or says that it isn't."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from infra.store.engine import connect_arguments, database_url
from infra.store.failures import told_by_remedy
from schemas.errors import RefusedError

SCRIPTS: Final = Path(__file__).parent / "migrations"

# Two that start at once take turns. Any number does, as long as it is always the same.
_TURN: Final = text("SELECT pg_advisory_xact_lock(7061726)")


def migrate(dsn: str) -> None:
    """Upgrade an empty or older database. Blocks. May be repeated, and by several at once.

    Raises:
        TemporarilyUnavailableError: no database there.
        RefusedError: the database is newer than this code.
    """
    with told_by_remedy(), _transaction(dsn) as connection:
        connection.execute(_TURN)
        config = _config()
        _refuse_newer(_revision(connection), ScriptDirectory.from_config(config))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_current(dsn: str) -> None:
    """Pass only if the database has the form that this code was written for. Blocks.

    Raises:
        TemporarilyUnavailableError: no database there.
        RefusedError: it was never set up, or is older or newer; says what to do.
    """
    with told_by_remedy(), _transaction(dsn) as connection:
        has = _revision(connection)
    scripts = ScriptDirectory.from_config(_config())
    wants = scripts.get_current_head()
    if has is None:
        raise RefusedError("the database has no tables of ours: run `offsite migrate`")
    _refuse_newer(has, scripts)
    if has != wants:
        raise RefusedError(
            f"the database is older than this program ({has}, not {wants}): run `offsite migrate`"
        )


@contextmanager
def _transaction(dsn: str) -> Iterator[Connection]:
    engine = create_engine(
        database_url(dsn), connect_args=connect_arguments("offsite-migrate"), poolclass=NullPool
    )
    with engine.begin() as connection:
        yield connection


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(has: str | None, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if has is not None and has not in known:
        raise RefusedError(
            f"the database is newer than this program ({has}): install the newer program"
        )
