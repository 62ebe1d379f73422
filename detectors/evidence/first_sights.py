"""Keeps the picture in which each open stay began, until the stay is over.

seen ─► the frame itself ─► still there a second later ─► as a file ─► told: sealed with it

Most stays are somebody walking through: their pictures are let go of before anybody codes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from detectors.evidence.pictures import original_of
from detectors.evidence.scene import FirstSight
from detectors.frames import Frame
from schemas.ids import OccurrenceId

_MOST: Final = 64
"""Stays of one camera whose pictures are in memory; beyond it the youngest do without."""
_CODED_AFTER: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Early:
    """A frame that waits whether it is wanted at all."""

    frame: Frame

    @property
    def at(self) -> timedelta:
        return self.frame.at


class FirstSights:
    """One a camera. Mutable: asked after each look, before anything is sealed."""

    def __init__(self) -> None:
        self._kept: dict[OccurrenceId, _Early | FirstSight] = {}

    def follow(self, open_since: Mapping[OccurrenceId, timedelta], frame: Frame) -> None:
        """Keep the earliest picture of each open stay that there is, and let go of all others.

        `open_since` is every stay that goes on, with its first sight. That may move on: a thing
        that comes to rest begins to stay there. After a restart it lies before any picture.
        """
        self._kept = {
            stay: kept
            for stay, kept in self._kept.items()
            if stay in open_since and kept.at >= open_since[stay]
        }
        for stay in open_since:
            if stay not in self._kept and len(self._kept) < _MOST:
                self._kept[stay] = _Early(frame=frame)
        self._code(frame.at - _CODED_AFTER)

    def of(self, stay: OccurrenceId) -> FirstSight | None:
        """The earliest picture of a stay; absent beyond the most."""
        kept = self._kept.get(stay)
        return _coded(kept.frame) if isinstance(kept, _Early) else kept

    def _code(self, before: timedelta) -> None:
        """Each frame once, however many stays began in it."""
        done: dict[int, FirstSight] = {}
        for stay, kept in self._kept.items():
            if isinstance(kept, _Early) and kept.at <= before:
                sight = done.get(kept.frame.index) or _coded(kept.frame)
                self._kept[stay] = done[kept.frame.index] = sight


def _coded(frame: Frame) -> FirstSight:
    return FirstSight(picture=original_of(frame), at=frame.at)
