"""A camera on the loopback that gives single pictures over HTTP, well or badly."""

import base64
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import cv2

from detectors.frames import Picture
from tests.integration.vision.coded import pictures

USER, PASSWORD = "officer", "s3cret"
_REALM, _NONCE = "camera", "0123456789abcdef"

Answer = Callable[[BaseHTTPRequestHandler, int], None]
"""What the camera does with its n-th request."""


def jpeg(picture: Picture) -> bytes:
    _, content = cv2.imencode(".jpg", picture)
    return content.tobytes()


JPEGS = [jpeg(picture) for picture in pictures(64)]


def send(
    asked: BaseHTTPRequestHandler, content: bytes, *, told: str = "image/jpeg", status: int = 200
) -> None:
    asked.send_response(status)
    asked.send_header("Content-Type", told)
    asked.send_header("Content-Length", str(len(content)))
    asked.end_headers()
    asked.wfile.write(content)


def picture(asked: BaseHTTPRequestHandler, number: int) -> None:
    """Each time another one."""
    send(asked, JPEGS[number % len(JPEGS)])


def with_basic(asked: BaseHTTPRequestHandler, number: int) -> None:
    expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    _with_key(asked, number, challenge=f'Basic realm="{_REALM}"', is_known=expected.__eq__)


def with_digest(asked: BaseHTTPRequestHandler, number: int) -> None:
    challenge = f'Digest realm="{_REALM}", nonce="{_NONCE}", algorithm=MD5'
    _with_key(asked, number, challenge=challenge, is_known=lambda key: _digest(asked) in key)


def _digest(asked: BaseHTTPRequestHandler) -> str:
    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    who, what = md5(f"{USER}:{_REALM}:{PASSWORD}"), md5(f"GET:{asked.path}")
    return md5(f"{who}:{_NONCE}:{what}")


def _with_key(
    asked: BaseHTTPRequestHandler, number: int, *, challenge: str, is_known: Callable[[str], bool]
) -> None:
    if is_known(asked.headers.get("Authorization", "")):
        picture(asked, number)
        return
    asked.send_response(401)
    asked.send_header("WWW-Authenticate", challenge)
    asked.send_header("Content-Length", "0")
    asked.end_headers()


@contextmanager
def snapshot_camera(answer: Answer, *, user: str = "") -> Iterator[str]:
    """Its address; with `user` in front, as `name:password`."""
    numbers = count()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self, next(numbers))

        def log_message(self, *_: object) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            host = f"127.0.0.1:{server.server_address[1]}"
            yield f"http://{user}@{host}/now.jpg?key=hidden" if user else f"http://{host}/now.jpg"
        finally:
            server.shutdown()
            serving.join()
