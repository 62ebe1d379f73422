"""What kind of source an address names, and how a log may show it."""

import re
from typing import Final

LIVE_SCHEMES: Final = ("rtsp", "rtsps")
SNAPSHOT_SCHEMES: Final = ("http", "https")


def scheme_of(address: str) -> str:
    """In small letters; empty for a path."""
    scheme, separator, _ = address.partition("://")
    return scheme.lower() if separator else ""


def without_credentials(address: str) -> str:
    """The address as a log may show it: names, passwords and keys stand before @ and behind ?."""
    return re.sub("//.*@", "//", address).partition("?")[0]
