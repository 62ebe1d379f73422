"""Quix Streams: a batching sink, flushed at each checkpoint. Its own process."""

import asyncio
from pathlib import Path
from typing import Any, Final

from quixstreams import Application
from quixstreams.sinks import BatchingSink, SinkBatch

from schemas.lane import Lane
from streams.topics import EVENTS
from tests.bench.children import told
from tests.bench.peers.desk import Desk

CHECKPOINT_EVENTS: Final = 2000


class Sink(BatchingSink):
    """Writes what gathered between two checkpoints, a partition at a time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._runner = asyncio.Runner()

    def write(self, batch: SinkBatch) -> None:
        records = [(item.offset, item.timestamp, item.value, item.headers or ()) for item in batch]
        self._runner.run(self._desk.settle(batch.partition, records))


def run(order: dict[str, Any], answer: Path) -> None:
    app = Application(
        broker_address=order["bootstrap"],
        consumer_group=order["group"],
        auto_offset_reset="earliest",
        commit_interval=0.2,
        commit_every=CHECKPOINT_EVENTS,
        auto_create_topics=False,
        use_changelog_topics=False,
        loglevel="WARNING",
    )
    desk = Desk(dsn=order["dsn"], messages=order["messages"], answer=answer, at_end=app.stop)
    topic = app.topic(EVENTS[Lane.GENERAL], value_deserializer="bytes", key_deserializer="bytes")
    app.dataframe(topic).sink(Sink(desk))
    app.run()


if __name__ == "__main__":
    run(*told())
