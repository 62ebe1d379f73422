"""A trouble on its way to people: told once as it begins, and once when it is over."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.instants import require_zone
from schemas.trouble import Trouble


class AlarmState(StrEnum):
    """What is told of a trouble."""

    RAISED = "raised"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A trouble that lasted long enough to be told. `id` tells it from the same trouble later."""

    id: str
    trouble: Trouble
    raised_at: datetime
    recovered_at: datetime | None = None

    def __post_init__(self) -> None:
        require_zone(self.raised_at, "raised_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One telling. `id` is the receiver's dedupe key: it may come twice."""

    alarm: Alarm
    state: AlarmState

    @property
    def id(self) -> str:
        """The same at every try."""
        return f"{self.alarm.id}/{self.state}"

    @property
    def at(self) -> datetime:
        """When what it tells came about."""
        if self.state is AlarmState.RECOVERED and self.alarm.recovered_at is not None:
            return self.alarm.recovered_at
        return self.alarm.raised_at
