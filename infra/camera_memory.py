"""Keeps what a camera's watch knows in one file, so that a killed watch is gone on with."""

from pathlib import Path
from typing import Final

from schemas.errors import TemporarilyUnavailableError
from streams.durable import write_whole

_NAME: Final = "watch.json"


class DiskMemory:
    """One folder a camera; one process a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path: Final = folder / _NAME

    def recall(self) -> bytes | None:
        """What was remembered last, whole; nothing at the first start."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def remember(self, content: bytes) -> None:
        """Return when it is on the disk in the place of what was there, whole or not at all.

        Raises:
            TemporarilyUnavailableError: the disk is full or away.
        """
        try:
            write_whole(self._path, content)
        except OSError as error:
            raise TemporarilyUnavailableError(
                f"{self._path} can't be written: {error.strerror}"
            ) from error
