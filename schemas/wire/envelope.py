"""The CloudEvents 1.0 envelope, in structured and in binary form.

Source: CloudEvents 1.0.2, JSON event format and HTTP and Kafka protocol bindings.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import unquote_to_bytes

import orjson
from msgspec import Struct

from schemas.errors import InvalidValueError
from schemas.ids import EventId, Sha256
from schemas.instants import parse_instant
from schemas.wire.limits import require_few, require_shallow, require_short
from schemas.wire.plain import is_plain

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
LONGEST_NAME: Final = 256

Headers = Mapping[str, bytes]
"""Lower-case names; values as received. `ce-*` and `content-type` make binary mode."""


class Envelope(Struct, frozen=True, kw_only=True):
    """Who says it, of what type, when; and the data, still a plain object."""

    id: EventId
    type: str
    time: datetime
    subject: str | None
    data: dict[str, object]


def is_binary(headers: Headers) -> bool:
    """Whether the attributes stand in headers instead of in the body."""
    return "ce-specversion" in headers or "ce-id" in headers


def bytes_digest(value: bytes, headers: Headers) -> Sha256:
    """Digest of the bytes as received: the body, and in binary mode the `ce-*` headers too."""
    if not is_binary(headers):
        return Sha256(hashlib.sha256(value).hexdigest())
    digest = hashlib.sha256()
    for name in sorted(name for name in headers if name.startswith("ce-")):
        content = headers[name]
        digest.update(b"%s:%d:%s\n" % (name.encode(), len(content), content))
    digest.update(b"\n")
    digest.update(value)
    return Sha256(digest.hexdigest())


def open_envelope(value: bytes, headers: Headers) -> Envelope:
    """Read a message in either form.

    Raises:
        InvalidValueError: which attribute, what was expected, what came.
    """
    return _binary(value, headers) if is_binary(headers) else _structured(value)


def _structured(value: bytes) -> Envelope:
    attributes = _json_object(value, "body")
    content_type = attributes.get("datacontenttype")
    if attributes.get("data_base64") is not None:
        raise InvalidValueError(expected="JSON in data", got="data_base64", field="data_base64")
    known_type = "application/json" if content_type is None else content_type
    return _envelope(attributes, attributes.get("data"), known_type)


def _binary(value: bytes, headers: Headers) -> Envelope:
    if "ce-datacontenttype" in headers:
        raise InvalidValueError(
            expected="Content-Type instead (binary mode)",
            got="ce-datacontenttype",
            field="ce-datacontenttype",
        )
    attributes: dict[str, object] = {
        name[3:]: _header_text(name, content)
        for name, content in headers.items()
        if name.startswith("ce-")
    }
    content_type = headers.get("content-type", b"application/json").decode("latin-1")
    return _envelope(attributes, _json_object(value, "data"), content_type)


def _header_text(name: str, content: bytes) -> str:
    require_short(name, content)
    try:
        return unquote_to_bytes(content).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidValueError(
            expected="percent-encoded UTF-8", got=repr(content[:64]), field=name
        ) from error


def _json_object(value: bytes, field: str) -> dict[str, object]:
    try:
        content = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise InvalidValueError(expected="a JSON object", got=str(error), field=field) from error
    if not isinstance(content, dict):
        raise InvalidValueError(expected="a JSON object", got=type(content).__name__, field=field)
    require_shallow(content, value, field)
    return content


def _envelope(attributes: Mapping[str, object], data: object, content_type: object) -> Envelope:
    require_few(attributes)
    if _text(attributes, "specversion") != "1.0":
        raise InvalidValueError(
            expected='"1.0"', got=_text(attributes, "specversion"), field="specversion"
        )
    media_type = str(content_type).split(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise InvalidValueError(
            expected="application/json", got=str(content_type), field="datacontenttype"
        )
    if not isinstance(data, dict):
        raise InvalidValueError(expected="a JSON object", got=type(data).__name__, field="data")
    subject = _text(attributes, "subject") if attributes.get("subject") is not None else None
    return Envelope(
        id=EventId(_text(attributes, "source"), _text(attributes, "id")),
        type=_text(attributes, "type"),
        time=parse_instant(_text(attributes, "time")),
        subject=subject,
        data=data,
    )


def _text(attributes: Mapping[str, object], name: str) -> str:
    value = attributes.get(name)
    expected = f"text of 1 … {LONGEST_NAME} printable characters"
    if not isinstance(value, str):
        got = "nothing" if value is None else type(value).__name__
        raise InvalidValueError(expected=expected, got=got, field=name)
    if not 1 <= len(value) <= LONGEST_NAME or not is_plain(value):
        raise InvalidValueError(expected=expected, got=repr(value[:80]), field=name)
    return value
