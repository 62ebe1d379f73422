"""Ultralytics' trackers, a few for each camera: nobody else knows them."""

from collections.abc import Callable, Mapping, Sequence
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


class Way(StrEnum):
    """By which rules boxes are joined to tracks."""

    BYTETRACK = "bytetrack"
    BOTSORT = "botsort"
    """Also makes up for a camera that shakes; costs milliseconds a look."""


class Follower:
    """A tracker of Ultralytics for each kind: no person goes on as the bicycle that stood there.

    Its numbers begin at 1 and are its own: two followers know nothing of each other.
    """

    def __init__(self, way: Way, *, sure: float, faint: float, reach: float) -> None:
        require_ultralytics()
        self._shift: Final = _Shift() if way is Way.BOTSORT else None
        settings = _settings(way, sure=sure, faint=faint, reach=reach)
        self._make: Final = _maker(way, settings, self._shift)
        self._trackers: Final[dict[int, Any]] = {}
        self._numbers: dict[tuple[int, int], int] = {}
        self._given = 0
        self._looks = 0

    def meet(self, rows: Rows, picture: Picture) -> dict[int, int]:
        """The track's number for each row that has one."""
        if self._shift is not None:
            self._shift.see(picture)
        kinds = rows[:, 5].astype(np.intp)
        for kind in kinds.tolist():
            if kind not in self._trackers:
                self._trackers[kind] = self._make(self._looks)
        self._looks += 1
        met: dict[int, int] = {}
        for kind, tracker in self._trackers.items():
            places = np.flatnonzero(kinds == kind)
            for place, number in tracker.meet(rows[places], picture).items():
                met[int(places[place])] = self._number(kind, number)
        known = {(kind, one) for kind, each in self._trackers.items() for one in each.known()}
        self._numbers = {one: number for one, number in self._numbers.items() if one in known}
        return met

    def stand_still(self) -> None:
        """From here on nobody knows where things were going."""
        for tracker in self._trackers.values():
            for track in (*tracker.tracked_stracks, *tracker.lost_stracks):
                track.mean[4:] = 0.0

    def forget(self, *, before: int) -> None:
        """Drop tracks that were met last before this look, counted from 1."""
        for tracker in self._trackers.values():
            lost = tracker.lost_stracks
            tracker.lost_stracks = [track for track in lost if track.end_frame >= before]

    def _number(self, kind: int, number: int) -> int:
        """Trackers count for themselves; a camera has each number once."""
        if (kind, number) not in self._numbers:
            self._given += 1
            self._numbers[kind, number] = self._given
        return self._numbers[kind, number]


class _Shift:
    """How the camera moved since the last look, worked out once for the trackers of all kinds."""

    method: Final = "sparseOptFlow"

    def __init__(self) -> None:
        self._gmc: Any = None
        self._shape: tuple[int, ...] = ()
        self._warp: Any = None

    def see(self, picture: Picture) -> None:
        from ultralytics.trackers.utils.gmc import GMC  # noqa: PLC0415

        if picture.shape != self._shape:  # another picture size can't be compared
            self._gmc, self._shape = GMC(self.method), picture.shape
        self._warp = self._gmc.apply(picture)

    def apply(self, _picture: Picture, _boxes: object) -> Any:  # noqa: ANN401 - of Ultralytics
        return self._warp


def _settings(way: Way, *, sure: float, faint: float, reach: float) -> SimpleNamespace:
    """As Ultralytics' own files for the two ways name them."""
    return SimpleNamespace(
        tracker_type=way.value,
        track_high_thresh=sure,
        track_low_thresh=faint,
        new_track_thresh=sure,
        track_buffer=_NEVER,
        match_thresh=reach,
        fuse_score=True,
        gmc_method="none",
        proximity_thresh=0.5,
        appearance_thresh=0.8,
        with_reid=False,
    )


def _maker(way: Way, settings: SimpleNamespace, shift: _Shift | None) -> Callable[[int], Any]:
    """What makes a tracker that joins after so many looks."""
    from ultralytics.trackers import BOTSORT, BYTETracker  # noqa: PLC0415

    made = _tracker_class(BOTSORT if way is Way.BOTSORT else BYTETracker)

    def make(looks: int) -> Any:  # noqa: ANN401 - of Ultralytics
        tracker = made(settings)
        tracker.frame_id = looks
        if shift is not None:
            tracker.gmc = shift
        return tracker

    return make


def _tracker_class(base: Any) -> Any:  # noqa: ANN401 - of Ultralytics
    from ultralytics.engine.results import Boxes  # noqa: PLC0415
    from ultralytics.trackers.utils import matching  # noqa: PLC0415

    class Tracker(base):  # type: ignore[misc] # Ultralytics ships no types
        """Looks for things also where they were seen last, not only where they should be by now.

        That is guessed badly while a thing comes in at the frame's edge, grows, or is looked at
        rarely. On the drawn street at five looks a second that and a wider reach take the
        switches of identity from 69 to 42 and those without a track from 14 % to 9 %; where
        only each third picture is looked at, the switches from 38 to 9.
        """

        def __init__(self, settings: SimpleNamespace) -> None:
            super().__init__(settings)
            self._seen: dict[int, NDArray[np.float32]] = {}

        def meet(self, rows: Rows, picture: Picture) -> Mapping[int, int]:
            tracks = self.update(Boxes(rows, picture.shape[:2]), picture)
            met = {int(track[-1]): int(track[4]) for track in tracks}
            seen = self._seen | {number: rows[place, :4] for place, number in met.items()}
            known = self.known()
            self._seen = {number: box for number, box in seen.items() if number in known}
            return met

        def known(self) -> frozenset[int]:
            tracks = (*self.tracked_stracks, *self.lost_stracks)
            return frozenset(track.track_id for track in tracks)

        def get_dists(self, tracks: Sequence[Any], detections: Sequence[Any]) -> Any:  # noqa: ANN401
            guessed = matching.iou_distance(tracks, detections)
            last = [self._seen.get(track.track_id, track.xyxy) for track in tracks]
            seen = matching.iou_distance(last, [one.xyxy for one in detections])
            return matching.fuse_score(np.minimum(guessed, seen), detections)

    return Tracker
