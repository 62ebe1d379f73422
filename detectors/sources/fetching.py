"""Asks a camera for its picture over HTTP: one answer, not too long, and from nobody else."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO, Final, NoReturn
from urllib.parse import unquote, urlsplit, urlunsplit

from detectors.sources.source import SourceUnusableError
from schemas.errors import TemporarilyUnavailableError
from schemas.source import without_credentials

MOST_BYTES: Final = 16 * 2**20
"""Forty megapixels as a JPEG."""

_CHUNK: Final = 64 * 2**10
_PERHAPS_LATER: Final = frozenset({408, 425, 429})
"""Of the answers that blame the caller, those that may be another one soon."""


class Fetcher:
    """Gets one address again and again: basic or digest authentication, no proxy.

    Name and password come out of the address, and appear in no error.
    """

    def __init__(self, address: str, *, timeout_s: float, most_bytes: int = MOST_BYTES) -> None:
        parts = urlsplit(address)
        if not parts.hostname:
            raise SourceUnusableError(f"{without_credentials(address)}: there is no host in it")
        bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
        self.name: Final = without_credentials(address)
        self._bare: Final = bare
        self._timeout_s: Final = timeout_s
        self._most_bytes: Final = most_bytes
        self._opener: Final = _opener(bare, parts.username, parts.password)

    def fetch(self) -> bytes:
        """The bytes that came. Blocks for at most about twice the timeout.

        Raises:
            SourceUnusableError: an answer that asking again won't change.
            TemporarilyUnavailableError: no answer in time, or one that may change.
        """
        until = time.monotonic() + self._timeout_s
        try:
            with self._opener.open(self._request(), timeout=self._timeout_s) as answer:
                return self._read(answer, until)
        except urllib.error.HTTPError as error:
            error.close()
            self._refuse(error)
        except (OSError, HTTPException, ValueError) as error:
            # From None: their texts may hold the address with its keys.
            raise TemporarilyUnavailableError(f"{self.name}: {_said(error)}") from None

    def _request(self) -> urllib.request.Request:
        """A fresh one: it remembers the key that it was sent with."""
        headers = {"User-Agent": "offsite", "Cache-Control": "no-cache"}
        return urllib.request.Request(self._bare, headers=headers)  # noqa: S310 - http, seen to

    def _read(self, answer: HTTPResponse, until: float) -> bytes:
        content = bytearray()
        while chunk := answer.read1(_CHUNK):
            content += chunk
            if len(content) > self._most_bytes:
                raise SourceUnusableError(
                    f"{self.name}: expected a picture of at most {self._most_bytes} bytes, got more"
                )
            if time.monotonic() > until:
                raise TemporarilyUnavailableError(
                    f"{self.name}: the answer took more than {self._timeout_s:g} s"
                )
        if not content:
            raise TemporarilyUnavailableError(f"{self.name}: the camera answered with nothing")
        self._require_picture(answer.headers.get_content_type())
        return bytes(content)

    def _require_picture(self, told: str) -> None:
        """What is text or a stream by its own word is not looked at."""
        if told.startswith(("text/", "multipart/", "video/", "audio/")):
            raise SourceUnusableError(f"{self.name}: expected a JPEG or PNG, got {told}")

    def _refuse(self, error: urllib.error.HTTPError) -> NoReturn:
        text = f"{self.name}: the camera answered {error.code} {error.reason}"
        if error.code < 500 and error.code not in _PERHAPS_LATER:
            raise SourceUnusableError(text) from None
        raise TemporarilyUnavailableError(text) from None


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows from http to https, but to no other machine: nobody told us to talk to it."""

    def redirect_request(  # noqa: PLR0917 - as urllib has it
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).hostname != urlsplit(req.full_url).hostname:
            reason = "and sends us to another machine"
            raise urllib.error.HTTPError(req.full_url, code, reason, headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """Shows the key once: a camera that refuses it five times locks us out."""

    def http_error_401(  # noqa: PLR0917 - as urllib has it
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
    ) -> HTTPResponse | None:
        if not _is_offered("digest", req, headers):
            return None
        return _answered(partial(super().http_error_401, req, fp, code, msg, headers), fp)


class _Basic(urllib.request.HTTPBasicAuthHandler):
    """The same, where nothing better is offered."""

    def http_error_401(  # noqa: PLR0917 - as urllib has it
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
    ) -> HTTPResponse | None:
        if not _is_offered("basic", req, headers):
            return None
        return _answered(partial(super().http_error_401, req, fp, code, msg, headers), fp)


def _is_offered(scheme: str, request: urllib.request.Request, headers: HTTPMessage) -> bool:
    offers = headers.get_all("WWW-Authenticate", [])
    offered = {offer.partition(" ")[0].lower() for offer in offers}
    return scheme in offered and not request.has_header("Authorization")


def _answered(
    ask_again: Callable[[], HTTPResponse | None], refusal: IO[bytes]
) -> HTTPResponse | None:
    """The answer to the key, or another refusal; the first one is done with."""
    try:
        answer = ask_again()
    except urllib.error.HTTPError:
        refusal.close()
        raise
    if answer is not None:
        refusal.close()
    return answer


def _opener(address: str, user: str | None, password: str | None) -> urllib.request.OpenerDirector:
    """Only what this needs: no proxy out of the environment, no file and no FTP."""
    opener = urllib.request.OpenerDirector()
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        _SameHost(),
    ]
    if user is not None:
        keys = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        keys.add_password(None, address, unquote(user), unquote(password or ""))
        handlers += [
            _Digest(keys),
            _Basic(keys),
        ]
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _said(error: Exception) -> str:
    """In words that hold no address."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, OSError) and reason.strerror:
        return f"no answer: {reason.strerror}"
    return f"no answer that could be read: {type(reason).__name__}"
