"""What the city has laid down: a policy pack as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from schemas.errors import InvalidValueError
from schemas.ids import Sha256
from schemas.lane import Lane
from schemas.matter import MatterKey
from schemas.workfile import Queue, Route


class Calendar(StrEnum):
    """Which days and hours a limit counts. See `docs/decisions/0005-limits-run-continuously.md`."""

    CONTINUOUS = "continuous"


class Certainty(StrEnum):
    """How well a row is grounded; every screen that shows the row shows this too."""

    TEXT = "statute text"
    SECONDARY = "secondary source"
    PROPOSAL = "design proposal, to be confirmed by the city"
    MEMORY = "from memory, to be confirmed by the city"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A time limit that knows which calendar counts it."""

    amount_min: int
    calendar: Calendar

    def __post_init__(self) -> None:
        if self.amount_min < 1:
            raise InvalidValueError(expected="at least 1 minute", got=self.amount_min)

    def after(self, start: datetime) -> datetime:
        """The instant when the limit is up."""
        return start + timedelta(minutes=self.amount_min)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterPolicy:
    """How one matter is met. `clause` is what a lawyer will ask for."""

    key: MatterKey
    name: str
    title_zh: str
    title_en: str
    is_safety: bool
    why: str
    route: Route
    dwell_threshold: timedelta
    disposal_limit: Limit
    clause: str
    certainty: Certainty

    def __post_init__(self) -> None:
        if self.is_safety and self.route is Route.SOFT:
            raise InvalidValueError(
                expected="zero-tolerance or service for a safety matter",
                got=self.route,
                field=f"{self.key}.route",
            )
        if self.route is Route.TRIAGE:
            raise InvalidValueError(
                expected="a route that ends the matter", got=self.route, field=f"{self.key}.route"
            )
        if self.route is Route.ZERO_TOLERANCE and not self.is_safety:
            raise InvalidValueError(
                expected="safety = true for zero tolerance", got="false", field=f"{self.key}.safety"
            )

    @property
    def lane(self) -> Lane:
        """How urgently its messages travel."""
        return Lane.SAFETY if self.is_safety else Lane.GENERAL

    @property
    def queue(self) -> Queue:
        """Which dispatcher's queue its cases wait in."""
        return Queue.ZERO_TOLERANCE if self.is_safety else Queue.SOFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy pack. The same digest is the same text, to the byte.

    Of what a machine dismisses, one in `sample_one_in` goes to a person.
    """

    name: str
    version: str
    valid_from: date
    digest: Sha256
    sample_one_in: int
    least_confidence_permille: int
    triage_limit: Mapping[Queue, Limit]
    matters: Mapping[MatterKey, MatterPolicy]

    def matter(self, key: MatterKey | None) -> MatterPolicy | None:
        """The row of a matter, if the city has one."""
        return None if key is None else self.matters.get(key)

    def lane_of(self, key: MatterKey | None) -> Lane | None:
        """The lane hint of the safety table; absent for a matter that isn't in the pack."""
        matter = self.matter(key)
        return None if matter is None else matter.lane
