"""Faust's consumer, without four tasks for each message and without its long waits.

For every message Faust starts its delivery, and three tasks more that would end it should the
flow be suspended or the worker stop meanwhile. Nearly every delivery ends without ever waiting:
that is tried first, and costs no task. One that has to wait goes on in Faust's own way.

Faust lets the broker hold back an answer for a second and a half while there is nothing new. Such a
request asks only for the partitions whose messages have run out, and no other is made meanwhile:
the partitions that still had some wait with it. What each of the two costs is in
`docs/performance.md`.
"""

import asyncio
import inspect
import types
from collections.abc import AsyncIterator, Coroutine, Generator, Sequence
from functools import partial
from typing import Any, Final

import faust
from faust.transport.drivers import aiokafka
from mode.services import WaitResults

_HOLD_BACK_MS: Final = 50
_FULL_S: Final = 0.01


class _ConsumerThread(aiokafka.AIOKafkaConsumerThread):  # type: ignore[misc]  # Faust ships no types
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _HOLD_BACK_MS  # noqa: SLF001 - Faust sets it, and lets no one
        return consumer


class _Consumer(aiokafka.Consumer):  # type: ignore[misc]  # Faust ships no types
    def _new_consumer_thread(self) -> Any:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _wait_next_records(self, timeout: float) -> Any:  # noqa: ASYNC109 - Faust's own
        if self.flow_active and not self._get_active_partitions():  # all that may wait does
            await asyncio.sleep(_FULL_S)
            return {}, set()
        return await super()._wait_next_records(timeout)

    async def wait_first(self, *coros: Any, timeout: Any = None) -> Any:  # noqa: ASYNC109 - Faust's own
        if len(coros) != 2 or timeout is not None or not inspect.iscoroutine(coros[0]):
            return await super().wait_first(*coros, timeout=timeout)
        delivery, suspended = coros
        try:
            waits_for = delivery.send(None)
        except StopIteration as ended:
            suspended.close()
            return WaitResults([delivery], [ended.value], self.should_stop)
        return await super().wait_first(_finished(delivery, waits_for), suspended)


async def _finished(begun: Coroutine[Any, Any, Any], waits_for: Any) -> Any:
    """A delivery that has begun, for a task to finish."""
    return await _going_on(begun, waits_for)


@types.coroutine
def _going_on(begun: Coroutine[Any, Any, Any], waits_for: Any) -> Generator[Any, Any, Any]:
    while True:
        try:
            answer = yield waits_for
        except BaseException as error:  # noqa: BLE001 - it is the delivery's to catch
            step = partial(begun.throw, error)
        else:
            step = partial(begun.send, answer)
        try:
            waits_for = step()
        except StopIteration as ended:
            return ended.value


async def arrivals(stream: Any) -> AsyncIterator[Sequence[Any]]:
    """The events of an agent's stream, unacknowledged, as many as have come.

    Faust's own iterator gives one in each round of the loop.
    """
    stream = stream.noack()
    waiting, app = stream.channel.queue, stream.app
    async for event in stream.events():
        come = [event]
        while not waiting.empty():
            another = waiting.get_nowait()
            if another.message.generation_id == app.consumer_generation_id:
                another.message.tracked = True
                app.consumer.track_message(another.message)
                come.append(another)
        yield come


class _Transport(aiokafka.Transport):  # type: ignore[misc]  # Faust ships no types
    Consumer = _Consumer


def drain_quickly(app: faust.App) -> None:
    """Give an app that hasn't started the quick consumer."""
    app.transport = _Transport(app.conf.broker_consumer, app)

    @app.task  # type: ignore[untyped-decorator]  # Faust ships no types
    async def count_only_once() -> None:
        app.sensors.remove(app.monitor)  # looks at each message eight times; nobody reads it
