"""A lane's worker: Faust brings the messages, the head row in the database says how far we are.

    agent ──► what waits, by partition ──► two hands: settle a batch ──► acknowledge in order

Faust's own committed offset is a hint only. Whatever it skips shows as a gap before the next
message, or, where no next message comes, in the sweep that compares the broker's end with the
head. See `docs/decisions/0002-the-head-row-is-the-truth.md`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import faust
import structlog

from schemas.ids import Address, Partition
from streams.beats import keep_beating
from streams.connection import NOTICE_WITHIN_MS, Connection
from streams.decoding import Message, message
from streams.drain import arrivals, drain_quickly
from streams.forgetting import require_same
from streams.lane_worker import LaneWorker
from streams.pulse import Pulse
from streams.sweep import Sweep
from streams.waiting import Waiting

_HANDS: Final = 2
_BUSY_EVENTS: Final = 4
_GATHERING_S: Final = 0.03
"""A transaction costs as much as thirty messages do. Under load some more come in first, else
batches stay as small as what Faust can fetch while the database writes the one before. A lane that
gets few at a time doesn't wait."""
_LOOKS: Final = 10
_LEAVE_WITHIN_S: Final = 5.0
"""Less than a supervisor's patience, and than the session that the group would wait for."""


def build_app(worker: LaneWorker) -> faust.App:
    """Make the Faust app of a lane. One app id and one process set a lane."""
    app = faust_app(f"offsite-{worker.lane}", worker.connection, folder=worker.folder)
    drain_quickly(app)
    waiting = Waiting[Any](partition_of=_partition_of, at_most=4 * worker.batch_events)
    pulse = Pulse(app, worker.lane, now=lambda: datetime.now(UTC))

    @app.agent(app.topic(worker.topic, value_type=bytes), concurrency=1)  # type: ignore[untyped-decorator]  # Faust ships no types
    async def intake(stream: Any) -> None:
        # Nothing here can raise: an agent that is restarted has lost what it held.
        async for events in arrivals(stream):
            await waiting.put(events)

    @app.task  # type: ignore[untyped-decorator]  # Faust ships no types
    async def settle_what_waits() -> None:  # an exception here ends the process, as it should
        hands = (_settle_for_ever(app, worker, waiting, pulse=pulse) for _ in range(_HANDS))
        await asyncio.gather(*hands, Sweep(app, worker, waiting).run())

    if (beats := worker.beats) is not None:

        @app.task  # type: ignore[untyped-decorator]  # Faust ships no types
        async def say_that_we_live() -> None:
            await keep_beating(beats, pulse.look)

    @app.on_before_shutdown.connect  # type: ignore[untyped-decorator]  # Faust ships no types
    async def finish_what_is_in_hand(*_: Any, **__: Any) -> None:
        await _let_go(worker, waiting)

    return app


async def _let_go(worker: LaneWorker, waiting: Waiting[Any]) -> None:
    """Wait for the batches in hand, and begin no other.

    Faust then commits what was acknowledged and leaves the group, so that others take over at
    once. A batch that can't be finished is rolled back, and is theirs.
    """
    try:
        async with asyncio.timeout(_LEAVE_WITHIN_S):
            await waiting.close()
    except TimeoutError:
        structlog.get_logger().warning("left_in_mid_batch", topic=worker.topic)
    else:
        structlog.get_logger().info("left", topic=worker.topic)


def faust_app(group: str, connection: Connection, *, folder: Path) -> faust.App:
    """Faust as we set it, with no agent yet: what is measured beside a worker is set the same."""
    folder.mkdir(parents=True, exist_ok=True)
    return faust.App(
        group,
        broker=connection.faust_url,
        broker_credentials=_credentials(connection),
        value_serializer="raw",
        key_serializer="raw",
        store="memory://",
        datadir=folder,  # else it makes a folder wherever it is started, and can't in a sealed one
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
    app: faust.App, worker: LaneWorker, waiting: Waiting[Any], *, pulse: Pulse
) -> None:
    """One hand: it settles a partition's batch, then that of the partition that waits longest."""
    settled = 0
    while True:
        if settled >= _BUSY_EVENTS:
            await _gather(waiting, worker.batch_events)
        async with waiting.batch(worker.batch_events) as (partition, read):
            events = _live(app, read)
            if events:
                await _settle_one(worker, partition, events)
                pulse.settled(len(events))
        settled = len(events)


async def _gather(waiting: Waiting[Any], most: int) -> None:
    """Let some more come in, as long as there is room for them in a batch."""
    for _ in range(_LOOKS):
        if len(waiting) >= most:
            return
        await asyncio.sleep(_GATHERING_S / _LOOKS)


def _partition_of(event: Any) -> int:
    partition: int = event.message.partition
    return partition


def _live(app: faust.App, events: Sequence[Any]) -> list[Any]:
    """Leave out what was fetched before the last rebalance: its new owner will fetch it."""
    generation = app.consumer_generation_id
    return sorted(
        (event for event in events if event.message.generation_id == generation),
        key=lambda event: event.message.offset,
    )


async def _settle_one(worker: LaneWorker, partition: int, events: Sequence[Any]) -> None:
    shard = worker.shard(partition)
    messages = _messages(events, shard.log)
    settled = await worker.settler.settle(shard, messages)
    await require_same(shard, messages, settled, digests_of=worker.digests_of)
    _acknowledge(events)  # in offset order, after the commit, none skipped


def _acknowledge(events: Sequence[Any]) -> None:
    for event in events:
        event.ack()


def _messages(events: Sequence[Any], log: Partition) -> list[Message]:
    return [_message(event, log) for event in events]


def _message(event: Any, log: Partition) -> Message:
    raw = event.message
    headers = raw.headers or []
    return message(
        Address(log.topic_id, log.number, raw.offset),
        timestamp_ms=round(raw.timestamp * 1000),
        value=raw.value,
        headers=headers.items() if isinstance(headers, Mapping) else headers,
    )
