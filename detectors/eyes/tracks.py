"""Follows the things of one camera from look to look: who is who, as far as boxes tell."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from detectors.eyes.following import Follower, Way
from detectors.frames import Picture
from schemas.errors import InvalidValueError
from schemas.observation import Thing, require_confidence
from schemas.values import replace

_LOOKS_KEPT: Final = 30
"""How long a track is kept when nobody says what time it is."""
_LEAST_KEPT: Final = 2
"""Looks may lie half a minute apart: one that fails to see a thing doesn't end its track."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """How things are followed.

    A thing less sure than `sure` may go on with a track but begins none, and less sure than
    `faint` not even that. `reach` is the largest distance (1 - overlap x how sure) that still
    joins. A track that is not met is kept for `keep` of media time. After a `pause` without a
    look nobody knows any more where things were going, only where they were.
    """

    way: Way = Way.BYTETRACK
    sure: float = 0.25
    faint: float = 0.1
    reach: float = 0.9
    keep: timedelta = timedelta(seconds=6)
    pause: timedelta = timedelta(seconds=1)

    def __post_init__(self) -> None:
        for name, share in (("sure", self.sure), ("faint", self.faint), ("reach", self.reach)):
            require_confidence(share, name)
        for name, span in (("keep", self.keep), ("pause", self.pause)):
            if span <= timedelta(0):
                raise InvalidValueError(expected="more than 0 s", got=str(span), field=name)


class Tracks:
    """Who is who at one camera. Not for two cameras, not for two threads.

    Looks may come at any distance. The same looks in the same order get the same tracks.
    """

    def __init__(self, following: Following | None = None) -> None:
        self._following: Final = following or Following()
        self._follower: Final = Follower(
            self._following.way,
            sure=self._following.sure,
            faint=self._following.faint,
            reach=self._following.reach,
        )
        self._kinds: dict[str, int] = {}
        self._looks = 0
        self._looked_at: deque[tuple[int, timedelta]] = deque()

    def follow(
        self, things: Sequence[Thing], picture: Picture, *, at: timedelta | None = None
    ) -> tuple[Thing, ...]:
        """The same things with their tracks, each as it was found: no box is smoothed.

        What is seen for the first time may have no track yet. `at` is the picture's media time.
        """
        self._looks += 1
        self._follower.forget(before=self._looks - _LOOKS_KEPT if at is None else self._since(at))
        rows = np.array([self._row(thing) for thing in things], np.float32).reshape(-1, 6)
        tracks = self._follower.meet(rows, picture)
        return tuple(
            replace(thing, track=str(tracks[place])) if place in tracks else thing
            for place, thing in enumerate(things)
        )

    def _row(self, thing: Thing) -> tuple[float, ...]:
        kind = self._kinds.setdefault(thing.kind, len(self._kinds))
        box = thing.box
        return (box.x1, box.y1, box.x2, box.y2, thing.confidence, kind)

    def _since(self, at: timedelta) -> int:
        """The first look of those whose tracks are still kept."""
        looks = self._looked_at
        if looks and at - looks[-1][1] > self._following.pause:
            self._follower.stand_still()
        looks.append((self._looks, at))
        while len(looks) > _LEAST_KEPT + 1 and looks[0][1] < at - self._following.keep:
            looks.popleft()
        return looks[0][0]
