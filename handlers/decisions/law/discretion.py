"""Discretion bands (自由裁量基准): class x circumstance x step -> band, each with its clause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from schemas.certainty import Certainty
from schemas.errors import InvalidValueError
from schemas.matter import MatterKey
from schemas.words import Words


class HarmClass(StrEnum):
    """How bad the act was, before circumstances."""

    MINOR = "minor"
    ORDINARY = "ordinary"
    GRAVE = "grave"


class BandStep(StrEnum):
    """减轻 (under the range of the law) < 从轻 < the middle < 从重. Lightest first."""

    BELOW_RANGE = "below-range"
    LIGHTER = "lighter"
    ORDINARY = "ordinary"
    HEAVIER = "heavier"


class PartyKind(StrEnum):
    """公民 or 法人、其他组织: the law sets other amounts for each."""

    CITIZEN = "citizen"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstance:
    """What makes it lighter or heavier: 行政处罚法 30 – 32 and the city's table."""

    id: str
    title: Words
    step: BandStep
    clause: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Fines from `least_fen` to `most_fen`, both included. Zero to zero: a warning only."""

    matter: MatterKey
    harm: HarmClass
    step: BandStep
    party: PartyKind
    least_fen: int
    most_fen: int
    clause: str
    certainty: Certainty

    def __post_init__(self) -> None:
        if not 0 <= self.least_fen <= self.most_fen:
            raise InvalidValueError(
                expected="0 <= least_fen <= most_fen",
                got=f"{self.least_fen} … {self.most_fen}",
                field=f"band {self.matter}",
            )


BandKey = tuple[MatterKey, HarmClass, BandStep, PartyKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discretion:
    """The published table. `published` says where; empty: not published, so not to be used."""

    bands: Mapping[BandKey, Band] = field(default_factory=dict)
    circumstances: Mapping[str, Circumstance] = field(default_factory=dict)
    published: str = ""
