"""Since when each place of a picture has looked the same, and what was said of it since."""

from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.scenery import Greys, Spots

_SAME: Final = 10.0
"""Grey levels within which a place still looks the same."""

_MOST_OF_IT: Final = 0.5
_MOST_GROUPS: Final = 64
_NEVER: Final = -np.inf

Seconds = NDArray[np.float64]


class Steady:
    """Mutable; takes samples in order of time. What was settled holds while a place is steady."""

    def __init__(self) -> None:
        self._held: Greys | None = None
        self._since: Seconds = np.zeros((0, 0))
        self._settled_at: Seconds = np.zeros((0, 0))
        self._may_fade: Spots = np.zeros((0, 0), np.bool_)
        self._groups: list[Spots] = []

    @property
    def settled(self) -> Spots:
        """What needs no second look."""
        spots: Spots = self._since <= self._settled_at
        return spots

    def see(self, sample: Greys, at: timedelta) -> None:
        """One more sample."""
        now = at.total_seconds()
        if self._held is None:
            self._held = sample
            self._since = np.full(sample.shape, now)
            self._settled_at = np.full(sample.shape, _NEVER)
            self._may_fade = np.zeros(sample.shape, np.bool_)
            return
        other = np.abs(sample - self._held) >= _SAME
        self._held = np.where(other, sample, self._held)
        self._since[other] = now
        self._groups = [group for group in self._groups if self._still_holds(group)]

    def longer_than(self, length: timedelta, at: timedelta) -> Spots:
        """What has looked the same for at least that long."""
        spots: Spots = self._since <= (at - length).total_seconds()
        return spots

    def since(self, spots: Spots) -> timedelta:
        """When most of these places began to look as they do."""
        return timedelta(seconds=float(np.median(self._since[spots])))

    def settle(self, spots: Spots, at: timedelta, *, may_fade: bool) -> None:
        """These are known now; `may_fade`: into the scenery, when they stay."""
        self._settled_at[spots] = at.total_seconds()
        self._may_fade[spots] = may_fade
        if not may_fade:
            self._groups = [*self._groups, spots][-_MOST_GROUPS:]

    def faded(self, since: timedelta) -> Spots:
        """What may fade, and has looked the same since then or longer."""
        spots: Spots = self._may_fade & self.settled & (self._since <= since.total_seconds())
        self._may_fade &= ~spots
        return spots

    def forget(self) -> None:
        """Begin anew."""
        self._held = None
        self._groups = []

    def _still_holds(self, group: Spots) -> bool:
        """When most of it has gone, the rest was something else: somebody's bag."""
        if self.settled[group].mean() >= _MOST_OF_IT:
            return True
        self._settled_at[group] = _NEVER
        return False
