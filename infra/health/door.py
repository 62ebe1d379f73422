"""What a front door counts of itself for its beats: totals, and the last minute."""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from streams.beats import DoorBeat

_MINUTE_S: Final = 60.0
_TAKEN: Final = "taken"


class DoorTally:
    """Mutable; one event loop. A second is one entry, so a minute is sixty however busy it is."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now: Final = now
        self._accepted = 0
        self._refused: Counter[str] = Counter()
        self._in_flight = 0
        self._seconds: deque[tuple[int, Counter[str]]] = deque()

    def accepted_one(self) -> None:
        """An event lies in Kafka."""
        self._accepted += 1
        self._this_second()[_TAKEN] += 1

    def refused_one(self, status: str) -> None:
        """An event was sent back."""
        self._refused[status] += 1
        self._this_second()[status] += 1

    @contextmanager
    def serving(self) -> Iterator[None]:
        """A request is being answered as long as the block lasts."""
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1

    def look(self, journal_fault: str) -> DoorBeat:
        """What a beat says of it."""
        self._this_second()
        minute: Counter[str] = Counter()
        for _, counts in self._seconds:
            minute += counts
        taken = minute.pop(_TAKEN, 0)
        return DoorBeat(
            accepted=self._accepted,
            accepted_per_s=round(taken / _MINUTE_S, 2),
            in_flight=self._in_flight,
            journal_fault=journal_fault,
            refused=dict(self._refused),
            refused_last_minute=dict(minute),
        )

    def _this_second(self) -> Counter[str]:
        now = self._now()
        while self._seconds and self._seconds[0][0] <= now - _MINUTE_S:
            self._seconds.popleft()
        if not self._seconds or self._seconds[-1][0] != int(now):
            self._seconds.append((int(now), Counter()))
        return self._seconds[-1][1]
