"""Ultralytics' trackers, one for each camera: nobody else knows them."""

from collections.abc import Sequence
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.eyes.library import require_ultralytics
from detectors.frames import Picture

Rows = NDArray[np.float32]
"""(things, 6): left, top, right, bottom, how sure, which kind."""
_NEVER: Final = 10**9
"""Tracks are forgotten by us, by media time; looks come at any distance."""
_TOO_FAR: Final = 2.0
"""Farther than boxes that don't touch."""


class Way(StrEnum):
    """By which rules boxes are joined to tracks."""

    BYTETRACK = "bytetrack"
    BOTSORT = "botsort"
    """Also makes up for a camera that shakes; costs milliseconds a look."""


class Follower:
    """A tracker of Ultralytics that never takes a thing of one kind for one of another.

    Its numbers begin at 1 and are its own: two followers know nothing of each other.
    """

    def __init__(self, way: Way, *, sure: float, faint: float, reach: float) -> None:
        require_ultralytics()
        self._tracker: Final = _tracker(way, sure=sure, faint=faint, reach=reach)

    def meet(self, rows: Rows, picture: Picture) -> dict[int, int]:
        """The track's number for each row that has one."""
        from ultralytics.engine.results import Boxes  # noqa: PLC0415

        tracks = self._tracker.update(Boxes(rows, picture.shape[:2]), picture)
        met = {int(track[-1]): int(track[4]) for track in tracks}
        known = {track.track_id for track in self._tracks()}
        seen = self._tracker.seen | {number: rows[place, :4] for place, number in met.items()}
        self._tracker.seen = {number: box for number, box in seen.items() if number in known}
        return met

    def stand_still(self) -> None:
        """From here on nobody knows where things were going."""
        for track in self._tracks():
            track.mean[4:] = 0.0

    def forget(self, *, before: int) -> None:
        """Drop tracks that were met last before this look, counted from 1."""
        lost = self._tracker.lost_stracks
        self._tracker.lost_stracks = [track for track in lost if track.end_frame >= before]

    def _tracks(self) -> list[Any]:
        return [*self._tracker.tracked_stracks, *self._tracker.lost_stracks]


def _tracker(way: Way, *, sure: float, faint: float, reach: float) -> Any:  # noqa: ANN401 - of Ultralytics
    from ultralytics.trackers import BOTSORT, BYTETracker  # noqa: PLC0415

    settings = SimpleNamespace(
        tracker_type=way.value,
        track_high_thresh=sure,
        track_low_thresh=faint,
        new_track_thresh=sure,
        track_buffer=_NEVER,
        match_thresh=reach,
        fuse_score=True,
        gmc_method="sparseOptFlow",
        proximity_thresh=0.5,
        appearance_thresh=0.8,
        with_reid=False,
    )
    return _stricter(BOTSORT if way is Way.BOTSORT else BYTETracker)(settings)


def _stricter(base: Any) -> Any:  # noqa: ANN401 - of Ultralytics
    from ultralytics.trackers.utils import matching  # noqa: PLC0415

    class Stricter(base):  # type: ignore[misc] # Ultralytics ships no types
        """Joins only things of one kind, and looks for them where they were seen last, too.

        Where a thing should be by now is guessed badly while it comes in at the frame's edge,
        grows, or is looked at rarely. On the drawn street at five looks a second that and a
        wider reach take the switches of identity from 69 to 42 and those without a track from
        14 % to 9 %; where only each third picture is looked at, the switches from 38 to 9.
        """

        def __init__(self, settings: SimpleNamespace) -> None:
            super().__init__(settings)
            self.seen: dict[int, NDArray[np.float32]] = {}

        def get_dists(self, tracks: Sequence[Any], detections: Sequence[Any]) -> Any:  # noqa: ANN401
            guessed = matching.iou_distance(tracks, detections)
            if not guessed.size:
                return guessed
            last = [self.seen.get(track.track_id, track.xyxy) for track in tracks]
            seen = matching.iou_distance(last, [one.xyxy for one in detections])
            distances = matching.fuse_score(np.minimum(guessed, seen), detections)
            kinds = np.array([one.cls for one in detections])
            distances[np.array([track.cls for track in tracks])[:, None] != kinds] = _TOO_FAR
            return distances

        def _second_association(
            self,
            pool: Sequence[Any],
            left: Sequence[int],
            faint: Sequence[Any],
            *lists: list[Any],
        ) -> None:
            for kind in dict.fromkeys(pool[place].cls for place in left):
                ours = [place for place in left if pool[place].cls == kind]
                theirs = [one for one in faint if one.cls == kind]
                super()._second_association(pool, ours, theirs, *lists)

    return Stricter
