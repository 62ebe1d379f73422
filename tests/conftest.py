"""What the suites share: a PostgreSQL and a Kafka a session, a fresh database a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest
from sqlalchemy import make_url

from infra.store.migrating import migrate
from tests.support import services

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, gone with the session. Not safe against power cuts, but quick."""
    if reason := services.why_no_postgres():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("postgres")
    with services.running_postgres(folder, settings={"fsync": "off"}) as dsn:
        yield dsn


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
    if reason := services.why_no_kafka():
        pytest.skip(reason)
    with services.running_kafka(tmp_path_factory.mktemp("kafka")) as bootstrap:
        yield bootstrap
