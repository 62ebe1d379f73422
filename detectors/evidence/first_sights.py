"""Keeps the picture in which each open stay began, until the stay is over."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from detectors.evidence.pictures import original_of
from detectors.evidence.scene import FirstSight
from detectors.frames import Frame
from schemas.ids import OccurrenceId

_MOST: Final = 64
"""Stays of one camera whose pictures are in memory; beyond it the youngest do without."""


class FirstSights:
    """One a camera. Mutable: asked after each look, before anything is sealed."""

    def __init__(self) -> None:
        self._kept: dict[OccurrenceId, FirstSight] = {}

    def follow(self, open_since: Mapping[OccurrenceId, timedelta], frame: Frame) -> None:
        """Keep this frame for the stays that began in it; let go of what belongs to no open stay.

        `open_since` is every stay that goes on, with its first sight. Coding costs milliseconds,
        once a frame, and only where something began.
        """
        self._kept = {
            stay: kept for stay, kept in self._kept.items() if open_since.get(stay) == kept.at
        }
        begun = [stay for stay, since in open_since.items() if since == frame.at]
        fresh = [stay for stay in begun if stay not in self._kept]
        if fresh:
            sight = FirstSight(jpeg=original_of(frame), at=frame.at)
            self._kept.update(dict.fromkeys(fresh[: _MOST - len(self._kept)], sight))

    def of(self, stay: OccurrenceId) -> FirstSight | None:
        """The picture in which a stay began; absent after a restart, and beyond the most."""
        return self._kept.get(stay)
