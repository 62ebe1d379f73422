"""The weather must be as told: on a loopback server that repeats what it hears."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from infra.embedded.ports import LOOPBACK, find_free_ports
from tests.faults.proxy import FINE, Proxies, Weather

WITHIN_S = 5


class Parrot:
    """Says back what it hears, and remembers each connection's words."""

    def __init__(self) -> None:
        self._socket = socket.create_server((LOOPBACK, 0))
        self.heard: list[bytearray] = []
        self.changed = threading.Condition()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._listen, args=(client,), daemon=True).start()

    def _listen(self, client: socket.socket) -> None:
        words = bytearray()
        with self.changed:
            self.heard.append(words)
        with client, suppress(OSError):
            while chunk := client.recv(4096):
                with self.changed:
                    words += chunk
                    self.changed.notify_all()
                client.sendall(chunk)


@pytest.fixture
def parrot() -> Iterator[Parrot]:
    parrot = Parrot()
    yield parrot
    parrot.close()


@pytest.fixture
def port() -> int:
    return find_free_ports(1)[0]


@pytest.fixture
def proxies(parrot: Parrot, port: int) -> Iterator[Proxies]:
    with Proxies({port: parrot.port}) as proxies:
        yield proxies


@pytest.fixture
def client(proxies: Proxies, port: int) -> Iterator[socket.socket]:
    with socket.create_connection((LOOPBACK, port), timeout=WITHIN_S) as client:
        yield client


def said_back(client: socket.socket, words: bytes) -> bytes:
    client.sendall(words)
    back = b""
    while len(back) < len(words) and (chunk := client.recv(4096)):
        back += chunk
    return back


def test_on_a_fine_day_all_comes_through(client: socket.socket) -> None:
    assert said_back(client, b"hello" * 1000) == b"hello" * 1000


def test_in_a_black_hole_nothing_is_heard_and_then_all(
    client: socket.socket, proxies: Proxies, port: int
) -> None:
    proxies.set([port], Weather(is_black_hole=True))
    client.sendall(b"hello")
    client.settimeout(0.4)
    with pytest.raises(TimeoutError):
        client.recv(10)

    proxies.set([port], FINE)

    client.settimeout(WITHIN_S)
    assert client.recv(10) == b"hello"


def test_a_torn_connection_is_reset(client: socket.socket, proxies: Proxies, port: int) -> None:
    said_back(client, b"hello")

    proxies.tear(port)

    with pytest.raises(OSError, match="reset"):
        client.recv(10)


def test_a_message_is_cut_in_its_midst(client: socket.socket, proxies: Proxies, port: int) -> None:
    said_back(client, b"hello")

    proxies.set([port], Weather(cut_after_bytes=10))

    client.sendall(b"ten more bytes and some")
    half = client.recv(100)
    with pytest.raises(OSError, match="reset"):
        client.recv(100)
    assert half == b"ten more by"


def test_a_half_closed_server_says_no_more(
    client: socket.socket, proxies: Proxies, port: int
) -> None:
    said_back(client, b"hello")

    proxies.half_close(port)

    assert client.recv(10) == b""
    client.sendall(b"still heard")


def test_who_is_refused_is_told_at_once(proxies: Proxies, port: int) -> None:
    proxies.set([port], Weather(refuses=True))

    with pytest.raises(OSError, match="reset"):
        _listen_at(port)


def _listen_at(port: int) -> bytes:
    """The reset may come while still connecting."""
    with socket.create_connection((LOOPBACK, port), timeout=WITHIN_S) as client:
        return client.recv(10)


def test_what_is_repeated_is_said_over_two_connections(
    proxies: Proxies, port: int, parrot: Parrot
) -> None:
    proxies.set([port], Weather(echoes=True))
    with socket.create_connection((LOOPBACK, port), timeout=WITHIN_S) as client:
        assert said_back(client, b"twice") == b"twice"

        with parrot.changed:
            assert parrot.changed.wait_for(lambda: parrot.heard == [b"twice"] * 2, WITHIN_S)
