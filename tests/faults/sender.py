"""A sender as a city platform runs one: it keeps what was not acknowledged, and sends it again."""

import http.client
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from tests.faults.truth import Send

_BATCH: Final = "application/cloudevents-batch+json"
_TIMEOUT_S: Final = 15.0
_PAUSE_S: Final = 0.25
_THREADS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the door told about one event: where it lies."""

    id: str
    topic: str
    topic_id: str
    partition: int
    offset: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    id: str
    body: bytes
    conflict: bytes | None
    is_planned: bool = True
    """A conflict isn't: it is due when its first bytes are acknowledged."""


@dataclass(slots=True)
class Told:
    """What came of it. Grows while sending."""

    receipts: list[Receipt] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)


class Sender:
    """Pushes a plan at a rate, in small batches, until all is acknowledged or it is told to end."""

    def __init__(self, door: str, key: str, *, rate: float, batch: int = 10) -> None:
        self._where = urlsplit(door)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": _BATCH}
        self._rate = rate
        self._batch = batch
        self._waiting: deque[_Item] = deque()
        self._left = self._total = 0
        self._planned_done = 0
        self._began = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.told = Told()

    def start(self, sends: Sequence[Send]) -> None:
        items = [
            _Item(id=send.id, body=send.body, conflict=send.conflict if time_ == 0 else None)
            for send in sends
            for time_ in range(send.times)
        ]
        self._waiting.extend(items)
        self._left = self._total = len(items)
        self._began = began = time.monotonic()
        for number in range(_THREADS):
            thread = threading.Thread(
                target=self._send_for_long, args=(began, number), name="sender", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    @property
    def left(self) -> int:
        """How many pushes have no answer yet that settles them."""
        return self._left

    def overdue(self) -> int:
        """How many ought to be acknowledged by now, at the planned rate, and aren't."""
        due = min(self._total, int((time.monotonic() - self._began) * self._rate))
        return max(0, due - self._planned_done)

    def wait(self, within_s: float) -> bool:
        """Whether all was acknowledged in time. Ends the threads either way."""
        until = time.monotonic() + within_s
        while self._left and time.monotonic() < until:
            time.sleep(0.05)
        self._stop.set()
        for thread in self._threads:
            thread.join(_TIMEOUT_S + 2)
        return self._left == 0

    def _send_for_long(self, began: float, number: int) -> None:
        connection: http.client.HTTPConnection | None = None
        every_s = self._batch * _THREADS / self._rate
        due = began + every_s * number / _THREADS
        while not self._stop.is_set() and self._left:
            if self._stop.wait(max(0.0, due - time.monotonic())):
                break
            due += every_s
            items = self._take()
            if not items:
                due = time.monotonic() + 0.05
                continue
            connection = connection or self._connect()
            if not self._push(connection, items):
                connection.close()
                connection = None
                self._stop.wait(_PAUSE_S)
        if connection is not None:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        host, port = str(self._where.hostname), self._where.port
        return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)

    def _take(self) -> list[_Item]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]

    def _push(self, connection: http.client.HTTPConnection, items: Sequence[_Item]) -> bool:
        """Whether the door answered; what it didn't take goes to the end of the queue."""
        body = b"[" + b",".join(item.body for item in items) + b"]"
        try:
            connection.request("POST", "/v1/events", body, self._headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._again(items)
            return False
        if answer.status not in {202, 207}:
            self.told.statuses[answer.status] += 1
            self._again(items)
            return False
        return self._note(items, json.loads(content)["items"])

    def _note(self, items: Sequence[_Item], answers: Sequence[dict[str, Any]]) -> bool:
        again = []
        for item, answer in zip(items, answers, strict=True):
            status = answer["status"]
            self.told.statuses[status] += 1
            if status == 202:
                self._acknowledged(item, answer)
            elif status in {429, 500, 502, 503, 504}:
                again.append(item)
            else:
                self.told.refused.append(f"{item.id}: {status} {answer.get('detail')}")
                with self._lock:
                    self._left -= 1
        self._again(again)
        return not again

    def _acknowledged(self, item: _Item, answer: dict[str, Any]) -> None:
        receipt = Receipt(
            id=item.id,
            topic=answer["topic"],
            topic_id=answer["topic_id"],
            partition=answer["partition"],
            offset=answer["offset"],
            sha256=answer["sha256"],
        )
        with self._lock:
            self.told.receipts.append(receipt)
            self._planned_done += item.is_planned
            if item.conflict is None:
                self._left -= 1
            else:
                self._waiting.append(
                    _Item(id=item.id, body=item.conflict, conflict=None, is_planned=False)
                )

    def _again(self, items: Sequence[_Item]) -> None:
        with self._lock:
            self._waiting.extend(items)
