"""What doors, workers and relays tell to whoever follows a message from hop to hop.

    sender ─traceparent─► door ─header─► worker ─column of the outbox─► relay ─header─► dispatcher

The context is W3C's text. It stands beside the message and never in it: no digest, no decision
and no record knows of it.
"""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

from handlers.ports import Shard
from schemas.ids import Address
from streams.decoding import Message

TRACE_HEADER: Final = "traceparent"
_CONTEXT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]")

Trace = str
"""`00-<trace>-<span>-<flags>`; the last flag says whether anybody is following it."""


def is_context(text: str) -> bool:
    """Whether a stranger's text is one: what isn't is passed over."""
    return _CONTEXT.fullmatch(text) is not None


def is_followed(text: str) -> bool:
    """Whether its sender, or a door, chose it to be followed."""
    return is_context(text) and text.endswith(("1", "3"))


class Traces(Protocol):
    """Follows some of the messages. Says nothing of what is in them."""

    def taken(self, incoming: Trace | None, /) -> AbstractContextManager[Trace | None]:
        """A door takes a message; the answer goes with it."""

    def settling(
        self, shard: Shard, messages: Sequence[Message], /
    ) -> AbstractContextManager[None]:
        """A worker settles a batch."""

    def trace_of(self, address: Address, /) -> Trace | None:
        """The context of a message of the batch that is being settled; its letters keep it."""

    def carried(self, trace: Trace | None, topic: str, /) -> AbstractContextManager[Trace | None]:
        """A relay carries a letter; the answer goes with it."""


class Untraced:
    """Follows nothing, and costs nothing."""

    def taken(self, _incoming: Trace | None, /) -> AbstractContextManager[Trace | None]:
        """Nobody follows it."""
        return nullcontext()

    def settling(
        self, _shard: Shard, _messages: Sequence[Message], /
    ) -> AbstractContextManager[None]:
        """Nobody follows them."""
        return nullcontext()

    def trace_of(self, _address: Address, /) -> Trace | None:
        """It has none."""
        return None

    def carried(self, trace: Trace | None, _topic: str, /) -> AbstractContextManager[Trace | None]:
        """What a worker noted goes on, though nobody looks here."""
        return nullcontext(trace)


UNTRACED: Final[Traces] = Untraced()
