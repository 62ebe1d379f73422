"""The data of a manifest of evidence, as it stands in JSON: whole numbers with their units.

Times `_ms` are media time, counted from `about.starts_at`; a stay that goes on after a restart may
have begun before it.
"""

from typing import Annotated, Literal

from pydantic import Field

from schemas.camera import ZoneKind
from schemas.observation import Phase
from schemas.wire.data import (
    Count,
    Dangers,
    Data,
    Digest,
    EvidenceData,
    Instant,
    MatterData,
    Name,
    Prose,
)

Ms = Annotated[int, Field(strict=True, gt=-(2**53), lt=2**53)]
Pixels = Annotated[int, Field(strict=True, ge=-65_536, le=2 * 65_536)]
Permille = Annotated[int, Field(strict=True, ge=0, le=1000)]
_MOST: int = 100_000


class AboutData(Data):
    """Who looked, at what, and with what."""

    camera: Name
    camera_name: Prose
    source: Prose
    time_source: Prose
    starts_at: Instant
    model: Prose
    weights_sha256: Digest | None
    class_map_sha256: Digest | None
    rule_book_sha256: Digest | None
    way: Name
    software: Name


class ZoneOfManifest(Data):
    """The ground on which it happened."""

    id: Name
    kind: ZoneKind
    name: Prose


class FrameOfManifest(Data):
    """The size of the picture that boxes are counted in."""

    width_px: Annotated[int, Field(strict=True, ge=1, le=65_536)]
    height_px: Annotated[int, Field(strict=True, ge=1, le=65_536)]


class BoxData(Data):
    """An upright box in whole pixels, rounded outward."""

    x1_px: Pixels
    y1_px: Pixels
    x2_px: Pixels
    y2_px: Pixels


class ThingOfManifest(Data):
    """A thing that takes part."""

    kind: Name
    box: BoxData
    confidence_permille: Permille
    track: Name | None


class StretchData(Data):
    """A piece of media time, and what was known in it."""

    knowing: Name
    from_ms: Ms
    until_ms: Ms


class GapData(Data):
    """When nobody looked."""

    from_ms: Ms
    until_ms: Ms


class BridgeData(Data):
    """Where one track was taken for another, and why."""

    from_ms: Ms
    until_ms: Ms
    why: Prose


class DwellOfManifest(Data):
    """How long it stayed, by its bounds, and the stretches that prove the lower one."""

    threshold_ms: Ms
    first_seen_ms: Ms
    last_seen_ms: Ms
    at_least_ms: Count
    at_most_ms: Count
    proof: Annotated[list[StretchData], Field(max_length=_MOST)]
    bridges: Annotated[list[BridgeData], Field(max_length=_MOST)]
    gaps: Annotated[list[GapData], Field(max_length=_MOST)]


class ClipData(Data):
    """What the clip shows."""

    from_ms: Ms
    until_ms: Ms
    is_untouched: Annotated[bool, Field(strict=True)]


class BlurredData(Data):
    """What was made unrecognisable in the copies."""

    heads: Count
    plates: Count


class WordsData(Data):
    """Why, with numbers."""

    zh: Annotated[Prose, Field(min_length=1)]
    en: Annotated[Prose, Field(min_length=1)]


class ManifestV1(Data):
    """A manifest: what one sealed moment of an occurrence rests on."""

    type: Literal["offsite.manifest.v1"]
    about: AboutData
    zone: ZoneOfManifest
    rule: Name
    matter: MatterData
    occurrence: Name
    phase: Phase
    sequence: Count
    at_ms: Ms
    frame: FrameOfManifest
    dwell: DwellOfManifest
    things: Annotated[list[ThingOfManifest], Field(max_length=1000)]
    confidence_permille: Permille
    reason: WordsData | None
    dangers: Dangers
    clip: ClipData | None
    blurred: BlurredData
    items: Annotated[list[EvidenceData], Field(min_length=1, max_length=50)]
