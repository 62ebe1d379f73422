#!/usr/bin/env python
"""Follows a disposition queue as a city's own system would: a consumer group, each letter once.

`consume_queue.py --bootstrap HOST:PORT --queue zero-tolerance [--seconds 10]`: one line a letter.
Delivery is at least once: the letter's `id` is what tells a repeat from something new.
"""

import argparse
import json
import time

from kafka import KafkaConsumer


def main() -> None:
    """Read, skip what was seen, work, commit: in this order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--queue", choices=["zero-tolerance", "soft"], default="zero-tolerance")
    parser.add_argument("--group", default="city-dispatch")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    args = parser.parse_args()
    consumer = KafkaConsumer(
        f"disposition.{args.queue}",
        bootstrap_servers=args.bootstrap,
        group_id=args.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    seen: set[str] = set()  # a city keeps this in its own database, beside the work
    ends_at = time.monotonic() + args.seconds
    while time.monotonic() < ends_at:
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                letter = json.loads(record.value)
                if letter["id"] not in seen:
                    seen.add(letter["id"])
                    case = letter["data"]["case"]
                    print(letter["type"], case["id"], case["version"], case["due_at"], flush=True)
        consumer.commit()
    consumer.close()


if __name__ == "__main__":
    main()
