"""Of brokers that were killed kafka-python keeps sockets that never met anybody: close them."""

import gc
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

IGNORED = (
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::pytest.PytestUnhandledThreadExceptionWarning",
)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """While the test's own filters hold, so that no later test is blamed."""
    yield
    gc.collect()
    for one in [each for each in gc.get_objects() if isinstance(each, socket.socket)]:
        if _never_met_anybody(one):
            one.close()


def _never_met_anybody(one: socket.socket) -> bool:
    if one.fileno() < 0 or one.type is not socket.SOCK_STREAM:
        return False
    if one.family is not socket.AF_INET:
        return False
    if one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return False
    with suppress(OSError):
        one.getpeername()
        return False
    return True
