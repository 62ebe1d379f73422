"""Names of things: opaque text, each of its own type so that none stands in for another."""

from typing import NewType

from msgspec import Struct

from schemas.errors import InvalidValueError

CameraId = NewType("CameraId", str)
ZoneId = NewType("ZoneId", str)
CaseId = NewType("CaseId", str)
OccurrenceId = NewType("OccurrenceId", str)
Sha256 = NewType("Sha256", str)
"""64 lower-case hexadecimal digits."""


class EventId(Struct, frozen=True, order=True):
    """CloudEvents' identity of an event: the same pair is the same event, however often sent."""

    source: str
    id: str


class Partition(Struct, frozen=True, order=True):
    """One log. A topic made anew under its old name has another `topic_id` (KIP-516)."""

    topic_id: str
    number: int


class Address(Struct, frozen=True, order=True):
    """Where a message lies. Every address gets exactly one outcome."""

    topic_id: str
    partition: int
    offset: int

    @property
    def log(self) -> Partition:
        """The partition that it lies in."""
        return Partition(self.topic_id, self.partition)

    def __str__(self) -> str:
        return f"{self.topic_id}/{self.partition}/{self.offset}"


def sha256_text(text: str) -> Sha256:
    """Check the form of a digest that came from outside."""
    if len(text) != 64 or not set(text) <= set("0123456789abcdef"):
        raise InvalidValueError(
            expected="64 lower-case hexadecimal digits", got=text, field="sha256"
        )
    return Sha256(text)
