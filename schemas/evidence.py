"""A sealed picture or clip, named by what it holds."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from schemas.errors import InvalidValueError
from schemas.ids import Sha256, sha256_text


class EvidenceKind(StrEnum):
    """What an item of evidence is for.

    Originals and clips show everybody as they are. A privacy copy and an annotated picture have
    the heads and plates of those who have no part in it blurred: dispatchers see these.
    """

    ORIGINAL_FRAME = "original-frame"
    ANNOTATED_PICTURE = "annotated-picture"
    CLIP = "clip"
    CONTEXT = "context"
    PRIVACY_COPY = "privacy-copy"
    MANIFEST = "manifest"


OPEN_KINDS: Final = (
    EvidenceKind.ANNOTATED_PICTURE,
    EvidenceKind.PRIVACY_COPY,
    EvidenceKind.MANIFEST,
)
"""What a dispatcher sees without a reason on record, the best first. All else shows everybody."""


class EvidenceRef(Struct, frozen=True, kw_only=True):
    """Points at bytes by their digest; the bytes lie in the vault or with the source.

    `media_time` counts from the first frame of the recording that it was taken from.
    """

    sha256: Sha256
    media_type: str
    size_bytes: int
    kind: EvidenceKind
    media_time: timedelta | None = None

    def __post_init__(self) -> None:
        sha256_text(self.sha256)
        if self.size_bytes < 1:
            raise InvalidValueError(
                expected="at least 1 byte", got=str(self.size_bytes), field="evidence.bytes"
            )

    @property
    def is_open(self) -> bool:
        """Whether it may be shown without a reason on record."""
        return self.kind in OPEN_KINDS


def open_first(kind: EvidenceKind) -> int:
    """A key to sort by: what may be shown at once, then what is only named."""
    return OPEN_KINDS.index(kind) if kind in OPEN_KINDS else len(OPEN_KINDS)
