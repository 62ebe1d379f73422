"""Keeps the picture in which each open stay began, until the stay is over."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from detectors.evidence.pictures import original_of
from detectors.evidence.scene import FirstSight
from detectors.frames import Frame

_MOST: Final = 64
"""Pictures of one camera in memory; beyond it the youngest stays do without."""


class FirstSights:
    """One a camera. Mutable: asked after each look, before anything is sealed."""

    def __init__(self) -> None:
        self._kept: dict[timedelta, FirstSight] = {}

    def follow(self, begun_at: Collection[timedelta], frame: Frame) -> None:
        """Keep this frame if an open stay began in it; let go of those that no stay began in.

        `begun_at` is when each open stay was first seen. Coding costs milliseconds, and only
        where something began.
        """
        self._kept = {at: kept for at, kept in self._kept.items() if at in begun_at}
        if frame.at in begun_at and frame.at not in self._kept and len(self._kept) < _MOST:
            self._kept[frame.at] = FirstSight(jpeg=original_of(frame), at=frame.at)

    def of(self, first_seen: timedelta) -> FirstSight | None:
        """The picture in which a stay began; absent after a restart, and beyond the most."""
        return self._kept.get(first_seen)
