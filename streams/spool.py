"""Carries a camera worker's messages to Kafka by way of the disk, in order.

publish ─► file on disk (durable) ─► one thread: oldest first ─► acknowledged ─► journal ─► gone

While the broker is away messages gather here, up to a limit; a process that dies leaves them to
the next one on the same folder. One that died between acknowledgement and removal sends a
message twice, and its effects happen once.
"""

import re
import threading
from pathlib import Path
from typing import Final, Protocol

import structlog

from handlers.decisions.policy import Policy
from schemas.errors import InvalidValueError, TemporarilyUnavailableError
from schemas.events import Event
from schemas.wire.reading import read_event
from schemas.wire.writing import write_event
from streams.durable import write_whole
from streams.intake import addressed, structured
from streams.journal import Entry, Journal
from streams.producing import Outgoing, Receipt

_NAME: Final = re.compile(r"\d{12}\.(json|unreadable)")
_FIRST_WAIT_S: Final = 0.25
_LONGEST_WAIT_S: Final = 5.0


class SendsNow(Protocol):
    """Publishes one record and waits for its acknowledgement."""

    def publish(self, record: Outgoing) -> Receipt:
        """Raises `TemporarilyUnavailableError` when none came."""


class Spool:
    """A folder of messages that wait. One process a folder."""

    def __init__(self, folder: Path, *, limit_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder: Final = folder
        self._limit: Final = limit_bytes
        self._changed = threading.Condition()
        ours = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name) is not None)
        self._waiting = {path: path.stat().st_size for path in ours if path.suffix == ".json"}
        self._bytes = sum(self._waiting.values())
        self._next = int(ours[-1].stem) + 1 if ours else 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, value: bytes) -> None:
        """Return when it is on the disk.

        Raises:
            TemporarilyUnavailableError: the spool is full, or the disk is.
        """
        with self._changed:
            if self._bytes + len(value) > self._limit:
                raise TemporarilyUnavailableError(
                    f"the spool {self._folder} holds {len(self._waiting)} messages and "
                    f"{self._bytes} of {self._limit} bytes: is Kafka away?"
                )
            path = self._folder / f"{self._next:012d}.json"
            try:
                write_whole(path, value)
            except OSError as error:
                raise TemporarilyUnavailableError(
                    f"the spool {self._folder} can't be written: {error.strerror}"
                ) from error
            self._next += 1
            self._bytes += len(value)
            self._waiting[path] = len(value)
            self._changed.notify_all()

    def oldest(self, stop: threading.Event, *, within_s: float) -> Path | None:
        """Wait for a message; none when told to stop or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting) or stop.is_set(), within_s)
            return next(iter(self._waiting), None)

    def remove(self, path: Path) -> None:
        """It has arrived, or will never be sent."""
        with self._changed:
            path.unlink(missing_ok=True)
            self._bytes -= self._waiting.pop(path)
            self._changed.notify_all()

    def wait_until_empty(self, within_s: float) -> bool:
        """Whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, within_s)

    def wake(self) -> None:
        """Let the one who waits look at `stop` again."""
        with self._changed:
            self._changed.notify_all()


class SpoolingPublisher:
    """What a camera worker publishes with. Starts a thread; `close` ends it."""

    def __init__(
        self, spool: Spool, *, producer: SendsNow, journal: Journal, policy: Policy
    ) -> None:
        self._spool: Final = spool
        self._producer: Final = producer
        self._journal: Final = journal
        self._policy: Final = policy
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._carry_for_ever, name="spool", daemon=True)
        self._thread.start()

    def publish(self, event: Event) -> None:
        """Return when the message is on the disk; Kafka gets it soon, and in order.

        Raises:
            TemporarilyUnavailableError: the spool is full.
        """
        self._spool.put(write_event(event))

    def close(self, *, within_s: float) -> int:
        """Wait for the rest to be carried; answer how many messages stay for the next start."""
        self._spool.wait_until_empty(within_s)
        self._stop.set()
        self._spool.wake()
        self._thread.join()
        return len(self._spool)

    def _carry_for_ever(self) -> None:
        wait_s = _FIRST_WAIT_S
        while not self._stop.is_set():
            path = self._spool.oldest(self._stop, within_s=1.0)
            if path is None:
                continue
            try:
                self._carry(path)
                wait_s = _FIRST_WAIT_S
            except (TemporarilyUnavailableError, OSError) as error:
                structlog.get_logger().warning(
                    "spool_waits", messages=len(self._spool), error=str(error), wait_s=wait_s
                )
                self._stop.wait(wait_s)
                wait_s = min(_LONGEST_WAIT_S, 2 * wait_s)

    def _carry(self, path: Path) -> None:
        try:
            item = structured(path.read_bytes())
        except FileNotFoundError:
            structlog.get_logger().error("spool_file_gone", file=str(path))
            self._spool.remove(path)
            return
        try:
            event = read_event(item.value, item.headers)
        except InvalidValueError as error:
            self._set_aside(path, error)
            return
        sent = addressed(item, event, policy=self._policy, registered=None)
        receipt = self._producer.publish(sent.record)
        self._journal.note_now(Entry(address=receipt.address, digest=sent.digest))
        self._spool.remove(path)

    def _set_aside(self, path: Path, error: InvalidValueError) -> None:
        """A file that somebody changed must not stop those behind it; it stays for a person."""
        kept = path.with_suffix(".unreadable")
        path.replace(kept)
        structlog.get_logger().error("spool_file_unreadable", file=str(kept), error=str(error))
        self._spool.remove(path)
