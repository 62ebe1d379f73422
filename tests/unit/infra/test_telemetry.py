"""One trace goes door, worker, relay; nothing of a message is in it; off, it costs nothing."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from infra.telemetry import MOST_FOLLOWED, OtelTraces, provider_for
from schemas.errors import InvalidValueError
from schemas.ids import Address
from schemas.lane import Lane
from schemas.wire.envelope import bytes_digest
from streams.decoding import Message
from streams.tracing import UNTRACED, is_context
from tests.support.builders import NOON, a_shard, an_address

TRACE: Final = "0af7651916cd43dd8448eb211c80319c"
SENT: Final = f"00-{TRACE}-b7ad6b7169203331-01"
UNFOLLOWED: Final = f"00-{TRACE}-b7ad6b7169203331-00"
SHARD: Final = a_shard(lane=Lane.SAFETY)


class Followed:
    """Traces whose spans can be looked at."""

    def __init__(self, sample: float = 1.0) -> None:
        self.spans: Final = InMemorySpanExporter()
        provider = provider_for("test", sample=sample)
        provider.add_span_processor(SimpleSpanProcessor(self.spans))
        self.traces: Final = OtelTraces(provider)

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans.get_finished_spans() if span.name == name]


def a_message(trace: str | None, offset: int = 0) -> Message:
    headers = {} if trace is None else {"traceparent": trace.encode()}
    return Message(address=an_address(offset), appended_at=NOON, value=b"{}", headers=headers)


def settled(traces: OtelTraces, messages: Sequence[Message]) -> list[str | None]:
    with traces.settling(SHARD, messages):
        return [traces.trace_of(message.address) for message in messages]


def trace_ids(spans: Sequence[ReadableSpan]) -> set[str]:
    return {f"{span.context.trace_id:032x}" for span in spans if span.context}


def test_one_trace_goes_from_the_sender_to_the_dispatcher() -> None:
    followed = Followed(sample=0.0)

    with followed.traces.taken(SENT) as from_door:
        pass
    (from_worker,) = settled(followed.traces, [a_message(from_door)])
    with followed.traces.carried(from_worker, "pages") as from_relay:
        pass

    (door,), (worker,), (relay,) = map(followed.named, ("door", "worker", "relay"))
    assert trace_ids([door, worker, relay]) == {TRACE}
    texts = [SENT, from_door, from_worker, from_relay]
    parents = [f"{span.parent.span_id:016x}" for span in (door, worker, relay) if span.parent]
    assert parents == [text.split("-")[2] for text in texts[:3] if text]
    assert len(set(texts)) == 4


def test_a_batch_has_one_span_linked_to_the_messages_that_are_followed() -> None:
    followed = Followed()
    messages = [a_message(SENT, 0), a_message(None, 1), a_message(UNFOLLOWED, 2)]

    contexts = settled(followed.traces, messages)

    (batch,) = followed.named("transaction")
    assert [context is not None for context in contexts] == [True, False, False]
    assert [f"{link.context.trace_id:032x}" for link in batch.links] == [TRACE]
    assert dict(batch.attributes or {})["offsite.messages"] == 3
    assert followed.traces.trace_of(messages[0].address) is None


def test_a_batch_that_nobody_follows_has_no_span() -> None:
    followed = Followed()

    settled(followed.traces, [a_message(None), a_message(UNFOLLOWED, 1)])

    assert followed.spans.get_finished_spans() == ()


def test_a_flood_of_followed_messages_does_not_become_a_flood_of_spans() -> None:
    followed = Followed()

    settled(followed.traces, [a_message(SENT, offset) for offset in range(500)])

    assert len(followed.named("worker")) == MOST_FOLLOWED


@pytest.mark.parametrize(
    ("sample", "incoming", "is_followed"),
    [
        pytest.param(0.0, None, False, id="none"),
        pytest.param(1.0, None, True, id="all"),
        pytest.param(0.0, SENT, True, id="the sender wants it"),
        pytest.param(1.0, UNFOLLOWED, False, id="the sender doesn't"),
        pytest.param(1.0, "plate 鄂A12345", True, id="what is none is passed over"),
    ],
)
def test_a_sender_chooses_and_else_the_ratio(
    sample: float, incoming: str | None, is_followed: bool
) -> None:
    followed = Followed(sample=sample)

    with followed.traces.taken(incoming) as going_on:
        pass

    assert bool(followed.named("door")) is is_followed
    assert going_on is not None
    assert is_context(going_on)
    assert going_on.endswith("1" if is_followed else "0")


def test_an_error_shows_its_kind_and_not_what_it_quotes() -> None:
    followed = Followed()

    with pytest.raises(InvalidValueError), followed.traces.taken(SENT):
        raise InvalidValueError(expected="no plate", got="鄂A12345")

    (door,) = followed.named("door")
    assert dict(door.attributes or {}) == {"error.type": "InvalidValueError"}
    assert (door.events, door.status.description) == ((), None)


def test_spans_tell_of_places_and_never_of_what_is_in_a_message() -> None:
    followed = Followed()
    with followed.traces.taken(SENT):
        pass
    settled(followed.traces, [a_message(SENT)])
    with followed.traces.carried(SENT, "pages"):
        pass

    told = {name for span in followed.spans.get_finished_spans() for name in span.attributes or {}}

    assert told == {
        "offsite.lane",
        "offsite.messages",
        "messaging.destination.name",
        "messaging.destination.partition.id",
    }


@pytest.mark.parametrize("text", [SENT, UNFOLLOWED])
def test_no_digest_knows_of_a_trace(text: str) -> None:
    binary = {"ce-id": b"1", "content-type": b"application/json"}
    for headers in ({}, binary):
        traced = {**headers, "traceparent": text.encode()}
        assert bytes_digest(b"{}", traced) == bytes_digest(b"{}", headers)


def test_switched_off_nothing_is_made_and_a_context_goes_on_as_it_was() -> None:
    with UNTRACED.taken(SENT) as from_door, UNTRACED.carried(SENT, "pages") as from_relay:
        pass

    assert (from_door, from_relay) == (None, SENT)
    assert UNTRACED.trace_of(Address("t", 0, 0)) is None


def test_switched_off_the_library_is_not_even_imported() -> None:
    asked = (
        "import sys, infra.composition, infra.cli.run, infra.lookout\n"
        "heavy = ('opentelemetry.sdk', 'opentelemetry.exporter')\n"
        "print([name for name in sys.modules if name.startswith(heavy)])"
    )

    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
