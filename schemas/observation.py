"""What a camera worker saw: one occurrence, told in phases."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.dwell import Dwell
from schemas.errors import InvalidValueError
from schemas.evidence import EvidenceRef
from schemas.geometry import BoxXYXY, FrameSize
from schemas.ids import CameraId, OccurrenceId, ZoneId
from schemas.instants import require_zone
from schemas.matter import MatterKey
from schemas.place import Place
from schemas.words import Words


class Phase(StrEnum):
    """How far an occurrence has come.

    began ──► continued ──► … ──► ended | lost-sight
    """

    BEGAN = "began"
    CONTINUED = "continued"
    ENDED = "ended"
    LOST_SIGHT = "lost-sight"


class Thing(Struct, frozen=True, kw_only=True):
    """An object in the picture that takes part in the occurrence."""

    kind: str
    box: BoxXYXY
    confidence: float
    track: str | None = None

    def __post_init__(self) -> None:
        require_confidence(self.confidence, "thing.confidence")


class Observation(Struct, frozen=True, kw_only=True):
    """A candidate sighting by a machine. It accuses nobody.

    `occurrence` is the same for every message about one stay; `sequence` counts them from 0.
    `dangers` are what makes the sighting dangerous, beside what the zone itself says. `reason`
    says why it is told, in words with numbers.
    """

    matter: MatterKey
    place: Place
    camera: CameraId
    zone: ZoneId
    zone_kind: ZoneKind
    rule: str
    occurrence: OccurrenceId
    phase: Phase
    sequence: int
    first_seen_at: datetime
    last_seen_at: datetime
    dwell: Dwell
    confidence: float
    frame: FrameSize
    things: tuple[Thing, ...]
    evidence: tuple[EvidenceRef, ...]
    model: str | None = None
    dangers: frozenset[Danger] = frozenset()
    reason: Words | None = None

    def __post_init__(self) -> None:
        require_zone(self.first_seen_at, "first_seen_at")
        require_zone(self.last_seen_at, "last_seen_at")
        require_confidence(self.confidence, "confidence")
        if self.last_seen_at < self.first_seen_at:
            raise InvalidValueError(
                expected="last_seen_at not before first_seen_at",
                got=f"{self.first_seen_at.isoformat()} … {self.last_seen_at.isoformat()}",
                field="last_seen_at",
            )
        if self.sequence < 0:
            raise InvalidValueError(expected="0 or more", got=self.sequence, field="sequence")
        for thing in self.things:
            if not thing.box.is_within(self.frame):
                raise InvalidValueError(
                    expected=f"a box within {self.frame.width}x{self.frame.height}",
                    got=str(thing.box),
                    field="things.box",
                )


def require_confidence(confidence: float, field: str) -> None:
    """Refuse what is no probability; NaN compares false and is refused too."""
    if not 0.0 <= confidence <= 1.0:
        raise InvalidValueError(expected="a number in [0, 1]", got=str(confidence), field=field)
