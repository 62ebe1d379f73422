"""Where softness comes from: lawful places, the first-violation list, the four measures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from schemas.certainty import Certainty
from schemas.geometry import Polygon
from schemas.limit import Limit
from schemas.matter import MatterKey
from schemas.penalty import Ground, SoftMeasure
from schemas.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Designated:
    """A place and time where a matter is lawful (A7). `outline` is in degrees, x = longitude.

    Times are of a clock in China; a day's span doesn't cross midnight.
    """

    id: str
    title: Words
    matters: frozenset[MatterKey]
    place_ids: frozenset[str] = frozenset()
    grid_cells: frozenset[str] = frozenset()
    outline: Polygon | None = None
    weekdays: frozenset[int] = frozenset(range(7))
    from_time: time
    until_time: time
    valid_from: date
    valid_until: date
    clause: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstViolation:
    """A row of the first-violation list (首违不罚清单): 行政处罚法 33.

    `most_harm_fen` is the largest damage that still counts as slight, in fen.
    """

    matter: MatterKey
    ground: Ground
    look_back: Limit
    most_harm_fen: int
    harm: Words
    correction: Limit
    needs_cooperation: bool
    clause: str
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Leniency:
    """The soft side of a pack."""

    designated: tuple[Designated, ...] = ()
    first_violations: Mapping[MatterKey, FirstViolation] = field(default_factory=dict)
    measures: tuple[SoftMeasure, ...] = (
        SoftMeasure.PERSUADE,
        SoftMeasure.DEMONSTRATE,
        SoftMeasure.WARN,
        SoftMeasure.INTERVIEW,
    )
    """In the order in which they are taken."""
