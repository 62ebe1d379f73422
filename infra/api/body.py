"""Reads a request's body as it came, and says in which of CloudEvents' three forms it is.

Source: CloudEvents 1.0.2, HTTP protocol binding, chapter 3.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fastapi import Request

from infra.api.problems import ProblemError
from schemas.errors import InvalidValueError
from schemas.wire.envelope import BATCH, STRUCTURED, is_binary
from streams.intake import Item, structured
from streams.tracing import TRACE_HEADER

RECEIVE_WITHIN_S: Final = 15.0
"""A body of 1 MiB within it is slow enough for anybody's line."""
_BINARY_HEADERS: Final = ("content-type",)


class Form(StrEnum):
    """How an event stands in a request."""

    STRUCTURED = "structured"
    BINARY = "binary"
    BATCH = "batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A body with its form. `headers` are lower-case and unique."""

    form: Form
    body: bytes
    headers: Mapping[str, bytes]

    @property
    def trace(self) -> str | None:
        """The sender's trace context, as it says."""
        told = self.headers.get(TRACE_HEADER)
        return None if told is None else told.decode("latin-1")

    def item(self) -> Item:
        """The one event of a body that is no batch."""
        if self.form is Form.STRUCTURED:
            return structured(self.body)
        kept = {
            name: value
            for name, value in self.headers.items()
            if name in _BINARY_HEADERS or name.startswith("ce-")
        }
        return Item(value=self.body, headers=kept)


async def read_pushed(request: Request, *, limit_bytes: int) -> Pushed:
    """Read it whole, but never more than the limit.

    Raises:
        ProblemError: 400, 408, 413 or 415.
    """
    headers = _headers(request)
    encoding = headers.get("content-encoding", b"identity").decode("latin-1").strip().lower()
    if encoding != "identity":
        raise ProblemError(
            415, f"Content-Encoding: expected identity, got {encoding[:80]}: bytes are kept as sent"
        )
    form = _form(headers)
    body = await read_body(request, limit_bytes=limit_bytes)
    return Pushed(form=form, body=body, headers=headers)


def _headers(request: Request) -> Mapping[str, bytes]:
    headers: dict[str, bytes] = {}
    for raw_name, value in request.headers.raw:
        name = raw_name.decode("latin-1").lower()
        if name in headers and (name.startswith("ce-") or name == "content-type"):
            raise InvalidValueError(expected="the header once", got="twice", field=name)
        headers[name] = value
    return headers


def _form(headers: Mapping[str, bytes]) -> Form:
    content_type = headers.get("content-type", b"").decode("latin-1")
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    charset = _charset(parameters)
    if charset != "utf-8":
        raise ProblemError(415, f"charset: expected utf-8, got {charset[:80]}")
    if media_type == BATCH:
        return Form.BATCH
    if media_type == STRUCTURED:
        return Form.STRUCTURED
    if is_binary(headers) and media_type in {"", "application/json"}:
        return Form.BINARY
    raise ProblemError(
        415,
        f"Content-Type: expected {STRUCTURED}, {BATCH}, or application/json with ce-* headers, "
        f"got {content_type[:80] or 'nothing'}",
    )


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return "utf-8"


async def read_body(request: Request, *, limit_bytes: int) -> bytes:
    """Read it whole, but never more than the limit.

    Raises:
        ProblemError: 408, 413.
    """
    told = request.headers.get("content-length", "0")
    if told.isascii() and told.isdigit() and int(told) > limit_bytes:
        raise _too_large(limit_bytes, told)
    try:
        async with asyncio.timeout(RECEIVE_WITHIN_S):
            return await _received(request, limit_bytes)
    except TimeoutError as error:
        raise ProblemError(
            408, f"body: expected whole within {RECEIVE_WITHIN_S:.0f} s, got a part of it"
        ) from error


async def _received(request: Request, limit_bytes: int) -> bytes:
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > limit_bytes:
            raise _too_large(limit_bytes, f"at least {len(parts)}")
    return bytes(parts)


def _too_large(limit: int, got: str) -> ProblemError:
    return ProblemError(413, f"body: expected at most {limit} bytes, got {got}")
