"""The prober: sends a message of its own the whole way, lane by lane, and waits for it.

    door (HTTP, own key) ─► events.<lane> ─► worker ─► outbox ─► relay ─► probes ─► back here

Nothing in it is special but the message: where a probe comes through, others do too.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog

from infra.probe_course import Course, Pace, Stuck
from infra.store.whereabouts import Whereabouts
from schemas.errors import OffsiteError, TemporarilyUnavailableError
from schemas.ids import Address
from schemas.lane import Lane
from schemas.probe import Probe
from schemas.trouble import Trouble
from streams.pausing import pause
from streams.probing import Returned

_TICK_S: Final = 0.1
_AGAIN_S: Final = 1.0
_LOOK_WITHIN_S: Final = 3.0
_STUCK: Final[Mapping[Whereabouts, Stuck]] = {
    Whereabouts.UNDECIDED: Stuck.WORKER,
    Whereabouts.UNSENT: Stuck.RELAY,
    Whereabouts.SENT: Stuck.RETURN,
}

Send = Callable[[Probe], Awaitable[Address]]
"""Through the front door; raises an `OffsiteError` that says why not."""
Find = Callable[[Address], Awaitable[Whereabouts]]
"""How far the message at an address has come."""


class Reads(Protocol):
    """Where probes come back. Blocks for a moment."""

    @property
    def partitions(self) -> Mapping[Lane, int]: ...  # noqa: D102

    def read(self) -> Sequence[Returned]:
        """What came since the last call; raises `TemporarilyUnavailableError`."""

    def close(self) -> None:
        """Leave the brokers."""


class Counts(Protocol):
    """What is told of probes in numbers."""

    def stage(self, lane: Lane, stage: str, seconds: float) -> None:
        """How long after it was sent a probe had come so far."""

    def missed(self, lane: Lane, stuck: Stuck) -> None:
        """One did not come back in time."""

    def missing(self, lane: Lane, *, is_missing: bool) -> None:
        """Whether the lane is without a probe that came back."""


class Prober:
    """Loops, one a lane and one that reads. Goes on whoever is away: that is its purpose."""

    def __init__(
        self,
        *,
        send: Send,
        returns: Reads,
        find: Find,
        counts: Counts,
        pace: Pace,
        partitions: int,
        missing_since: Mapping[Lane, datetime] | None = None,
    ) -> None:
        self._send: Final = send
        self._returns: Final = returns
        self._find: Final = find
        self._counts: Final = counts
        self._partitions: Final = partitions
        self._read_since = float("-inf")
        now, number = time.monotonic(), time.time_ns() // 1000
        known = missing_since or {}
        self._courses: Final = {
            lane: Course(lane, pace=pace, now=now, number=number, missing_since=known.get(lane))
            for lane in Lane
        }

    async def troubles(self) -> Sequence[Trouble]:
        """Lanes whose probes don't come back."""
        found = [course.trouble for course in self._courses.values()]
        return [trouble for trouble in found if trouble is not None]

    async def run(self, stop: asyncio.Event) -> None:
        """Probe until told to stop."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._read(stop))
            for course in self._courses.values():
                loops.create_task(self._probe(course, stop))

    async def _probe(self, course: Course, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if course.is_due(time.monotonic()):
                await self._push(course, stop)
            elif course.is_overdue(time.monotonic(), read_since=self._read_since):
                await self._miss(course)
            self._counts.missing(course.lane, is_missing=course.trouble is not None)
            await pause(stop, _TICK_S)

    async def _push(self, course: Course, stop: asyncio.Event) -> None:
        """Send it as any sender does: once more where the door asks for that."""
        began = time.monotonic()
        partitions = self._returns.partitions.get(course.lane, self._partitions)
        probe = course.start(began, datetime.now(UTC), partitions=partitions)
        while (left := course.time_left(time.monotonic())) > 0 and not stop.is_set():
            try:
                async with asyncio.timeout(left):
                    course.address = await self._send(probe)
            except (OffsiteError, TimeoutError) as error:
                course.fault = str(error) or "no answer in time"
                await pause(stop, min(_AGAIN_S, max(0.0, left)))
                continue
            self._counts.stage(course.lane, "door", time.monotonic() - began)
            return

    async def _miss(self, course: Course) -> None:
        stuck = await self._stuck(course.address)
        course.miss(stuck, time.monotonic())
        self._counts.missed(course.lane, stuck)
        trouble = course.trouble
        structlog.get_logger().warning(
            "probe_missed",
            lane=course.lane,
            stage=stuck,
            sentence="" if trouble is None else trouble.sentence,
        )

    async def _stuck(self, address: Address | None) -> Stuck:
        if address is None:
            return Stuck.DOOR
        try:
            async with asyncio.timeout(_LOOK_WITHIN_S):
                return _STUCK[await self._find(address)]
        except (TemporarilyUnavailableError, TimeoutError):
            return Stuck.UNKNOWN

    async def _read(self, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                began = time.monotonic()
                try:
                    returned = await asyncio.to_thread(self._returns.read)
                except TemporarilyUnavailableError as error:
                    structlog.get_logger().warning("probes_not_read", error=str(error))
                    await pause(stop, _AGAIN_S)
                    continue
                self._take(returned)
                self._read_since = began
        finally:
            await asyncio.to_thread(self._returns.close)

    def _take(self, returned: Collection[Returned]) -> None:
        for one in returned:
            course = self._courses[one.lane]
            probe = course.out
            came = course.take(one)
            if came is None:
                continue
            self._counts.stage(one.lane, "delivered", came.seconds)
            if probe is not None and probe.number == one.number:
                decided = (one.decided_at - probe.sent_at).total_seconds()
                self._counts.stage(one.lane, "decided", max(0.0, decided))
