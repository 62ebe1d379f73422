"""A lane's worker: Faust brings the messages, the head row in the database says how far we are.

    agent ──► bounded queue ──► settle what waits, a partition at a time ──► acknowledge in order

Faust's own committed offset is a hint only. Whatever it skips shows as a gap before the next
message, or, where no next message comes, in the sweep that compares the broker's end with the
head. See `docs/decisions/0002-the-head-row-is-the-truth.md`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

import faust
import structlog

from handlers.ports import Shard, Work
from schemas.errors import OffsiteError, TemporarilyUnavailableError
from schemas.ids import Address, Partition
from schemas.lane import Lane
from streams.beats import Beats, keep_beating
from streams.connection import NOTICE_WITHIN_MS, Connection
from streams.decoding import Message, message
from streams.drain import drain_quickly
from streams.forgetting import DigestsOf, require_kept, require_same
from streams.logs import LogRange, Logs
from streams.pulse import Pulse
from streams.settling import Settler
from streams.topics import EVENTS

_SWEEP_S: Final = 2.0
_BUSY_EVENTS: Final = 64
_GATHERING_S: Final = 0.03
"""A transaction costs as much as thirty messages do. Under load some more come in first, else
batches stay as small as what Faust can fetch while the database writes the one before."""
_LEAVE_WITHIN_S: Final = 5.0
"""Less than a supervisor's patience, and than the session that the group would wait for."""


class TopicReplacedError(OffsiteError):
    """The topic was made anew under its old name: begin again, with its new identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneWorker:
    """All that a lane's worker is made of. `topic_id` is the topic's identity at start-up.

    Without `beats` nobody is told that it lives.
    """

    connection: Connection
    lane: Lane
    topic_id: str
    settler: Settler
    work: Work
    logs: Logs
    batch_events: int
    digests_of: DigestsOf
    beats: Beats | None = None

    @property
    def topic(self) -> str:
        """The lane's topic."""
        return EVENTS[self.lane]

    def shard(self, partition: int) -> Shard:
        """One of the topic's partitions."""
        return Shard(log=Partition(self.topic_id, partition), topic=self.topic, lane=self.lane)


def build_app(worker: LaneWorker) -> faust.App:
    """Make the Faust app of a lane. One app id and one process set a lane."""
    app = faust_app(f"offsite-{worker.lane}", worker.connection)
    drain_quickly(app)
    pending: asyncio.Queue[Any] = asyncio.Queue(maxsize=4 * worker.batch_events)
    pulse = Pulse(app, worker.lane, now=lambda: datetime.now(UTC))
    hand = asyncio.Lock()

    @app.agent(app.topic(worker.topic, value_type=bytes), concurrency=1)  # type: ignore[untyped-decorator]  # Faust ships no types
    async def intake(stream: Any) -> None:
        # Nothing here can raise: an agent that is restarted has lost what it held.
        async for event in stream.noack().events():
            await pending.put(event)

    @app.task  # type: ignore[untyped-decorator]  # Faust ships no types
    async def settle_what_waits() -> None:  # an exception here ends the process, as it should
        await _settle_for_ever(app, worker, pending, pulse=pulse, hand=hand)

    if (beats := worker.beats) is not None:

        @app.task  # type: ignore[untyped-decorator]  # Faust ships no types
        async def say_that_we_live() -> None:
            await keep_beating(beats, pulse.look)

    @app.on_before_shutdown.connect  # type: ignore[untyped-decorator]  # Faust ships no types
    async def finish_the_batch(*_: Any, **__: Any) -> None:
        await _let_go(worker, hand)

    return app


async def _let_go(worker: LaneWorker, hand: asyncio.Lock) -> None:
    """Wait for the batch in hand, and begin no other: the hand is taken and never given back.

    Faust then commits what was acknowledged and leaves the group, so that others take over at
    once. A batch that can't be finished is rolled back, and is theirs.
    """
    try:
        async with asyncio.timeout(_LEAVE_WITHIN_S):
            await hand.acquire()
    except TimeoutError:
        structlog.get_logger().warning("left_in_mid_batch", topic=worker.topic)
    else:
        structlog.get_logger().info("left", topic=worker.topic)


def faust_app(group: str, connection: Connection) -> faust.App:
    """Faust as we set it, with no agent yet: what is measured beside a worker is set the same."""
    return faust.App(
        group,
        broker=connection.faust_url,
        broker_credentials=_credentials(connection),
        value_serializer="raw",
        key_serializer="raw",
        store="memory://",
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        topic_disable_leader=True,
        topic_allow_declare=False,
        broker_session_timeout=6,
        broker_rebalance_timeout=3,
        broker_heartbeat_interval=1,
        consumer_metadata_max_age_ms=NOTICE_WITHIN_MS,
        web_enabled=False,
    )


def _credentials(connection: Connection) -> "faust.SASLCredentials | faust.SSLCredentials | None":
    """How Faust proves who we are; None where nothing is secured."""
    security, context = connection.security, connection.security.context()
    if security.login is not None:
        return faust.SASLCredentials(
            username=security.login.user,
            password=security.login.password.get_secret_value(),
            mechanism=security.login.mechanism.value,
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)


async def _settle_for_ever(
    app: faust.App,
    worker: LaneWorker,
    pending: "asyncio.Queue[Any]",
    *,
    pulse: Pulse,
    hand: asyncio.Lock,
) -> None:
    sweep = _Sweep(app, worker)
    events: list[Any] = []
    while True:
        if len(events) >= _BUSY_EVENTS:
            await asyncio.sleep(_GATHERING_S)
        events = await _waiting(pending, worker.batch_events)
        async with hand:
            for partition, group in groupby(_live(app, events), key=lambda e: e.message.partition):
                batch = list(group)
                await _settle_one(worker, partition, batch)
                pulse.settled(len(batch))
            await sweep.when_due()


async def _waiting(pending: "asyncio.Queue[Any]", most: int) -> list[Any]:
    """Group commit: the batch is what waits, so it grows under load and idles without delay."""
    try:
        async with asyncio.timeout(_SWEEP_S):
            events = [await pending.get()]
    except TimeoutError:
        return []
    events += [pending.get_nowait() for _ in range(min(most - 1, pending.qsize()))]
    return events


def _live(app: faust.App, events: Sequence[Any]) -> list[Any]:
    """Leave out what was fetched before the last rebalance: its new owner will fetch it."""
    generation = app.consumer_generation_id
    return sorted(
        (event for event in events if event.message.generation_id == generation),
        key=lambda event: (event.message.partition, event.message.offset),
    )


async def _settle_one(worker: LaneWorker, partition: int, events: Sequence[Any]) -> None:
    shard = worker.shard(partition)
    messages = [_message(event, shard.log) for event in events]
    settled = await worker.settler.settle(shard, messages)
    await require_same(shard, messages, settled, digests_of=worker.digests_of)
    for event in events:  # in offset order, after the commit, none skipped
        event.ack()


def _message(event: Any, log: Partition) -> Message:
    raw = event.message
    headers = raw.headers or []
    return message(
        Address(log.topic_id, log.number, raw.offset),
        timestamp_ms=round(raw.timestamp * 1000),
        value=raw.value,
        headers=headers.items() if isinstance(headers, Mapping) else headers,
    )


class _Sweep:
    """Looks for messages that were skipped and have no successor that would reveal them."""

    def __init__(self, app: faust.App, worker: LaneWorker) -> None:
        self._app = app
        self._worker = worker
        self._done_to: dict[Partition, int] = {}
        self._stood_at: dict[Partition, int] = {}
        self._due_at = 0.0

    async def when_due(self) -> None:
        """Catch up partitions of ours whose head stood still behind the broker's end."""
        now = asyncio.get_running_loop().time()
        if now < self._due_at:
            return
        self._due_at = now + _SWEEP_S
        try:
            await self._look()
        except TemporarilyUnavailableError as error:
            structlog.get_logger().warning("sweep_put_off", error=str(error))

    async def _look(self) -> None:
        worker = self._worker
        ours = {place.partition for place in self._app.consumer.assignment()}
        found = await asyncio.to_thread(worker.logs.ranges, [worker.topic])
        for log in found:
            if log.log.topic_id != worker.topic_id:
                raise TopicReplacedError(
                    f"{worker.topic}: expected topic id {worker.topic_id}, got {log.log.topic_id}"
                )
            if log.log.number in ours:
                require_kept(log, decided_to=self._stood_at.get(log.log, 0))
                await self._catch_up(log)

    async def _catch_up(self, log: LogRange) -> None:
        worker = self._worker
        if self._done_to.get(log.log) == log.end:
            return  # decided to this very end at an earlier look
        shard = worker.shard(log.log.number)
        async with worker.work.begin(shard) as transaction:
            at = transaction.head.next
        stood_still = self._stood_at.get(log.log) == at
        self._stood_at[log.log] = at
        if at >= log.end:
            self._done_to[log.log] = log.end
        elif stood_still:  # no step since the last look: nobody brings them
            skipped = await worker.settler.catch_up(log, shard, decided_to=at)
            structlog.get_logger().warning(
                "skipped_messages_settled",
                topic=worker.topic,
                partition=log.log.number,
                messages=skipped,
            )
