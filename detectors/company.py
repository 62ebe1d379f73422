"""Who was in the picture when, so that it can be asked who stood near a place."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from schemas.geometry import BoxXYXY
from schemas.observation import Thing

LEAVERS: Final = frozenset({"person", "vehicle", "bicycle", "motorcycle", "tricycle"})
"""Who can put something down."""

_REACH: Final = 0.5
"""Of somebody's height: an arm and a step to each side."""

_REACH_UP: Final = 0.25
_BESIDE: Final = 0.2
"""Of that reach: who stands so near looks after it."""

_COVERS: Final = 0.5
_IS_THE_SAME: Final = 0.4
_FLICKERS_FOR: Final = timedelta(milliseconds=500)
"""A detector loses a thing for a moment; that it is there holds so much longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Present:
    at: timedelta
    boxes: tuple[BoxXYXY, ...]
    leavers: tuple[BoxXYXY, ...]


class Company:
    """The last seconds. Boxes are in pixels of the frame."""

    def __init__(self, *, remember: timedelta) -> None:
        self._remember: Final = remember
        self._past: deque[_Present] = deque()

    def meet(self, things: Sequence[Thing], at: timedelta) -> None:
        """These were there."""
        boxes = tuple(thing.box for thing in things)
        leavers = tuple(thing.box for thing in things if thing.kind in LEAVERS)
        self._past.append(_Present(at=at, boxes=boxes, leavers=leavers))
        while at - self._past[0].at > self._remember:
            self._past.popleft()

    def was_near(self, box: BoxXYXY, *, from_at: timedelta) -> bool:
        """Whether somebody who can leave things was within reach at that time or later."""
        return any(
            _reaches(leaver, box, share=1.0)
            for present in self._past
            if present.at >= from_at
            for leaver in present.leavers
        )

    def is_beside(self, box: BoxXYXY) -> bool:
        """Whether somebody who can leave things is close by now."""
        return any(
            _reaches(leaver, box, share=_BESIDE)
            for present in self._latest()
            for leaver in present.leavers
        )

    def covers(self, box: BoxXYXY) -> bool:
        """Whether most of it lies behind or before somebody who is there now."""
        return any(_share(box, other) >= _COVERS for other in self._now())

    def has(self, box: BoxXYXY) -> bool:
        """Whether it is one of those who are there now."""
        return any(box.overlap(other) >= _IS_THE_SAME for other in self._now())

    def now(self) -> tuple[BoxXYXY, ...]:
        """Everybody in the last picture."""
        return self._past[-1].boxes if self._past else ()

    def forget(self) -> None:
        """Nobody is remembered."""
        self._past.clear()

    def _latest(self) -> list[_Present]:
        latest = self._past[-1].at if self._past else timedelta(0)
        return [present for present in self._past if latest - present.at <= _FLICKERS_FOR]

    def _now(self) -> list[BoxXYXY]:
        return [box for present in self._latest() for box in present.boxes]


def _reaches(leaver: BoxXYXY, box: BoxXYXY, *, share: float) -> bool:
    height = (leaver.y2 - leaver.y1) * share
    aside, above = _REACH * height, _REACH_UP * height
    return (
        leaver.x1 - aside < box.x2
        and leaver.x2 + aside > box.x1
        and leaver.y1 - above < box.y2
        and leaver.y2 + above > box.y1
    )


def _share(box: BoxXYXY, other: BoxXYXY) -> float:
    """How much of the box lies in the other."""
    width = min(box.x2, other.x2) - max(box.x1, other.x1)
    height = min(box.y2, other.y2) - max(box.y1, other.y1)
    return max(0.0, width) * max(0.0, height) / box.area
