"""Pushes reports at the front door at a planned rate, come what may. Its own process.

An open loop: when the door is slow, later events are sent late, and their lateness counts,
for they were due. HTTP is written by hand: a client library would cost more than the door.
"""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from schemas.wire.envelope import STRUCTURED
from schemas.wire.writing import write_event
from tests.bench.children import give, told
from tests.bench.processes import cost
from tests.bench.reports import FIRE_LANE, STALL, report

CONNECTIONS: Final = 64
_BATCH: Final = "application/cloudevents-batch+json"
_START_IN_S: Final = 0.5


@dataclass(slots=True, kw_only=True)
class Push:
    """One request with the events in it, by number."""

    request: bytes
    numbers: range
    due_s: float
    sent_at: float = 0.0
    answered_at: float = 0.0


@dataclass(slots=True, kw_only=True)
class Run:
    """What came of it."""

    pushes: Sequence[Push]
    statuses: Counter[int] = field(default_factory=Counter)
    accepted: int = 0


def pushes(order: dict[str, Any]) -> list[Push]:
    """All requests, written before the first is due. A batch is due with its last event."""
    events, rate, size = order["events"], order["rate"], order["batch"]
    written: list[Push] = []
    for first in range(0, events, size):
        numbers = range(first, min(first + size, events))
        bodies = [_body(number, order) for number in numbers]
        is_batch = size > 1
        body = b"[" + b",".join(bodies) + b"]" if is_batch else bodies[0]
        request = _request(order, body, _BATCH if is_batch else STRUCTURED)
        written.append(Push(request=request, numbers=numbers, due_s=numbers[-1] / rate))
    return written


def _body(number: int, order: dict[str, Any]) -> bytes:
    prefix = order["prefix"]
    matter = FIRE_LANE if number % order["safety_one_in"] == 0 else STALL
    return write_event(report(number, place=f"{prefix}-{number}", matter=matter, id_prefix=prefix))


def _request(order: dict[str, Any], body: bytes, kind: str) -> bytes:
    head = (
        "POST /v1/events HTTP/1.1\r\n"
        f"Host: {urlsplit(order['door']).netloc}\r\n"
        f"Authorization: Bearer {order['key']}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def push_all(order: dict[str, Any]) -> tuple[Run, float]:
    """Answer what came of it, and the instant from which the plan counts."""
    run = Run(pushes=pushes(order))
    due: asyncio.Queue[Push | None] = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(_send(order, due, run))
        began = time.monotonic() + _START_IN_S
        for push in run.pushes:
            wait = began + push.due_s - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            due.put_nowait(push)
        for _ in range(CONNECTIONS):
            due.put_nowait(None)
    return run, began


async def _send(order: dict[str, Any], due: "asyncio.Queue[Push | None]", run: Run) -> None:
    where = urlsplit(order["door"])
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        while (push := await due.get()) is not None:
            push.sent_at = time.monotonic()
            writer.write(push.request)
            status, body = await _answer(reader)
            push.answered_at = time.monotonic()
            _note(run, push, status, body)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    lengths = [line[15:] for line in lines if line.lower().startswith("content-length:")]
    return int(lines[0].split()[1]), await reader.readexactly(int(lengths[0]))


def _note(run: Run, push: Push, status: int, body: bytes) -> None:
    if len(push.numbers) == 1 or status not in {202, 207}:
        run.statuses[status] += len(push.numbers)
        run.accepted += len(push.numbers) if status == 202 else 0
        return
    for item in json.loads(body)["items"]:
        run.statuses[item["status"]] += 1
        run.accepted += item["status"] == 202


def main() -> None:
    order, answer = told()
    run, began = asyncio.run(push_all(order))
    sent = [push for push in run.pushes if push.answered_at]
    last = max(push.sent_at for push in sent)
    mine = cost(os.getpid())
    give(
        {
            "began": began,
            "sent": sum(len(push.numbers) for push in sent),
            "accepted": run.accepted,
            "statuses": dict(run.statuses),
            "rate": order["events"] / max(last - began, order["events"] / order["rate"]),
            "late_ms": [(push.sent_at - began - push.due_s) * 1e3 for push in sent],
            "answered_ms": [
                (push.answered_at - began - number / order["rate"]) * 1e3
                for push in sent
                for number in push.numbers
            ],
            "cpu_s": mine.cpu_s,
            "peak_mib": mine.peak_mib,
        },
        answer,
    )


if __name__ == "__main__":
    main()
