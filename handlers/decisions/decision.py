"""What was decided, and why."""

from enum import StrEnum

from msgspec import Struct

from schemas.clock import ClockKind
from schemas.disposition import Reason
from schemas.ids import Address
from schemas.workfile import WorkFile


class Outcome(StrEnum):
    """The closed list of what can become of an accepted message."""

    OPENED = "opened"
    EXTENDED = "extended"
    DISMISSED = "dismissed"
    TRIAGE = "triage"
    REPEAT_OF = "repeat-of"
    ID_CONFLICT = "id-conflict"
    THINNED = "thinned"
    SIGNAL_RECORDED = "signal-recorded"
    PROBE = "probe"
    PARKED = "parked"


class Decision(Struct, frozen=True, kw_only=True):
    """Exactly one outcome. `case` is the case as it stands afterwards, where one is touched.

    `starts` are the clocks that begin with it, of those that the pack has a deadline for.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    case: WorkFile | None = None
    first: Address | None = None
    parked_because: str | None = None
    starts: tuple[ClockKind, ...] = ()
