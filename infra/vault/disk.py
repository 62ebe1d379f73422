"""Keeps evidence in a folder, each file named by the digest of what it holds.

folder/
└── ab/
    └── abcdef….jpg      the first two digits, so that no folder grows too long

A file's time is when it was last kept: its term counts from there.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from schemas.errors import InvalidValueError, TemporarilyUnavailableError
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.ids import Sha256, sha256_text
from streams.durable import WRITING, sync_folder, write_whole

_SUFFIXES: Final[Mapping[str, str]] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "video/mp4": ".mp4",
    "application/json": ".json",
}
_OTHER: Final = ".bin"
_TYPES: Final[Mapping[str, str]] = {suffix: kind for kind, suffix in _SUFFIXES.items()}
_LEAVING: Final = ".leaving-"
_GIVEN_UP_AFTER: Final = timedelta(days=1)
"""A file that is still being written after so long belongs to a process that died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file of the vault, as it lies there."""

    sha256: Sha256
    path: Path
    size_bytes: int
    kept_at: datetime

    @property
    def media_type(self) -> str:
        """What its name says that it is."""
        return _TYPES.get(self.path.suffix, "application/octet-stream")


class DiskVault:
    """A vault on a local disk. Writers may share the folder: a name has only one content.

    What would leave less free than `reserve_bytes` isn't taken: broker, journals and database on
    the same disk go on, and so does every message that was acknowledged.
    """

    def __init__(self, folder: Path, *, reserve_bytes: int = 0) -> None:
        self._folder: Final = folder
        self._reserve: Final = reserve_bytes

    def keep(
        self, content: bytes, *, media_type: str, kind: EvidenceKind, media_time: timedelta
    ) -> EvidenceRef:
        """Return when the bytes are safely on disk, whole or not at all. May be repeated.

        Raises:
            TemporarilyUnavailableError: the disk is full or away; says how much is free and wanted.
        """
        digest = Sha256(hashlib.sha256(content).hexdigest())
        ref = EvidenceRef(
            sha256=digest,
            media_type=media_type,
            size_bytes=len(content),
            kind=kind,
            media_time=media_time,
        )
        path = self._folder / digest[:2] / (digest + _SUFFIXES.get(media_type, _OTHER))
        try:
            if not _is_kept_anew(path, len(content)):
                self._put(path, content)
        except OSError as error:
            raise TemporarilyUnavailableError(
                f"vault {self._folder}: {digest} could not be kept: {error} "
                f"({self._room(len(content))})"
            ) from error
        return ref

    def find(self, sha256: str) -> Path | None:
        """Where the bytes of this digest lie; they aren't read again to check."""
        digest = sha256_text(sha256)
        shelf = self._folder / digest[:2]
        names = (digest + suffix for suffix in (*_SUFFIXES.values(), _OTHER))
        return next((path for name in names if (path := shelf / name).is_file()), None)

    def kept(self) -> Iterator[Kept]:
        """Everything in it, shelf by shelf; what comes or goes meanwhile may be missed.

        Raises:
            TemporarilyUnavailableError: the disk is away.
        """
        try:
            shelves = sorted(each for each in self._folder.iterdir() if len(each.name) == 2)
        except FileNotFoundError:
            return
        except OSError as error:
            raise TemporarilyUnavailableError(f"vault {self._folder}: {error}") from error
        for shelf in shelves:
            for path in sorted(shelf.iterdir()):
                found = _as_kept(path)
                if found is not None:
                    yield found

    def remove(self, item: Kept) -> bool:
        """Take a file away; not if it was kept anew since it was looked at. May be repeated.

        It is first renamed and then looked at again: whoever keeps the same bytes meanwhile either
        made it younger before that, and it goes back, or doesn't find it and writes it anew.
        After a power cut it may lie there again: the caller has on record that it is to go.
        """
        leaving = item.path.with_name(_LEAVING + item.path.name)
        try:
            item.path.rename(leaving)
            if _time_of(leaving) > item.kept_at:
                leaving.rename(item.path)
                return False
            leaving.unlink()
        except FileNotFoundError:  # it is gone, or another tidied it back
            return not item.path.exists()
        return True

    def tidy(self, *, now: datetime) -> None:
        """Take away what a killed writer left half done; put back what a killed remover took."""
        for path in self._folder.glob(f"*/{_LEAVING}*"):
            path.rename(path.with_name(path.name.removeprefix(_LEAVING)))
        for path in self._folder.glob(f"*/{WRITING}*"):
            if now - _time_of(path) > _GIVEN_UP_AFTER:
                path.unlink(missing_ok=True)

    def _put(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(path.parent).free
        if free - len(content) < self._reserve:
            besides = f" beside the reserve of {_size(self._reserve)}" if self._reserve else ""
            raise OSError(f"nothing is taken until there is room{besides}")
        sync_folder(path.parent.parent)
        write_whole(path, content)

    def _room(self, wanted: int) -> str:
        try:
            free = _size(shutil.disk_usage(self._folder).free)
        except OSError:
            free = "nobody knows how much"
        return f"{free} free, {_size(wanted)} wanted"


def _is_kept_anew(path: Path, size: int) -> bool:
    """What lies there already has the same content: its name says so. Its term begins anew."""
    try:
        if not path.is_file() or path.stat().st_size != size:
            return False
        os.utime(path)
    except FileNotFoundError:  # it was just taken away
        return False
    # Whoever wrote it may have died before the name was safe; it costs little to make sure.
    sync_folder(path.parent)
    return True


def _as_kept(path: Path) -> Kept | None:
    try:
        digest = sha256_text(path.stem)
        found = path.stat()
    except (InvalidValueError, FileNotFoundError):  # half written, or gone meanwhile
        return None
    return Kept(
        sha256=digest,
        path=path,
        size_bytes=found.st_size,
        kept_at=datetime.fromtimestamp(found.st_mtime, UTC),
    )


def _time_of(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _size(of_bytes: int) -> str:
    if of_bytes < 1024 * 1024:
        return f"{of_bytes / 1024:.1f} KiB"
    return f"{of_bytes / 1024 / 1024:.1f} MiB"
