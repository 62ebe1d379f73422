"""An agent gets at once all that has come, and of each what Faust would have noted itself."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from streams.drain import arrivals


class FakeStream:
    """Faust's iterator over a queue: one at a time."""

    def __init__(self, queue: "asyncio.Queue[Any]", generation: int) -> None:
        self.tracked: list[int] = []
        consumer = SimpleNamespace(track_message=lambda message: self.tracked.append(message.n))
        self.app = SimpleNamespace(consumer=consumer, consumer_generation_id=generation)
        self.channel = SimpleNamespace(queue=queue)
        self.acknowledges = True

    def noack(self) -> "FakeStream":
        self.acknowledges = False
        return self

    async def events(self) -> AsyncIterator[Any]:
        while not self.channel.queue.empty():
            yield self.channel.queue.get_nowait()


def an_arrival(number: int, generation: int = 1) -> Any:
    message = SimpleNamespace(n=number, generation_id=generation, tracked=False)
    return SimpleNamespace(message=message)


async def test_all_that_waits_comes_together_and_what_is_of_an_older_generation_does_not() -> None:
    queue: asyncio.Queue[Any] = asyncio.Queue()
    for each in (an_arrival(1), an_arrival(2), an_arrival(3, generation=0), an_arrival(4)):
        queue.put_nowait(each)
    stream = FakeStream(queue, generation=1)

    come = [[each.message.n for each in events] async for events in arrivals(stream)]

    assert come == [[1, 2, 4]]
    assert stream.tracked == [2, 4]  # the first is tracked by Faust's own iterator
    assert not stream.acknowledges
