"""FastStream: a subscriber of batches that acknowledges what was written. Its own process."""

import asyncio
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage

from schemas.lane import Lane
from streams.topics import EVENTS
from tests.bench.children import told
from tests.bench.peers.desk import Desk

BATCH_EVENTS: Final = 2000


def build(order: dict[str, Any], answer: Path) -> FastStream:
    broker = KafkaBroker(order["bootstrap"], logger=None)
    app = FastStream(broker, logger=None)
    desk = Desk(dsn=order["dsn"], messages=order["messages"], answer=answer, at_end=app.exit)

    @broker.subscriber(
        EVENTS[Lane.GENERAL],
        group_id=order["group"],
        batch=True,
        max_records=BATCH_EVENTS,
        batch_timeout_ms=30,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=_as_it_came,
    )
    async def take(_: list[Any], message: KafkaMessage) -> None:
        records = sorted(message.raw_message, key=lambda one: (one.partition, one.offset))
        for partition, group in groupby(records, key=lambda one: one.partition):
            await desk.settle(
                partition, [(one.offset, one.timestamp, one.value, one.headers) for one in group]
            )

    return app


async def _as_it_came(message: Any, _: Any = None) -> Any:
    return message.body


if __name__ == "__main__":
    asyncio.run(build(*told()).run())
