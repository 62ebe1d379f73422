"""What a sealed moment rests on: who looked, how long it can be proved, which bytes show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.dwell import Dwell
from schemas.errors import InvalidValueError
from schemas.evidence import EvidenceRef
from schemas.geometry import FrameSize
from schemas.ids import CameraId, OccurrenceId, Sha256, ZoneId
from schemas.instants import require_zone
from schemas.matter import MatterKey
from schemas.observation import Phase
from schemas.words import Words

MEDIA_TYPE: Final = "application/json"
GAP: Final = "gap"
"""The kind of knowing that stands for: nobody looked."""
UNSEEN: Final = frozenset({GAP, "hidden"})
"""Kinds of knowing that prove nothing, as the detectors name them."""
_ROUNDING: Final = timedelta(milliseconds=1)
"""By so much may each end of a stretch have been rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """With what was looked: the same for all that one run of a camera seals.

    `time_source` says where media time comes from, `starts_at` when media time 0 was. `way` names
    model, rate, rules and thresholds as one. A digest is absent where there is no such file.
    """

    camera: CameraId
    camera_name: str
    source: str
    time_source: str
    starts_at: datetime
    model: str
    way: str
    software: str
    weights: Sha256 | None = None
    class_map: Sha256 | None = None
    rule_book: Sha256 | None = None

    def __post_init__(self) -> None:
        require_zone(self.starts_at, "about.starts_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """A piece of media time, and what was known in it."""

    knowing: str
    begins: timedelta
    ends: timedelta

    def __post_init__(self) -> None:
        _require_order(self.begins, self.ends, "proof")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridged:
    """Where one track ended and another was taken for the same thing, and why."""

    begins: timedelta
    ends: timedelta
    why: str

    def __post_init__(self) -> None:
        _require_order(self.begins, self.ends, "bridges")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSpan:
    """What the clip shows. Untouched: its pictures are as the camera coded them."""

    begins: timedelta
    ends: timedelta
    is_untouched: bool

    def __post_init__(self) -> None:
        _require_order(self.begins, self.ends, "clip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Depicted:
    """A thing that takes part; its box in whole pixels of the frame, rounded outward."""

    kind: str
    box: tuple[int, int, int, int]
    confidence_permille: int
    track: str | None = None

    def __post_init__(self) -> None:
        x1, y1, x2, y2 = self.box
        if not (x1 < x2 and y1 < y2):
            raise InvalidValueError(
                expected="x1 < x2 and y1 < y2", got=repr(self.box), field="things.box"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Blurred:
    """How many heads and plates of uninvolved people were made unrecognisable in the copies."""

    heads: int
    plates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One sealed moment of an occurrence. Times are media time unless they know their zone.

    `items` are all that was sealed with it, itself excepted.
    """

    about: About
    zone: ZoneId
    zone_kind: ZoneKind
    zone_name: str
    rule: str
    matter: MatterKey
    occurrence: OccurrenceId
    phase: Phase
    sequence: int
    at: timedelta
    frame: FrameSize
    threshold: timedelta
    first_seen: timedelta
    last_seen: timedelta
    dwell: Dwell
    proof: tuple[Proved, ...]
    bridges: tuple[Bridged, ...]
    things: tuple[Depicted, ...]
    confidence_permille: int
    blurred: Blurred
    items: tuple[EvidenceRef, ...]
    reason: Words | None = None
    dangers: frozenset[Danger] = frozenset()
    clip: ClipSpan | None = None

    def __post_init__(self) -> None:
        _require_order(self.first_seen, self.last_seen, "first_seen")
        for before, after in zip(self.proof, self.proof[1:], strict=False):
            _require_order(before.ends, after.begins, "proof")
        seen = proved(self.proof)
        if self.dwell.at_least > seen + 2 * _ROUNDING * len(self.proof):
            raise InvalidValueError(
                expected=f"at most what its stretches prove, {seen}",
                got=str(self.dwell.at_least),
                field="dwell.at_least",
            )

    @property
    def gaps(self) -> tuple[Proved, ...]:
        """When nobody looked."""
        return tuple(each for each in self.proof if each.knowing == GAP)


def proved(stretches: Iterable[Proved]) -> timedelta:
    """The sum of those in which something was known of the thing."""
    known = (each.ends - each.begins for each in stretches if each.knowing not in UNSEEN)
    return sum(known, timedelta(0))


def _require_order(before: timedelta, after: timedelta, field: str) -> None:
    if after < before:
        raise InvalidValueError(
            expected="stretches in order, none of which ends before it begins",
            got=f"{before} … {after}",
            field=field,
        )
