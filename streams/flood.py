"""Stops a lane that parks nearly everything: then the code is wrong, and not the messages.

    settled ─► run of parked messages    longer than `longest_run`?            ─┐
            └► the last `window` of them  more than `most_permille` parked?    ─┴► stop

What was parked is recorded before the guard looks, so nothing is lost by a stop.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from handlers.ports import Settled
from schemas.errors import InvalidValueError, OffsiteError

WINDOW: Final = 2000
LEAST_SEEN: Final = 500
"""A share of fewer messages than this says nothing yet."""


class DeadLetterFloodError(OffsiteError):
    """So much can't be read that the code is wrong, not the messages: stop the lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may be parked: so many in a row, and such a share of the last `window`."""

    longest_run: int = 1000
    most_permille: int = 500
    window: int = WINDOW
    least_seen: int = LEAST_SEEN

    def __post_init__(self) -> None:
        if not 0 < self.least_seen <= self.window:
            raise InvalidValueError(
                field="least_seen", expected=f"1 … {self.window}", got=self.least_seen
            )


def _say_nothing(_: DeadLetterFloodError) -> None:
    """Nobody is to be told."""


def _is_open() -> None:
    """Nobody else stops it."""


class FloodGuard:
    """Stops a lane whose last messages could nearly all not be read.

    Mutable by design: it remembers the last messages of one worker. `tell` hears of a flood before
    it is raised, while the process is still whole. `require_open` raises where another worker of
    the lane has met one: its partitions come to us, and so would its flood.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        tell: Callable[[DeadLetterFloodError], None] = _say_nothing,
        require_open: Callable[[], None] = _is_open,
    ) -> None:
        self._limits: Final = limits or Limits()
        self._tell: Final = tell
        self.require_open: Final = require_open
        self._run = 0
        self._last: deque[bool] = deque(maxlen=self._limits.window)

    def watch(self, settled: Sequence[Settled]) -> None:
        """Take up what was just recorded.

        Raises:
            DeadLetterFloodError: a run is longer, or a share larger, than allowed.
        """
        for is_parked, group in groupby(map(_is_parked, settled)):
            run = list(group)
            self._last.extend(run)
            self._run = self._run + len(run) if is_parked else 0
            if is_parked:
                self._look()

    def _look(self) -> None:
        limits, seen, parked = self._limits, len(self._last), sum(self._last)
        if self._run > limits.longest_run:
            self._stop(f"at most {limits.longest_run} parked messages in a row, got {self._run}")
        if seen >= limits.least_seen and parked * 1000 > limits.most_permille * seen:
            most = limits.most_permille * seen // 1000
            self._stop(f"at most {most} parked of the last {seen} messages, got {parked}")

    def _stop(self, what: str) -> None:
        error = DeadLetterFloodError(
            f"expected {what}: look at the dead letters (offsite dead ls), mend the reader, "
            "then let the lane go on (offsite dead resume)"
        )
        self._tell(error)
        raise error


def _is_parked(settled: Settled) -> bool:
    return settled.decision.parked_because is not None
