"""Seals, remembers and publishes what one camera's watch told: in order, beside the looking.

told ─► sealed in the vault ─► remembered with the messages ─► published ─► next

Killed before it remembered, the watch tells it again; killed after, the next one publishes the
very same bytes again. Either way nothing is told twice in different words.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from detectors.ports import Memory, Publisher
from detectors.recorded import Recorded
from detectors.remembering import Remembered, remembered_bytes
from schemas.errors import TemporarilyUnavailableError
from schemas.events import Event

T = TypeVar("T")

_FIRST_WAIT_S: Final = 0.5
_LONGEST_WAIT_S: Final = 30.0
_TICK_S: Final = 0.1

ROOM: Final = 64
"""So many jobs may wait: then the watch takes no more frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be told now, in one piece, and what a next watch must know once it is.

    `events` may seal evidence, and then takes its time.
    """

    events: Callable[[], Sequence[Event]]
    state: Recorded | None = None


class Clerk:
    """One thread a camera. `close` waits until all is done, or until told to stop."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        memory: Memory | None,
        stopping: Callable[[], bool],
        name: str,
    ) -> None:
        self._publisher: Final = publisher
        self._memory: Final = memory
        self._stopping: Final = stopping
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._failed: BaseException | None = None
        self._trouble: str | None = None
        self._last_trouble: str | None = None
        self.messages = 0
        self._thread = threading.Thread(target=self._run, name=f"clerk-{name}", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """Why nothing can be kept or published just now: take no frames until it is over."""
        return self._trouble

    def last_trouble(self) -> str | None:
        """Why something could not be kept since this was asked last; nothing if all could."""
        with self._changed:
            last, self._last_trouble = self._last_trouble, None
            return last

    @property
    def is_full(self) -> bool:
        """Whether it is so far behind that no more frames should be taken."""
        return len(self._jobs) >= ROOM

    def submit(self, job: Job) -> None:
        """Blocks while there is no room.

        Raises:
            TemporarilyUnavailableError: it gave up when told to stop; what was not published is
                told again by the next watch.
            Exception: whatever broke its thread.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._failed or not self.is_full)
            self._raise_failure()
            self._jobs.append(job)
            self._changed.notify_all()

    def close(self) -> None:
        """Return when all that was submitted is told. May be repeated. Raises as `submit`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()
        self._raise_failure()

    def _raise_failure(self) -> None:
        if self._failed is not None:
            raise self._failed

    def _run(self) -> None:
        try:
            while (job := self._next()) is not None:
                self._do(job)
                with self._changed:
                    self._jobs.popleft()
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - handed to the watch, which raises it
            with self._changed:
                self._failed = error
                self._changed.notify_all()

    def _next(self) -> Job | None:
        """The oldest, which stays in the queue until it is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closed)
            return self._jobs[0] if self._jobs else None

    def _do(self, job: Job) -> None:
        events = self._patiently(job.events)
        if job.state is not None and self._memory is not None:
            content = remembered_bytes(Remembered(recorded=job.state, pending=tuple(events)))
            self._patiently(partial(self._memory.remember, content))
        for event in events:
            self._patiently(partial(self._publisher.publish, event))
            self.messages += 1

    def _patiently(self, work: Callable[[], T]) -> T:
        """A full disk or spool is waited out; told to stop meanwhile, it gives up."""
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                done = work()
            except TemporarilyUnavailableError as error:
                self._trouble = self._last_trouble = str(error)
                if self._stopping():
                    raise
                self._pause(wait_s)
                wait_s = min(_LONGEST_WAIT_S, 2 * wait_s)
            else:
                self._trouble = None
                return done

    def _pause(self, wait_s: float) -> None:
        ends_at = time.monotonic() + wait_s
        while time.monotonic() < ends_at and not self._stopping():
            time.sleep(_TICK_S)
