"""From a record in Kafka to what handlers take in: an event, or the reason why it is none."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from handlers.decisions.facts import Overload, Undecodable
from handlers.ports import Received
from schemas.errors import InvalidValueError
from schemas.events import Event
from schemas.ids import Address
from schemas.wire.envelope import bytes_digest
from schemas.wire.reading import read_event

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Message(Struct, frozen=True, kw_only=True):
    """A record as it lies in Kafka. `headers` have lower-case names."""

    address: Address
    appended_at: datetime
    value: bytes
    headers: Mapping[str, bytes]


def message(
    address: Address,
    *,
    timestamp_ms: int,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes]],
) -> Message:
    """Translate a driver's record. Kafka's binding spells `ce_id` what HTTP spells `ce-id`."""
    return Message(
        address=address,
        appended_at=_EPOCH + timedelta(milliseconds=timestamp_ms),
        value=b"" if value is None else value,
        headers=with_lower_names(headers),
    )


def with_lower_names(headers: Iterable[tuple[str, bytes]]) -> Mapping[str, bytes]:
    """Headers as readers know them; of two of one name the last is heard."""
    return {_header(name): content or b"" for name, content in headers}


def _header(name: str) -> str:
    lower = name.lower()
    return f"ce-{lower[3:]}" if lower.startswith("ce_") else lower


def received(record: Message, *, overload: Overload | None = None) -> Received:
    """Read a message. What no reader understands is no error here: it will be parked."""
    content = _content(record)
    return Received(
        address=record.address,
        received_at=record.appended_at,
        input=bytes_digest(record.value, record.headers),
        content=content,
        overload=overload,
    )


def all_received(records: Iterable[Message], *, overload: Overload | None = None) -> list[Received]:
    """Read a batch."""
    return [received(record, overload=overload) for record in records]


def _content(record: Message) -> Event | Undecodable:
    try:
        return read_event(record.value, record.headers)
    except InvalidValueError as error:
        return Undecodable(reason=str(error))
