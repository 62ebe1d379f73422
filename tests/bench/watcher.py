"""Reads the queues as a dispatcher's system would, and notes when each case came. Its own process.

A case also says when its message was appended in Kafka and when its transaction began, so that
the way can be told by its parts.
"""

import json
import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition

from tests.bench.children import give, told
from tests.bench.processes import cost

_LINGER_S: Final = 15.0
"""So long after the last push was answered a case may come."""

Seen = tuple[float, bytes]


def watch(order: dict[str, Any]) -> list[Seen]:
    """From the topics' ends on, until all that the door took has come, or nobody waits longer."""
    with KafkaConsumer(
        bootstrap_servers=order["bootstrap"], group_id=None, fetch_max_wait_ms=100
    ) as consumer:
        places = [
            TopicPartition(topic, number)
            for topic in order["topics"]
            for number in range(order["partitions"])
        ]
        consumer.assign(places)
        consumer.seek_to_end(*places)
        for place in places:
            consumer.position(place)
        Path(order["ready"]).touch()
        return _until_all_came(consumer, Path(order["pusher_answer"]))


def _until_all_came(consumer: Any, pusher_answer: Path) -> list[Seen]:
    seen: list[Seen] = []
    until = float("inf")
    wanted: int | None = None
    while wanted is None or len(seen) < wanted:
        found = consumer.poll(timeout_ms=100)
        now = time.monotonic()
        if now > until:
            break
        for records in found.values():
            seen += [(now, record.value) for record in records]
        if wanted is None and pusher_answer.exists():
            wanted = json.loads(pusher_answer.read_bytes())["accepted"]
            until = now + _LINGER_S
    return seen


def _case(at: float, value: bytes, prefix: str, wall: float) -> tuple[int, list[float]] | None:
    message = json.loads(value)
    place = message["data"]["case"]["place"]["id"]
    name, _, number = place.rpartition("-")
    if name != prefix:
        return None  # of an earlier stage
    appended = _instant(message["data"]["case"]["opened_at"]) - wall
    decided = _instant(message["time"]) - wall
    return int(number), [appended, decided, at]


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def main() -> None:
    order, answer = told()
    seen = watch(order)
    wall = time.time() - time.monotonic()
    cases: dict[int, list[float]] = {}
    for at, value in seen:
        case = _case(at, value, order["prefix"], wall)
        if case is not None:
            cases.setdefault(*case)
    mine = cost(os.getpid())
    give(
        {
            "records": len(seen),
            "cases": {str(number): instants for number, instants in cases.items()},
            "cpu_s": mine.cpu_s,
            "peak_mib": mine.peak_mib,
        },
        answer,
    )


if __name__ == "__main__":
    main()
