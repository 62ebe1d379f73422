"""A probe: a message of our own that goes the whole way, so that a silent stall is seen."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from schemas.errors import InvalidValueError
from schemas.instants import require_zone
from schemas.lane import Lane

PROBER: Final = "urn:offsite:probe"
"""The only source that may send probes."""


class Probe(Struct, frozen=True, kw_only=True):
    """The `number` tells probes of a lane apart, and leads each to the partition it is for."""

    lane: Lane
    number: int
    sent_at: datetime

    def __post_init__(self) -> None:
        require_zone(self.sent_at, "sent_at")
        if self.number < 0:
            raise InvalidValueError(field="number", expected="0 or more", got=str(self.number))

    @property
    def key(self) -> str:
        """Under which it travels: nothing else shares it."""
        return f"probe:{self.lane}:{self.number}"
