"""Tells a database that is away, or busy, from one that says no."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from infra.store.act_tables import COMMAND_ONCE
from infra.store.tables import ONE_OPEN_CASE
from schemas.errors import TemporarilyUnavailableError

PASSING: Final = (
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.LockNotAvailable,
    errors.QueryCanceled,
    errors.IdleInTransactionSessionTimeout,
    errors.ReadOnlySqlTransaction,
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
)
PASSING_CLASSES: Final = ("08", "53", "58")
"""Connection exceptions, insufficient resources (disk, memory, connections), system errors."""


@contextmanager
def told_by_remedy() -> Iterator[None]:
    """Raise what passes by itself as `TemporarilyUnavailableError`; all else goes up as it is."""
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.Error) or not will_pass(error.orig):
            raise
        raise TemporarilyUnavailableError(_told(error.orig)) from error
    except psycopg.Error as error:
        if not will_pass(error):
            raise
        raise TemporarilyUnavailableError(_told(error)) from error
    except PoolTimeoutError as error:
        raise TemporarilyUnavailableError("database: all connections are in use") from error


def will_pass(error: psycopg.Error) -> bool:
    """Whether the same again, later, may succeed."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    if isinstance(error, errors.UniqueViolation):
        # Another opened a case at the same site, or used the command's id, meanwhile: next time
        # we shall see it.
        return error.diag.constraint_name in {ONE_OPEN_CASE, COMMAND_ONCE}
    return isinstance(error, PASSING) or error.sqlstate.startswith(PASSING_CLASSES)


def is_lost(error: psycopg.Error) -> bool:
    """Whether the connection itself is gone, and others of its pool may be too."""
    gone = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow)
    return error.sqlstate is None or isinstance(error, gone) or error.sqlstate.startswith("08")


def _told(error: psycopg.Error) -> str:
    """One line without parameters: they may hold what is nobody's business."""
    primary = error.diag.message_primary
    lines = str(error).splitlines()
    return f"database: {primary or (lines[0] if lines else type(error).__name__)}"
