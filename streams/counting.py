"""What settling and the relay tell to whoever counts: a few numbers a batch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from handlers.ports import Settled


class SettlingCounts(Protocol):
    """Counts for a worker."""

    def settled(self, settled: Sequence[Settled], seconds: float) -> None:
        """A batch has its outcomes, so long after it was taken up."""

    def gap(self) -> None:
        """A gap before a message was found."""

    def away(self, neighbour: str) -> None:
        """`database` or `kafka` made a try vain."""


class RelayCounts(Protocol):
    """Counts for a relay."""

    def carried(self, topic: str, *, written_at: datetime, now: datetime) -> None:
        """Kafka has a letter."""

    def held(self, topic: str) -> None:
        """Kafka did not take one."""

    def away(self) -> None:
        """The database did not answer."""


class _Nobody:
    """Counts nothing: for tests and benches."""

    def settled(self, settled: Sequence[Settled], seconds: float) -> None: ...

    def carried(self, topic: str, *, written_at: datetime, now: datetime) -> None: ...

    def held(self, topic: str) -> None: ...

    def gap(self) -> None: ...


class _NoSettling(_Nobody):
    def away(self, neighbour: str) -> None: ...


class _NoLetters(_Nobody):
    def away(self) -> None: ...


UNCOUNTED: Final[SettlingCounts] = _NoSettling()
UNCOUNTED_LETTERS: Final[RelayCounts] = _NoLetters()
