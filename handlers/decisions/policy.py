"""What the city has laid down: a policy pack as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from handlers.decisions.law.authority import Authority
from handlers.decisions.law.calendar import WorkingCalendar, due
from handlers.decisions.law.catalogue import MatterPolicy
from handlers.decisions.law.deadlines import Deadline, Ladder
from handlers.decisions.law.discretion import Discretion
from handlers.decisions.law.duties import Duties
from handlers.decisions.law.leniency import Leniency
from schemas.clock import ClockKind
from schemas.ids import Sha256
from schemas.lane import Lane
from schemas.limit import Limit
from schemas.matter import MatterKey
from schemas.workfile import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy pack. The same digest is the same text, to the byte.

    Of what a machine dismisses, one in `sample_one_in` goes to a person. `aliases` are vendors'
    ability names and old codes. `lifted_limit` holds for what was soft until a danger lifted it.
    """

    name: str
    version: str
    valid_from: date
    digest: Sha256
    sample_one_in: int
    least_confidence_permille: int
    triage_limit: Mapping[Queue, Limit]
    matters: Mapping[MatterKey, MatterPolicy]
    aliases: Mapping[str, MatterKey] = field(default_factory=dict)
    calendar: WorkingCalendar = field(default_factory=WorkingCalendar)
    leniency: Leniency = field(default_factory=Leniency)
    discretion: Discretion = field(default_factory=Discretion)
    authority: Authority = field(default_factory=Authority)
    deadlines: Mapping[ClockKind, Deadline] = field(default_factory=dict)
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    duties: Duties = field(default_factory=Duties)
    lifted_limit: Limit | None = None

    def matter(self, key: MatterKey | None) -> MatterPolicy | None:
        """The row of a matter, if the city has one."""
        return None if key is None else self.matters.get(key)

    def lane_of(self, key: MatterKey | None) -> Lane | None:
        """The lane hint of the safety table; absent for a matter that isn't in the pack."""
        matter = self.matter(key)
        return None if matter is None else matter.lane

    def due(self, limit: Limit, start: datetime) -> datetime:
        """When a limit is up, by the city's calendar. Raises `UnknownYearError`."""
        return due(limit, start, self.calendar)

    def disposal_limit(self, matter: MatterPolicy, queue: Queue) -> Limit:
        """How long the street may stay as it is: a danger that was lifted has less time."""
        is_lifted = queue is Queue.ZERO_TOLERANCE and matter.queue is Queue.SOFT
        return (self.lifted_limit if is_lifted else None) or matter.disposal_limit
