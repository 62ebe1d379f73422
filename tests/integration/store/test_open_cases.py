"""What the database itself says of open cases: one a site, found by an index, in every state."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from infra.store import statements as sql
from infra.store.rows import case_row, site_digest
from infra.store.tables import ONE_OPEN_CASE
from schemas.values import replace
from schemas.workfile import ENDED, CaseState, WorkFile
from tests.support.builders import a_case, a_site

pytestmark = pytest.mark.database


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database) as connection:
        yield connection


def keep(connection: psycopg.Connection, case: WorkFile) -> None:
    connection.execute(sql.KEEP_CASES, sql.case_arrays([(*case_row(case), None)]))


def open_at_the_site(connection: psycopg.Connection) -> int:
    return connection.execute(sql.LOCK_OPEN_CASES, ([site_digest(a_site())],)).rowcount


@pytest.mark.parametrize("state", CaseState)
def test_a_case_is_open_until_it_has_ended(
    connection: psycopg.Connection, state: CaseState
) -> None:
    keep(connection, a_case(state=state))

    assert open_at_the_site(connection) == (0 if state in ENDED else 1)


@pytest.mark.parametrize("state", sorted(set(CaseState) - ENDED))
def test_a_site_has_one_open_case_whoever_has_it_in_hand(
    connection: psycopg.Connection, state: CaseState
) -> None:
    keep(connection, a_case(state=state))

    with pytest.raises(errors.UniqueViolation) as caught:
        keep(connection, a_case("C261120-BBBBBBBBBBBB"))

    assert caught.value.diag.constraint_name == ONE_OPEN_CASE


def test_a_site_may_have_many_cases_that_have_ended(connection: psycopg.Connection) -> None:
    for number, state in enumerate([*sorted(ENDED), CaseState.OPENED]):
        keep(connection, a_case(f"C261120-{number}", state=state))

    assert open_at_the_site(connection) == 1


def test_open_cases_are_found_by_their_index(connection: psycopg.Connection) -> None:
    connection.execute("SET LOCAL enable_seqscan = off")

    plan = connection.execute(
        f"EXPLAIN {sql.LOCK_OPEN_CASES}", ([site_digest(a_site())],)
    ).fetchall()

    assert ONE_OPEN_CASE in str(plan)


def test_a_sighting_more_changes_nothing_that_people_decide(
    connection: psycopg.Connection,
) -> None:
    ours = a_case(state=CaseState.HANDLING, acts=3)
    keep(connection, ours)

    keep(connection, replace(ours, version=2, sightings=2, state=CaseState.CANDIDATE, acts=0))

    kept = connection.execute("SELECT version, sightings, state, acts FROM work_files").fetchone()
    assert kept == (2, 2, "handling", 3)
