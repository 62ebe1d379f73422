"""The same bytes once more, at a new address: how a dead letter comes back."""

from typing import Final

from schemas.ids import Address
from streams.logs import Kept
from streams.producing import Outgoing

REDRIVE_OF: Final = "offsite-redrive-of"
"""Names the old address. No `ce-*` header, so the digest of the message stays what it was."""


def again(kept: Kept, *, topic: str, old: Address) -> Outgoing:
    """Value and headers unchanged, in the same topic, under the same key where it is text."""
    headers = [(name, content) for name, content in kept.headers if name != REDRIVE_OF]
    return Outgoing(
        topic=topic,
        key=_key(kept.key) or str(old),
        value=kept.value,
        headers=[*headers, (REDRIVE_OF, str(old).encode())],
    )


def _key(key: bytes | None) -> str:
    try:
        return "" if key is None else key.decode()
    except UnicodeDecodeError:
        return ""
