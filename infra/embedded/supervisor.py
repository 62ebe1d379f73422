"""Starts children in order, brings back those that die, and ends all of them in reverse."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from subprocess import Popen
from types import TracebackType
from typing import Final, Self

from infra.embedded.child import ChildSpec, end, kill_group, last_lines, launch
from schemas.errors import RefusedError

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0
HEALTHY_AFTER_S: Final = 30.0
"""So long alive and ready, and the next death is taken for a new trouble."""
FIRST_TRIES: Final = 3
"""A child that has never been ready gets so many starts before a person is told."""
_LOOK_EVERY_S: Final = 0.1


class ChildState(StrEnum):
    """Where a child is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    UP = "up"
    BACKING_OFF = "backing_off"
    HELD = "held"
    """May not be started until a person has done something; nobody waits for it."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildStatus:
    """What can be said of a child; also what `on_event` gets at every change of state."""

    name: str
    state: ChildState
    pid: int | None
    restarts: int
    since: datetime
    exit_code: int | None = None
    """Of the last death: negative means that a signal ended it."""
    why: str = ""
    """What holds it, where it is held."""


def back_off_s(deaths: int) -> float:
    """How long to wait after that many deaths in a row: 0.5 s, doubled, 30 s at most."""
    return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(max(deaths - 1, 0), 16)))


class Supervisor:
    """Synchronous, one thread: the one that enters, for children die with the thread.

        with Supervisor(specs, on_event=tell) as supervisor:
            supervisor.run_until(stop)

    The caller installs signal handlers that set `stop`; leaving the block ends all children.
    """

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        *,
        on_event: Callable[[ChildStatus], None] = lambda _: None,
    ) -> None:
        self._children = [_Child(spec, on_event) for spec in specs]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def run_until(self, stop: threading.Event) -> None:
        """Start what isn't up, then watch until `stop` is set. Ends nobody: leaving does.

        Raises `RefusedError` when a child can't be brought up for the first time.
        """
        self._watch(stop.is_set)

    def start(self, stop: threading.Event | None = None) -> None:
        """Return once all have been ready, or when `stop` is set. Then nobody watches."""
        self._watch(lambda: self.is_up() or (stop is not None and stop.is_set()))

    def tick(self) -> None:
        """One look at everybody. The next child waits until those before it have been ready."""
        for child in self._children:
            child.step(time.monotonic())
            if not child.lets_the_next_start:
                return

    def is_up(self) -> bool:
        """Everybody is ready or held, as far as the last look knows."""
        settled = {ChildState.UP, ChildState.HELD}
        return all(child.status.state in settled for child in self._children)

    def statuses(self) -> tuple[ChildStatus, ...]:
        """In the order of starting. May be asked from another thread."""
        return tuple(child.status for child in self._children)

    def stop(self) -> None:
        """End all, the last one first. Blocks for the sum of the graces at worst; repeatable."""
        for child in reversed(self._children):
            child.stop()

    def _watch(self, is_done: Callable[[], bool]) -> None:
        # Not Event.wait: a signal handler that sets the event while this very thread holds
        # the event's inner lock would wait for itself.
        while not is_done():
            self.tick()
            if is_done():
                return
            time.sleep(_LOOK_EVERY_S)


class _Child:
    """
    WAITING → STARTING → UP
               ↑  │       │ died
               │  ↓ died  ↓
              BACKING_OFF ←          any → STOPPED

    WAITING, BACKING_OFF or a death → HELD, where something holds it → STARTING, once nothing does
    """

    def __init__(self, spec: ChildSpec, on_event: Callable[[ChildStatus], None]) -> None:
        self.spec = spec
        self.has_been_ready = False
        self._on_event = on_event
        self._process: Popen[bytes] | None = None
        self._starts = 0
        self._deaths = 0
        self._changed = 0.0
        self._due = 0.0
        self.status = self._status(ChildState.WAITING)

    def step(self, now: float) -> None:
        state = self.status.state
        if state is ChildState.STOPPED:
            return
        if self._process is None:
            if now >= self._due and not self._is_held():
                self._start()
        elif self._process.poll() is not None:
            self._note_death(now)
        elif state is ChildState.STARTING:
            self._look_whether_ready(now)
        elif now - self._changed >= HEALTHY_AFTER_S:
            self._deaths = 0

    @property
    def lets_the_next_start(self) -> bool:
        return self.has_been_ready or self.status.state is ChildState.HELD

    def _is_held(self, exit_code: int | None = None) -> bool:
        why = None if self.spec.held is None else self.spec.held()
        if why is not None and self.status.state is not ChildState.HELD:
            self._enter(ChildState.HELD, exit_code=exit_code, why=why)
        return why is not None

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process, self.spec)
        if self.status.state is not ChildState.STOPPED:
            self._enter(ChildState.STOPPED, exit_code=None if process is None else process.poll())

    def _start(self) -> None:
        if self.spec.prepare is not None:
            self.spec.prepare()
        self._process = launch(self.spec)
        self._starts += 1
        self._enter(ChildState.STARTING)

    def _look_whether_ready(self, now: float) -> None:
        if self.spec.ready is None or self.spec.ready():
            self.has_been_ready = True
            self._enter(ChildState.UP)
        elif now - self._changed > self.spec.ready_within.total_seconds():
            self._give_up_waiting()

    def _give_up_waiting(self) -> None:
        limit = self.spec.ready_within.total_seconds()
        if not self.has_been_ready:
            raise RefusedError(self._trouble(f"was not ready within {limit:g} s"))
        if self._process is not None:
            end(self._process, self.spec)
        self._note_death(time.monotonic())

    def _note_death(self, now: float) -> None:
        code = None
        if self._process is not None:
            kill_group(self._process)
            code = self._process.poll()
        self._process = None
        if self._is_held(code):
            return
        self._deaths += 1
        if not self.has_been_ready and self._deaths >= FIRST_TRIES:
            raise RefusedError(self._trouble(f"ended {self._deaths} times, last with {code}"))
        self._due = now + back_off_s(self._deaths)
        self._enter(ChildState.BACKING_OFF, exit_code=code)

    def _trouble(self, what: str) -> str:
        return f"{self.spec.name} {what}; see {self.spec.log}\n{last_lines(self.spec.log)}"

    def _enter(self, state: ChildState, *, exit_code: int | None = None, why: str = "") -> None:
        self._changed = time.monotonic()
        self.status = self._status(state, exit_code, why)
        self._on_event(self.status)

    def _status(
        self, state: ChildState, exit_code: int | None = None, why: str = ""
    ) -> ChildStatus:
        return ChildStatus(
            name=self.spec.name,
            state=state,
            pid=None if self._process is None else self._process.pid,
            restarts=max(0, self._starts - 1),
            since=datetime.now(UTC),
            exit_code=exit_code,
            why=why,
        )
