"""What only a connection shows: how many there may be, and how large and slow their headers."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from infra.api import connections
from infra.api.connections import PatientProtocol
from infra.embedded.ports import LOOPBACK, find_free_ports
from tests.support.parts import a_part, wait_until

HEAD = b"GET /healthz HTTP/1.1\r\nHost: door\r\n"
CONNECTIONS = 4


@pytest.fixture
def door(kafka_bootstrap: str, database: str, tmp_path: Path) -> Iterator[int]:
    """The port of a door that `offsite run api` opened."""
    (port,) = find_free_ports(1)
    env = {
        "OFFSITE_DATA": str(tmp_path),
        "OFFSITE_KAFKA": kafka_bootstrap,
        "OFFSITE_DATABASE": database,
        "OFFSITE_PORT": str(port),
        "OFFSITE_CONNECTIONS_LIMIT": str(CONNECTIONS),
    }
    log = tmp_path / "door.log"
    with a_part("api", env=env, log=log):
        wait_until(lambda: is_open(port), log=log)
        yield port


def is_open(port: int) -> bool:
    try:
        return status(port) == 200
    except OSError:
        return False


def status(port: int, **headers: str) -> int:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", "/healthz", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.broker
@pytest.mark.database
def test_headers_have_a_size_and_connections_a_number(door: int) -> None:
    assert status(door, Padding="x" * 60_000) == 200
    assert status(door, Padding="x" * 70_000) == 400
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(socket.create_connection((LOOPBACK, door)))
        assert status(door) == 503
    ends_at = time.monotonic() + 10
    while status(door) != 200:  # the door hears of the others' end a moment later
        assert time.monotonic() < ends_at


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server of ours that waits a quarter of a second for headers."""
    monkeypatch.setattr(connections, "HEAD_WITHIN_S", 0.25)
    (port,) = find_free_ports(1)
    config = uvicorn.Config(says_ok, port=port, http=PatientProtocol, log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield port
    server.should_exit = True
    thread.join(10)


async def says_ok(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def line(impatient: int) -> Iterator[socket.socket]:
    with socket.create_connection((LOOPBACK, impatient), timeout=10) as line:
        yield line


def test_a_connection_that_says_nothing_is_closed(line: socket.socket) -> None:
    assert line.recv(100) == b""


@pytest.mark.parametrize("asked_before", [False, True])
def test_headers_that_trickle_are_given_up(line: socket.socket, asked_before: bool) -> None:
    if asked_before:
        line.sendall(HEAD + b"\r\n")
        assert b"200 OK" in line.recv(1000)
    line.sendall(HEAD)

    with pytest.raises(ConnectionError):
        trickle(line)


def trickle(line: socket.socket) -> None:
    for _ in range(1000):
        line.sendall(b"X: y\r\n")
        time.sleep(0.01)


def test_a_body_may_take_longer_than_headers(line: socket.socket) -> None:
    line.sendall(HEAD + b"Content-Length: 5\r\n\r\n")
    for byte in b"later":
        time.sleep(0.1)
        line.sendall(bytes([byte]))

    assert b"200 OK" in line.recv(1000)


def test_headers_in_time_are_heard_one_request_after_another(line: socket.socket) -> None:
    for _ in range(5):
        line.sendall(HEAD)
        time.sleep(0.1)
        line.sendall(b"\r\n")
        assert b"200 OK" in line.recv(1000)
