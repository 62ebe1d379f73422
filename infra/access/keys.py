"""API keys: `ofk_<id>_<secret>`. The secret is shown once and kept nowhere."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from schemas.ids import Sha256
from schemas.person import PersonId

PERSON_SOURCE: Final = "urn:offsite:person:"
"""A key that speaks for such a source is a person's: it acts, and pushes nothing."""
_MARK: Final = "ofk"
_PARTS: Final = 3
_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedKey:
    """What a sender showed: the id to look up, the digest to compare."""

    id: str
    digest: Sha256


def make_key() -> tuple[str, PresentedKey]:
    """A fresh key: its whole text, and what we keep of it.

    A secret of 192 random bits needs no slow hash: there is nothing to guess.
    """
    text = f"{_MARK}_{secrets.token_hex(_ID_BYTES)}_{secrets.token_hex(_SECRET_BYTES)}"
    presented = read_key(text)
    assert presented is not None  # noqa: S101 - our own form, not input
    return text, presented


def person_behind(source: str) -> PersonId | None:
    """Whose key it is; absent for the key of a camera or a platform."""
    if not source.startswith(PERSON_SOURCE) or source == PERSON_SOURCE:
        return None
    return PersonId(source.removeprefix(PERSON_SOURCE))


def read_key(text: str) -> PresentedKey | None:
    """What a key says, or nothing where it isn't of our form."""
    parts = text.split("_")
    if len(parts) != _PARTS or parts[0] != _MARK or not parts[1] or not parts[2]:
        return None
    return PresentedKey(id=parts[1], digest=Sha256(hashlib.sha256(parts[2].encode()).hexdigest()))
