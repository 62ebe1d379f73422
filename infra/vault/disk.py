"""Keeps evidence in a folder, each file named by the digest of what it holds.

folder/
└── ab/
    └── abcdef….jpg      the first two digits, so that no folder grows too long
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from schemas.errors import TemporarilyUnavailableError
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.ids import Sha256, sha256_text
from streams.durable import sync_folder, write_whole

_SUFFIXES: Final[Mapping[str, str]] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "video/mp4": ".mp4",
}
_OTHER: Final = ".bin"


class DiskVault:
    """A vault on a local disk. Writers may share the folder: a name has only one content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(
        self, content: bytes, *, media_type: str, kind: EvidenceKind, media_time: timedelta
    ) -> EvidenceRef:
        """Return when the bytes are safely on disk, whole or not at all. May be repeated.

        Raises:
            TemporarilyUnavailableError: the disk is full or away.
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
            _put(path, content)
        except OSError as error:
            raise TemporarilyUnavailableError(
                f"vault {self._folder}: {digest} could not be kept: {error}"
            ) from error
        return ref

    def find(self, sha256: str) -> Path | None:
        """Where the bytes of this digest lie; they aren't read again to check."""
        digest = sha256_text(sha256)
        shelf = self._folder / digest[:2]
        names = (digest + suffix for suffix in (*_SUFFIXES.values(), _OTHER))
        return next((path for name in names if (path := shelf / name).is_file()), None)


def _put(path: Path, content: bytes) -> None:
    """What lies there already has the same content: its name says so."""
    if path.is_file() and path.stat().st_size == len(content):
        # Whoever wrote it may have died before the name was safe; it costs little to make sure.
        sync_folder(path.parent)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    sync_folder(path.parent.parent)
    write_whole(path, content)
