"""Salts for the ledger, many drawn at once: to ask the system for one takes as long."""

import secrets
from collections.abc import Iterator
from typing import Final

from handlers.ledger import SALT_BYTES
from handlers.ports import Salts

_AT_ONCE: Final = 256


def fresh_salts() -> Salts:
    """Each is its own random bytes, handed out once. For one thread."""
    return _drawn().__next__


def _drawn() -> Iterator[bytes]:
    while True:
        many = secrets.token_bytes(_AT_ONCE * SALT_BYTES)
        for at in range(0, len(many), SALT_BYTES):
            yield many[at : at + SALT_BYTES]
