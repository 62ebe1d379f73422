"""What one picture of an annotated video shows: plain values, from whoever knows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from detectors.frames import Picture
from schemas.geometry import BoxXYXY
from schemas.ids import ZoneId
from schemas.observation import Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStay:
    """A stay that goes on: `seen` is what is proved of it, `needed` the rule's threshold."""

    zone: ZoneId
    rule: str
    seen: timedelta
    needed: timedelta
    box: BoxXYXY | None = None

    @property
    def share(self) -> float:
        """How much of the threshold is reached, 0 … 1."""
        return 1.0 if self.seen >= self.needed else self.seen / self.needed

    @property
    def text(self) -> str:
        """In whole seconds; never more than was seen."""
        seen, needed = int(self.seen.total_seconds()), self.needed.total_seconds()
        return f"seen {seen} s of {needed:g} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """Something is told at this moment: it flashes, and its zone with it."""

    text: str
    zone: ZoneId | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shot:
    """A picture at its media time, with all that is known of it.

    `faults` say why what is seen can't be trusted; `note` is a few words for the head line.
    """

    at: timedelta
    picture: Picture
    things: Sequence[Thing] = ()
    stays: Sequence[OpenStay] = ()
    faults: Sequence[str] = ()
    told: Sequence[Flash] = ()
    note: str = ""
