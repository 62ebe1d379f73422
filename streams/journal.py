"""What a door told its senders: an append-only file of acknowledged addresses and digests.

An entry is on the disk before the acknowledgement leaves. Writers that wait together share one
fsync, so a busy door doesn't pay for each message.
"""

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Address, Sha256
from streams.durable import sync_folder

_NAME_TIME: Final = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An acknowledged message: where it lies, and the digest of its bytes as received."""

    address: Address
    digest: Sha256


class Journal:
    """One file a process. Notes from any thread; `close` waits for what was noted."""

    def __init__(self, folder: Path, *, name: str, started_at: datetime) -> None:
        self._path = folder / f"{name}-{started_at.strftime(_NAME_TIME)}-{os.getpid()}.jsonl"
        self._waiting: list[tuple[bytes, Future[None]]] = []
        self._changed = threading.Condition()
        self._closing = False
        self._fault = ""
        folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._write_for_ever, name="journal", daemon=True)
        self._thread.start()

    @property
    def fault(self) -> str:
        """Why the last note could not be written; empty while all is well."""
        return self._fault

    async def note(self, entry: Entry) -> None:
        """Return when the entry is on the disk.

        Raises:
            TemporarilyUnavailableError: the disk is full or away, or we end; don't acknowledge.
        """
        await asyncio.wrap_future(self._enqueue(entry))

    def note_now(self, entry: Entry) -> None:
        """The same, blocking."""
        self._enqueue(entry).result()

    def close(self) -> None:
        """Write what waits, and end. May be repeated."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _enqueue(self, entry: Entry) -> "Future[None]":
        line = orjson.dumps(
            {
                "topic_id": entry.address.topic_id,
                "partition": entry.address.partition,
                "offset": entry.address.offset,
                "sha256": entry.digest,
            }
        )
        written: Future[None] = Future()
        with self._changed:
            if self._closing:
                raise TemporarilyUnavailableError(f"the journal {self._path} is closed")
            self._waiting.append((line + b"\n", written))
            self._changed.notify()
        return written

    def _write_for_ever(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                batch, self._waiting = self._waiting, []
                if not batch:
                    return
            fault = self._write(b"".join(line for line, _ in batch))
            self._fault = "" if fault is None else str(fault)
            for _, written in batch:
                if fault is None:
                    written.set_result(None)
                else:
                    written.set_exception(fault)

    def _write(self, lines: bytes) -> TemporarilyUnavailableError | None:
        """A torn line of an earlier fault is closed by the newline that goes before."""
        try:
            with self._path.open("ab") as file:
                is_new = file.tell() == 0
                torn = not is_new and not _ends_whole(self._path)
                file.write(b"\n" + lines if torn else lines)
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                sync_folder(self._path.parent)
        except OSError as error:
            return TemporarilyUnavailableError(
                f"the journal {self._path} can't be written: {error.strerror}"
            )
        return None


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def read_journals(folder: Path) -> Iterator[Entry]:
    """Every entry of every journal in the folder; a torn line was never acknowledged."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                entry = _entry(line)
                if entry is not None:
                    yield entry


def _entry(line: bytes) -> Entry | None:
    try:
        content = orjson.loads(line)
        address = Address(content["topic_id"], content["partition"], content["offset"])
        return Entry(address=address, digest=Sha256(content["sha256"]))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
