"""What a column says is what PostgreSQL reads, whatever people write into it."""

from datetime import UTC, datetime, timedelta

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url

from infra.store.arrays import array, bytes_array
from schemas.instants import CHINA

TEXTS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)))
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=365_000)).map(
    lambda since: datetime(1970, 1, 1, tzinfo=CHINA) + since
)
ONCE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def read(database: str, literal: str, kind: str) -> list[object]:
    url = make_url(database).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        row = connection.execute(f"SELECT %s::{kind}[]", (literal,)).fetchone()
    assert row is not None
    return list(row[0])


@ONCE
@given(st.lists(st.none() | TEXTS, min_size=1))
def test_a_column_of_text_arrives_as_it_was(database: str, column: list[str | None]) -> None:
    assert read(database, array(column), "text") == column


def test_text_that_looks_like_an_array_or_like_nothing_is_only_text(database: str) -> None:
    column = ["{a,b}", "null", "NULL", "", " ", '"', "\\", "\\x00", "a\nb", "\x7f\x01", "、"]

    assert read(database, array(column), "text") == column


@ONCE
@given(st.lists(st.none() | st.integers(-(2**53) + 1, 2**53 - 1), min_size=1))
def test_a_column_of_numbers_arrives_as_it_was(database: str, column: list[int | None]) -> None:
    assert read(database, array(column), "bigint") == column


@ONCE
@given(st.lists(st.none() | INSTANTS, min_size=1))
def test_a_column_of_instants_arrives_as_it_was(
    database: str, column: list[datetime | None]
) -> None:
    got = read(database, array(column), "timestamptz")

    assert [None if each is None else each.astimezone(UTC) for each in got] == column  # type: ignore[attr-defined]


@ONCE
@given(st.lists(st.none() | st.binary(), min_size=1))
def test_a_column_of_bytes_arrives_as_it_was(database: str, column: list[bytes | None]) -> None:
    assert read(database, bytes_array(column), "bytea") == column


def test_an_empty_column_is_an_empty_array(database: str) -> None:
    assert read(database, array([]), "text") == read(database, bytes_array([]), "bytea") == []
