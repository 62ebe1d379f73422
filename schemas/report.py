"""What a platform, a person or another bureau says is wrong."""

from enum import StrEnum

from msgspec import Struct

from schemas.danger import Danger
from schemas.evidence import EvidenceRef
from schemas.ids import CameraId
from schemas.matter import MatterKey
from schemas.place import Place


class Reporter(StrEnum):
    """Who speaks."""

    PLATFORM = "platform"
    PERSON = "person"
    BUREAU = "bureau"


class Report(Struct, frozen=True, kw_only=True):
    """A pushed message. Matter or place may be unknown: then a person sorts it.

    `dangers` are what the source says is dangerous about it, whatever the matter.
    """

    reporter: Reporter
    text: str
    matter: MatterKey | None = None
    place: Place | None = None
    camera: CameraId | None = None
    upstream_number: str | None = None
    evidence: tuple[EvidenceRef, ...] = ()
    dangers: frozenset[Danger] = frozenset()
