"""Ends the session of a worker that was stopped while it held a shard's head.

`idle_in_transaction_session_timeout` ends one that was stopped between two statements. One that
was stopped within a COPY is not idle: the server waits for its rows for ever, and no timeout of
PostgreSQL's ends that. So whoever waited for the head in vain looks for such a session.
"""

from typing import Any, Final

import psycopg
import structlog

_END_STOPPED: Final = """
SELECT application_name, pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND application_name LIKE 'offsite-worker-%'
    AND wait_event = 'ClientRead' AND xact_start < clock_timestamp() - interval '8 seconds'
"""
"""A worker that is well lets the server wait for milliseconds, and never this long."""


async def end_stopped_workers(driver: "psycopg.AsyncConnection[tuple[Any, ...]]") -> None:
    """Call after a wait for a head has timed out; leaves the connection without a transaction.

    The stopped one finds its session gone when it wakes up, and its commit fails.
    """
    await driver.rollback()
    # No parameters: a percent sign is one.
    ended = await (await driver.execute(_END_STOPPED)).fetchall()
    await driver.commit()
    for application, _ in ended:
        structlog.get_logger().warning("stopped_worker_fenced", application=application)
