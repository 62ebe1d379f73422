"""A worker that was stopped inside a COPY holds its shard only until the next one asks for it."""

import psycopg
import pytest
from sqlalchemy import make_url

from infra.store.engine import make_engine
from infra.store.work import PostgresWork
from schemas.errors import TemporarilyUnavailableError
from streams.topics import topic_of
from tests.support.builders import a_shard

SHARD = a_shard()


def stopped_in_a_copy(dsn: str, application: str) -> "psycopg.Connection[tuple[object, ...]]":
    """Holds the head, began to copy, and says nothing more: as after SIGSTOP."""
    url = make_url(dsn).set(drivername="postgresql").render_as_string(hide_password=False)
    zombie = psycopg.connect(
        url,
        application_name=application,
        options="-c idle_in_transaction_session_timeout=2s",
    )
    zombie.execute(
        "SELECT next FROM heads WHERE topic_id = %s AND partition = %s FOR UPDATE",
        (SHARD.log.topic_id, SHARD.log.number),
    )
    zombie.pgconn.send_query(b"COPY voids (topic_id) FROM STDIN")
    zombie.pgconn.get_result()
    return zombie


async def test_the_next_owner_ends_the_session_of_one_that_was_stopped(database: str) -> None:
    engine = make_engine(database, application="offsite-worker-general-2", connections=1)
    work = PostgresWork(engine, topic_of=topic_of)
    async with work.begin(SHARD):
        pass
    zombie = stopped_in_a_copy(database, "offsite-worker-general-1")

    with pytest.raises(TemporarilyUnavailableError, match="lock timeout"):
        async with work.begin(SHARD):
            pass
    async with work.begin(SHARD) as transaction:
        got_it = transaction.head.next

    assert got_it == 0
    zombie.pgconn.put_copy_end()
    assert zombie.pgconn.get_result() is not None
    with pytest.raises(psycopg.OperationalError):
        zombie.commit()
    zombie.close()
    await engine.dispose()


async def test_who_is_no_worker_is_left_alone(database: str) -> None:
    engine = make_engine(database, application="offsite-worker-general-2", connections=1)
    work = PostgresWork(engine, topic_of=topic_of)
    async with work.begin(SHARD):
        pass
    person = stopped_in_a_copy(database, "psql")

    with pytest.raises(TemporarilyUnavailableError, match="lock timeout"):
        async with work.begin(SHARD):
            pass

    person.pgconn.put_copy_end(b"never mind")
    refused = person.pgconn.get_result()
    assert refused is not None
    assert b"never mind" in refused.error_message  # its session is there to say so
    person.close()
    await engine.dispose()
