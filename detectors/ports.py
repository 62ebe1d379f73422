"""All that a camera worker needs from the world."""

from datetime import timedelta
from typing import Protocol

from schemas.events import Event
from schemas.evidence import EvidenceKind, EvidenceRef


class Publisher(Protocol):
    """Takes messages on their way to Kafka."""

    def publish(self, event: Event) -> None:
        """Return when the message is durable: acknowledged by the broker, or in the spool.

        Raises:
            TemporarilyUnavailableError: broker away and spool full; stop taking frames.
        """


class Vault(Protocol):
    """Keeps evidence under the digest of its bytes."""

    def keep(
        self, content: bytes, *, media_type: str, kind: EvidenceKind, media_time: timedelta
    ) -> EvidenceRef:
        """Return when the bytes are safely on disk, whole or not at all. May be repeated.

        Raises:
            TemporarilyUnavailableError: the disk is full or away.
        """


class Memory(Protocol):
    """Keeps what one camera's watch knows, over its death."""

    def recall(self) -> bytes | None:
        """What was remembered last, whole; nothing at the first start."""

    def remember(self, content: bytes) -> None:
        """Return when it is safely on disk, in the place of what was there.

        Raises:
            TemporarilyUnavailableError: the disk is full or away.
        """
