"""A thing that was left: how it looks, and whether it is still there."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from detectors.blobs import Blob, contrast, grown
from detectors.scenery import LEAST_DIFFERENCE as _BARE
from detectors.scenery import Greys, Spots
from schemas.geometry import BoxXYXY

_SAME: Final = 14.0
_MOST_OF_IT: Final = 0.6
_ALIKE: Final = 0.8
"""Correlation with how it looked, from which it is there in whatever light."""

_FOLLOWS: Final = 0.05
_LEAST_SPREAD: Final = 1.0
_GROWS_FOR: Final = timedelta(seconds=15)
_GROWS_TO: Final = 8.0
"""Who put it down stands before it at first; later, what touches it is something else."""

_LEAST_CONFIDENCE: Final = 0.35
_BY_CONTRAST: Final = 0.4
_FULL_CONTRAST: Final = 40.0
_BY_AGE: Final = 0.2
_FULL_AGE: Final = timedelta(seconds=10)


class Found(StrEnum):
    """How a thing is found when one looks for it."""

    SEEN = "seen"
    HIDDEN = "hidden"
    GONE = "gone"


class Left:
    """One thing. Mutable: it grows by pieces that were hidden at first, and light changes.

    `is_alone` once nobody was beside it: until then it is only put down, or somebody's shadow.
    """

    def __init__(
        self, number: int, blob: Blob, *, since: timedelta, now: Greys, ground: Greys
    ) -> None:
        self.name: Final = f"left-{number}"
        self.since: Final = since
        self.spots: Spots = blob.spots
        self.seen_at = since
        self.found = Found.SEEN
        self.is_alone = False
        self.looks: Greys = now.copy()
        self._area = blob.area
        self._contrast = contrast(blob, now=now, before=ground)

    @property
    def box(self) -> BoxXYXY:
        """In pixels of the small picture."""
        rows = np.flatnonzero(self.spots.any(axis=1))
        columns = np.flatnonzero(self.spots.any(axis=0))
        left, right = int(columns[0]), int(columns[-1]) + 1
        return BoxXYXY(x1=left, y1=int(rows[0]), x2=right, y2=int(rows[-1]) + 1)

    @property
    def confidence(self) -> float:
        """Surer the more it stands out and the longer it has stood."""
        by_contrast = min(1.0, self._contrast / _FULL_CONTRAST)
        by_age = min(1.0, (self.seen_at - self.since) / _FULL_AGE)
        return round(_LEAST_CONFIDENCE + _BY_CONTRAST * by_contrast + _BY_AGE * by_age, 3)

    def look(self, now: Greys, ground: Greys | None, at: timedelta) -> None:
        """Look for it. Light that changes is followed, and places where it isn't are given up."""
        part = self._part()
        here, spots = now[part], self.spots[part]
        same = np.abs(here - self.looks[part]) < _SAME
        bare = np.zeros_like(same) if ground is None else np.abs(here - ground[part]) < _BARE
        share, bare_share = same[spots].mean(), bare[spots].mean()
        if bare_share >= _MOST_OF_IT and bare_share > share:
            self.found = Found.GONE
        elif share >= _MOST_OF_IT or self._is_alike(here, part):
            self.found, self.seen_at = Found.SEEN, at
            self.looks[part] += np.float32(_FOLLOWS) * (here - self.looks[part])
            self._give_up(part, bare & ~same)
        else:
            self.found = Found.HIDDEN

    def takes(self, blob: Blob, *, now: Greys, since: timedelta) -> bool:
        """Whether it lies here; it grows by a piece that was hidden when the rest was found."""
        if not self.touches(blob.spots):
            return False
        whole = self.spots | blob.spots
        if since - self.since <= _GROWS_FOR and whole.sum() <= _GROWS_TO * self._area:
            self.looks = np.where(blob.spots, now, self.looks).astype(np.float32)
            self.spots = whole
        return True

    def join(self, other: "Left") -> None:
        """The other is a piece of the same."""
        self.looks = np.where(other.spots, other.looks, self.looks).astype(np.float32)
        self.spots = self.spots | other.spots
        self.is_alone = self.is_alone or other.is_alone

    def touches(self, spots: Spots) -> bool:
        """Whether these are a piece of it, or next to it."""
        return bool((grown(grown(self.spots)) & spots).any())

    def _part(self) -> tuple[slice, slice]:
        """Rows and columns of it and a margin."""
        box, margin = self.box, 2
        return (
            slice(max(0, int(box.y1) - margin), int(box.y2) + margin),
            slice(max(0, int(box.x1) - margin), int(box.x2) + margin),
        )

    def _give_up(self, part: tuple[slice, slice], lost: Spots) -> None:
        still = self.spots[part] & ~lost
        if still.sum() >= _MOST_OF_IT * self.spots.sum():
            self.spots = self.spots.copy()
            self.spots[part] = still

    def _is_alike(self, here: Greys, part: tuple[slice, slice]) -> bool:
        """The same picture of it and what is around it, in another light."""
        around = grown(grown(self.spots[part]))
        a, b = here[around], self.looks[part][around]
        spread = float(a.std()) * float(b.std())
        if spread < _LEAST_SPREAD:
            return False
        together = float(((a - a.mean()) * (b - b.mean())).mean())
        return together / spread > _ALIKE
