"""Lays files down whole: a reader never meets half of one, nor does a power cut leave it."""

import os
import tempfile
from pathlib import Path
from typing import Final

WRITING: Final = ".writing-"
"""Begins the name of a file that isn't whole yet; one that stays is a killed process's."""


def write_whole(path: Path, content: bytes) -> None:
    """Return when the file is on the disk under its name, for its owner's eyes only.

    Writers may share a name: one of them wins, whole.

    Raises:
        OSError: it isn't there; nothing half written is left.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=WRITING)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """A new name is safe only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
