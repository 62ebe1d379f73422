"""Who may punish where, and which devices may prove what: grants, bases and the register."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from handlers.decisions.law.catalogue import Norm
from schemas.certainty import Certainty
from schemas.ids import CameraId
from schemas.matter import MatterKey
from schemas.words import Words


class GrantKind(StrEnum):
    """How a body came by the power: 行政处罚法 17 – 24."""

    OWN = "own"
    HANDED_OVER = "handed-over"
    ENTRUSTED = "entrusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A body's penalty power (P02). `areas` are beginnings of grid cells; "" is everywhere.

    `published` says where; handed-over and entrusted power doesn't exist without it.
    """

    id: str
    body: Words
    kind: GrantKind
    matters: frozenset[MatterKey]
    areas: tuple[str, ...]
    clause: str
    published: str
    valid_from: date
    valid_until: date
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceBasis:
    """A text that lets monitoring devices fix facts of a matter (P03): law or 行政法规 only."""

    matters: frozenset[MatterKey]
    areas: tuple[str, ...]
    norm: Norm
    clause: str
    signed_by: str
    valid_from: date
    valid_until: date
    certainty: Certainty


class Purpose(StrEnum):
    """What a camera was put up for: 个人信息保护法 26, 国令799."""

    ENFORCEMENT = "enforcement"
    PUBLIC_SECURITY = "public-security"
    TRAFFIC = "traffic"


class PlaceClass(StrEnum):
    """Where a camera hangs: 国令799, 7 – 9."""

    PUBLIC_ROAD = "public-road"
    SQUARE = "square"
    COMPOUND = "compound"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A review of a device (P04)."""

    by: str
    on: date
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A camera's papers. `published` says where its site is made public.

    `filed_on`: with the county police (D5); `plan`: the government's or the unit's (D4).
    `impact_assessed_on`: D3.
    """

    camera: CameraId
    place_class: PlaceClass
    operator: str
    plan: str
    purpose: Purpose
    legal_review: Check | None
    technical_review: Check | None
    is_marked: bool
    published: str
    in_use_from: date
    filed_on: date | None
    impact_assessed_on: date | None
    valid_from: date
    valid_until: date
    certainty: Certainty


class Unregistered(StrEnum):
    """What a camera's word is that the register doesn't know: a lead, or a person's work."""

    LEAD = "lead"
    TRIAGE = "triage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What must be public before any filing in an area (P14): 行政处罚法 39. Each says where."""

    areas: tuple[str, ...]
    body: str
    filing_basis: str
    procedure: str
    remedies: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsiteItem:
    """Matters that may be handled without anybody on the spot (A4): a published local list."""

    matters: frozenset[MatterKey]
    areas: tuple[str, ...]
    clause: str
    published: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorRule:
    """A procedural rule of the sector that a lawyer of the city has read into the pack (A3)."""

    title: str
    read_by: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The powers side of a pack."""

    grants: tuple[Grant, ...] = ()
    device_bases: tuple[DeviceBasis, ...] = ()
    devices: Mapping[CameraId, Device] = field(default_factory=dict)
    unregistered: Unregistered = Unregistered.LEAD
    publications: tuple[Publication, ...] = ()
    offsite_items: tuple[OffsiteItem, ...] = ()
    sector_rules: tuple[SectorRule, ...] = ()


def covers(areas: tuple[str, ...], grid_cell: str | None) -> bool:
    """Whether a grid cell lies in one of the areas; "" is everywhere, an unknown cell included."""
    return any(area == "" or (grid_cell or "").startswith(area) for area in areas)
