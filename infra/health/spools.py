"""What cameras of this machine have on the disk and not in Kafka yet."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from infra.health.report import Spooled

_UNSENT: Final = "*.json"


def spools_in(folder: Path) -> Mapping[str, Spooled]:
    """By camera; a spool that empties while one looks is no fault."""
    if not folder.is_dir():
        return {}
    return {each.name: _spooled(each) for each in sorted(folder.iterdir()) if each.is_dir()}


def _spooled(folder: Path) -> Spooled:
    sizes = [size for path in folder.glob(_UNSENT) if (size := _size(path)) is not None]
    return Spooled(messages=len(sizes), bytes=sum(sizes))


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
