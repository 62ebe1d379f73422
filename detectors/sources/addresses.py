"""What kind of source an address names."""

from typing import Final

LIVE_SCHEMES: Final = ("rtsp", "rtsps")
SNAPSHOT_SCHEMES: Final = ("http", "https")


def scheme_of(address: str) -> str:
    """In small letters; empty for a path."""
    scheme, separator, _ = address.partition("://")
    return scheme.lower() if separator else ""
