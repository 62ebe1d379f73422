"""An event with its envelope: who says it, when it happened, and what it says."""

from dataclasses import dataclass
from datetime import datetime

from schemas.ids import EventId
from schemas.instants import require_zone
from schemas.observation import Observation
from schemas.probe import Probe
from schemas.report import Report
from schemas.signal import StreamSignal

EventBody = Observation | Report | StreamSignal | Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A decoded CloudEvent. `occurred_at` is the source's claim, in UTC."""

    id: EventId
    occurred_at: datetime
    body: EventBody

    def __post_init__(self) -> None:
        require_zone(self.occurred_at, "time")
