"""Where softness comes from: lawful places, the first-violation list, the four measures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

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
class Thinning:
    """Which soft sightings need not be counted while a lane is overloaded. Off unless said.

    Overload starts where the oldest message waits `starts_at`, and ends below `ends_at`. Within
    `cooling` of a counted sighting at an open case another one is left out, save for the matters
    in `counted_always`. No pack can say so of a danger: `handlers.decisions.thinning` never asks.
    """

    enabled: bool = False
    cooling: timedelta = timedelta(0)
    starts_at: timedelta = timedelta.max
    ends_at: timedelta = timedelta.max
    counted_always: frozenset[MatterKey] = frozenset()
    clause: str = ""
    certainty: Certainty = Certainty.PROPOSAL


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
    thinning: Thinning = field(default_factory=Thinning)
