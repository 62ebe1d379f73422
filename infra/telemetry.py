"""Traces by OpenTelemetry, over OTLP/HTTP. Imported only where they are switched on.

A span says which hop, topic, partition and how many; never what is in a message.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace as api
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags

from handlers.ports import Shard
from schemas.ids import Address
from streams.decoding import Message
from streams.tracing import TRACE_HEADER, Trace, is_context, is_followed

MOST_FOLLOWED: Final = 100
"""Messages of one batch that get a span of their own; a flood must not become two."""
_TIMEOUT_S: Final = 5


def provider_for(service: str, *, sample: float) -> TracerProvider:
    """Makes spans, and shows them to nobody yet. A sender's own choice goes before the ratio."""
    return TracerProvider(
        resource=Resource({"service.name": service}),
        sampler=ParentBased(TraceIdRatioBased(sample)),
    )


def telling(provider: TracerProvider, endpoint: str) -> TracerProvider:
    """The same, showing what is done to a collector, from a thread, in bundles."""
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class OtelTraces:
    """Mutable: it remembers the batch that is being settled. One a process."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer: Final = provider.get_tracer("offsite")
        self._settling: dict[Address, Trace] = {}

    @contextmanager
    def taken(self, incoming: Trace | None) -> Iterator[Trace | None]:
        """A span of the sender's trace, or the first of one."""
        with self._span("door", SpanKind.SERVER, parent=_parent(incoming)) as span:
            yield _text(span)

    @contextmanager
    def settling(self, shard: Shard, messages: Sequence[Message]) -> Iterator[None]:
        """A span for the batch, linked to the messages that are followed; one for each of these.

        A batch of which none is followed has no span.
        """
        followed = _followed(messages)
        if not followed:
            yield
            return
        links = [Link(context) for context in followed.values()]
        with self._span("transaction", SpanKind.CONSUMER, links=links) as batch:
            batch.set_attributes({**_place(shard), "offsite.messages": len(messages)})
            spans = {
                address: self._start(context, shard, batch) for address, context in followed.items()
            }
            self._settling = {address: _text(span) for address, span in spans.items()}
            try:
                yield
            finally:
                self._settling = {}
                for span in spans.values():
                    span.end()

    def _start(self, context: SpanContext, shard: Shard, batch: Span) -> Span:
        return self._tracer.start_span(
            "worker",
            context=api.set_span_in_context(NonRecordingSpan(context)),
            kind=SpanKind.CONSUMER,
            links=[Link(batch.get_span_context())],
            attributes=_place(shard),
        )

    def trace_of(self, address: Address) -> Trace | None:
        """Of the message's own span."""
        return self._settling.get(address)

    @contextmanager
    def carried(self, trace: Trace | None, topic: str) -> Iterator[Trace | None]:
        """A span of the message's trace; letters of messages that nobody follows have none."""
        if trace is None or not is_followed(trace):
            yield trace
            return
        with self._span("relay", SpanKind.PRODUCER, parent=_parent(trace)) as span:
            span.set_attribute("messaging.destination.name", topic)
            yield _text(span)

    @contextmanager
    def _span(
        self,
        name: str,
        kind: SpanKind,
        *,
        parent: SpanContext | None = None,
        links: Sequence[Link] = (),
    ) -> Iterator[Span]:
        """An error shows its kind only: its text may quote what a citizen wrote."""
        above = None if parent is None else api.set_span_in_context(NonRecordingSpan(parent))
        with self._tracer.start_as_current_span(
            name,
            context=above,
            kind=kind,
            links=links,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                raise


def _followed(messages: Sequence[Message]) -> dict[Address, SpanContext]:
    found: dict[Address, SpanContext] = {}
    for message in messages:
        told = message.headers.get(TRACE_HEADER)
        context = None if told is None else _parent(told.decode("latin-1"))
        if context is not None and context.trace_flags.sampled:
            found[message.address] = context
            if len(found) == MOST_FOLLOWED:
                break
    return found


def _place(shard: Shard) -> dict[str, str | int]:
    return {
        "offsite.lane": shard.lane.value,
        "messaging.destination.name": shard.topic,
        "messaging.destination.partition.id": str(shard.log.number),
    }


def _parent(text: Trace | None) -> SpanContext | None:
    if text is None or not is_context(text):
        return None
    _, trace, span, flags = text.split("-")
    return SpanContext(
        trace_id=int(trace, 16),
        span_id=int(span, 16),
        is_remote=True,
        trace_flags=TraceFlags(int(flags, 16)),
    )


def _text(span: Span) -> Trace:
    context = span.get_span_context()
    flags = int(context.trace_flags) & 1
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{flags:02x}"
