"""Looks for messages that were skipped and have no successor that would reveal them."""

import asyncio
from typing import Any, Final

import faust
import structlog

from schemas.errors import OffsiteError, TemporarilyUnavailableError
from schemas.ids import Partition
from streams.forgetting import require_kept
from streams.lane_worker import LaneWorker
from streams.logs import LogRange
from streams.waiting import Waiting

_EVERY_S: Final = 2.0


class TopicReplacedError(OffsiteError):
    """The topic was made anew under its old name: begin again, with its new identity."""


class Sweep:
    """Catches up partitions of ours whose head stood still behind the broker's end.

    Mutable: it remembers where each head stood at the last look.
    """

    def __init__(self, app: faust.App, worker: LaneWorker, waiting: Waiting[Any]) -> None:
        self._app: Final = app
        self._worker: Final = worker
        self._waiting: Final = waiting
        self._done_to: dict[Partition, int] = {}
        self._stood_at: dict[Partition, int] = {}

    async def run(self) -> None:
        """Look again and again until cancelled.

        Raises:
            TopicReplacedError: the topic isn't the one that the worker began with.
        """
        while True:
            await asyncio.sleep(_EVERY_S)
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
        if self._done_to.get(log.log) == log.end:
            return  # decided to this very end at an earlier look
        async with self._waiting.held(log.log.number):
            await self._catch_up_held(log)

    async def _catch_up_held(self, log: LogRange) -> None:
        worker = self._worker
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
