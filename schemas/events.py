"""An event with its envelope: who says it, when it happened, and what it says."""

from datetime import datetime

from msgspec import Struct

from schemas.ids import EventId
from schemas.instants import require_zone
from schemas.observation import Observation
from schemas.probe import Probe
from schemas.report import Report
from schemas.signal import StreamSignal

EventBody = Observation | Report | StreamSignal | Probe


class Event(Struct, frozen=True, kw_only=True):
    """A decoded CloudEvent. `occurred_at` is the source's claim, in UTC."""

    id: EventId
    occurred_at: datetime
    body: EventBody

    def __post_init__(self) -> None:
        require_zone(self.occurred_at, "time")
