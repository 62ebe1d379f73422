"""The front door: from a sender's bytes to a place in Kafka, unchanged.

body ─► items, each its exact bytes ─► checked ─► acknowledged by all ─► journal ─► receipt
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from handlers.decisions.policy import Policy
from schemas.errors import RefusedError, TemporarilyUnavailableError
from schemas.events import Event
from schemas.ids import EventId, Sha256
from schemas.lane import Lane
from schemas.probe import PROBER, Probe
from schemas.wire.envelope import STRUCTURED, bytes_digest, is_binary, open_envelope
from schemas.wire.limits import require_single_names
from schemas.wire.reading import read_body
from streams.in_force import PackInForce
from streams.journal import Entry, Journal
from streams.producing import Outgoing, Receipt
from streams.topics import EVENTS, key_of, lane_of
from streams.tracing import TRACE_HEADER, UNTRACED, Trace, Traces

DIGEST_HEADER: Final = "offsite-sha256"
IN_FLIGHT_BYTES: Final = 16 * 1024 * 1024
"""Half of the driver's buffer: were that full, the driver would block the whole door."""


class ForeignSourceError(RefusedError):
    """A key was used to speak for somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whom a key speaks for, and where its messages go that the safety table doesn't know."""

    source: str
    lane: Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One event as it came: `headers` has the content type and, in binary mode, `ce-*`."""

    value: bytes
    headers: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Where an event lies now."""

    id: EventId
    digest: Sha256
    receipt: Receipt


def structured(value: bytes) -> Item:
    """An event with its attributes in the body."""
    return Item(value=value, headers={"content-type": STRUCTURED.encode()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """An item on its way: the record that carries it, and the digest of all that came."""

    record: Outgoing
    digest: Sha256


def addressed(item: Item, event: Event, *, policy: Policy, registered: Lane | None) -> Addressed:
    """Put an item into the lane and under the key that are its own."""
    lane = lane_of(event, policy=policy, registered=registered)
    digest = bytes_digest(item.value, item.headers)
    headers = [*item.headers.items(), (DIGEST_HEADER, digest.encode())]
    record = Outgoing(topic=EVENTS[lane], key=key_of(event), value=item.value, headers=headers)
    return Addressed(record=record, digest=digest)


class Door:
    """Takes items in. Safe to share within an event loop."""

    def __init__(
        self,
        *,
        publish: Callable[[Outgoing], Awaitable[Receipt]],
        journal: Journal,
        policy: PackInForce,
        traces: Traces = UNTRACED,
    ) -> None:
        self._publish: Final = publish
        self._journal: Final = journal
        self._policy: Final = policy
        self._traces: Final = traces
        self._in_flight_bytes = 0

    async def take(self, item: Item, sender: Sender, trace: Trace | None = None) -> Accepted:
        """Return when the broker has it and the journal says so. May be repeated.

        `trace` is the sender's trace context; it goes along beside the message.

        Raises:
            InvalidValueError: which field, what was expected, what came.
            ForeignSourceError: the sender may not speak as this source.
            TemporarilyUnavailableError: not acknowledged; it may be there or not: send it again.
        """
        event = _checked(item, sender)
        sent = addressed(item, event, policy=self._policy.current, registered=sender.lane)
        with self._traces.taken(trace) as going_on:
            receipt = await self._sent(_followed(sent.record, going_on))
            await self._journal.note(Entry(address=receipt.address, digest=sent.digest))
        return Accepted(id=event.id, digest=sent.digest, receipt=receipt)

    async def _sent(self, record: Outgoing) -> Receipt:
        size = len(record.value)
        if self._in_flight_bytes + size > IN_FLIGHT_BYTES:
            raise TemporarilyUnavailableError(
                f"more than {IN_FLIGHT_BYTES} bytes wait for Kafka's acknowledgement"
            )
        self._in_flight_bytes += size
        try:
            return await self._publish(record)
        finally:
            self._in_flight_bytes -= size


def _followed(record: Outgoing, trace: Trace | None) -> Outgoing:
    if trace is None:
        return record
    return replace(record, headers=[*record.headers, (TRACE_HEADER, trace.encode())])


def _checked(item: Item, sender: Sender) -> Event:
    envelope = open_envelope(item.value, item.headers)
    require_single_names(item.value, "data" if is_binary(item.headers) else "body")
    if envelope.id.source != sender.source:
        raise ForeignSourceError(
            f"source: expected {sender.source}, for which this key speaks, got {envelope.id.source}"
        )
    event = read_body(envelope)
    if isinstance(event.body, Probe) and sender.source != PROBER:
        raise ForeignSourceError(f"only {PROBER} sends probes, got one from {sender.source}")
    return event
