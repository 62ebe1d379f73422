"""Finds what no class knows: a thing that somebody left and that has stood still since.

luma, twice a second ─► stands out from the scenery ─► steady for 3 s ─► what is it?
                                                                           │
  behind somebody ─► asked again when it isn't  ◄──────────────────────────┤
  somebody who is known to be there ─► not asked again while it is steady ◄┤
  taken away, or the same ground in other light ─► scenery from now on  ◄──┤
  nobody was near, or far too large ─► scenery after a minute  ◄───────────┤
                                           left: told while it is seen ◄───┘
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from detectors.blobs import Blob, blobs_of, grown, only_lit, went
from detectors.company import Company
from detectors.frames import Frame
from detectors.left import Found, Left
from detectors.scenery import Greys, Scenery, Spots, shrunk
from detectors.steady import Steady
from schemas.geometry import BoxXYXY
from schemas.observation import Thing

LEFT_THING: Final = "left-thing"

_LARGEST: Final = 0.1
"""Of the picture; what is larger is light, or a vehicle that nobody recognised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long each conclusion takes."""

    sample_every: timedelta = timedelta(milliseconds=500)
    steady_for: timedelta = timedelta(seconds=3)
    remember: timedelta = timedelta(seconds=12)
    near_before: timedelta = timedelta(seconds=4)
    scenery_after: timedelta = timedelta(minutes=1)
    hidden_for: timedelta = timedelta(minutes=2)


class Background:
    """Watches one camera. Deterministic: the same pictures and boxes give the same things.

    Call it with each frame and with who is known to be there; it looks at two a second, and
    gives the last answer in between.
    """

    def __init__(self, *, patience: Patience | None = None) -> None:
        self._patience: Final = patience or Patience()
        self._company: Final = Company(remember=self._patience.remember)
        self._scenery: Final = Scenery()
        self._steady: Final = Steady()
        self._left: list[Left] = []
        self._numbered = 0
        self._size: tuple[int, ...] = ()
        self._px = (1.0, 1.0)
        self._sampled_at: timedelta | None = None
        self._told: tuple[Thing, ...] = ()

    def see(self, frame: Frame, *, people_and_vehicles: Sequence[Thing]) -> tuple[Thing, ...]:
        """The things that were left and are seen now. Boxes are in pixels of the frame."""
        stepped_back = self._sampled_at is not None and frame.at < self._sampled_at
        if frame.luma.shape != self._size or stepped_back:
            self.forget()
            self._size = frame.luma.shape
        self._company.meet(people_and_vehicles, frame.at)
        if self._is_due(frame.at):
            self._sampled_at = frame.at
            self._told = self._sample(frame)
        return self._told

    def forget(self) -> None:
        """The camera looks elsewhere: nothing that was learned holds any more."""
        self._company.forget()
        self._scenery.forget()
        self._steady.forget()
        self._left, self._told, self._sampled_at = [], (), None

    def _is_due(self, at: timedelta) -> bool:
        """One a slot, however unevenly the frames come."""
        every = self._patience.sample_every
        return self._sampled_at is None or at // every > self._sampled_at // every

    def _sample(self, frame: Frame) -> tuple[Thing, ...]:
        small = shrunk(frame.luma)
        self._px = (frame.luma.shape[1] / small.shape[1], frame.luma.shape[0] / small.shape[0])
        now = self._scenery.see(small, covered=self._covered(small), px=self._px[0])
        ground = self._scenery.ground
        if now is None or ground is None:
            return self._look_for_left(small, None, frame.at)
        self._steady.see(now, frame.at)
        differs = self._scenery.differs(now)
        lasting = self._steady.longer_than(self._patience.steady_for, frame.at)
        lasting &= ~self._steady.settled
        for blob in blobs_of(differs.surely & lasting, differs.perhaps & lasting):
            self._weigh(blob, now=now, ground=ground, at=frame.at)
        self._absorb(now, frame.at)
        self._scenery.follow(now, kept=grown(differs.surely) | self._taken_up(small))
        return self._look_for_left(now, ground, frame.at)

    def _weigh(self, blob: Blob, *, now: Greys, ground: Greys, at: timedelta) -> None:
        """Say once what a steady blob is; one behind somebody has to wait."""
        box, since = self._in_frame(blob.box), self._steady.since(blob.spots)
        if self._company.covers(box):
            if self._company.has(box):
                self._steady.settle(blob.spots, at, may_fade=False)
            return
        if any(one.takes(blob, now=now, since=since) for one in self._left):
            return
        if went(blob, now=now, before=ground) or only_lit(blob, now=now, before=ground):
            self._scenery.take_over(now, grown(blob.spots))
            return
        is_large = blob.area > _LARGEST * now.size
        was_near = self._company.was_near(box, from_at=since - self._patience.near_before)
        if is_large or not was_near:
            self._steady.settle(blob.spots, at, may_fade=True)
            return
        self._numbered += 1
        self._left.append(Left(self._numbered, blob, since=since, now=now, ground=ground))

    def _absorb(self, now: Greys, at: timedelta) -> None:
        """What nobody left and nobody is belongs to the scenery in the end."""
        faded = self._steady.faded(at - self._patience.scenery_after)
        if faded.any():
            self._scenery.take_over(now, faded)

    def _look_for_left(self, now: Greys, ground: Greys | None, at: timedelta) -> tuple[Thing, ...]:
        there: list[Left] = []
        for one in self._left:
            one.look(now, ground, at)
            if one.found is Found.GONE or at - one.seen_at > self._patience.hidden_for:
                continue
            one.is_alone = one.is_alone or not self._company.is_beside(self._in_frame(one.box))
            same = next((other for other in there if other.touches(one.spots)), None)
            if same is not None:
                same.join(one)
            else:
                there.append(one)
        self._left = there
        return tuple(self._thing(one) for one in there if one.found is Found.SEEN and one.is_alone)

    def _thing(self, left: Left) -> Thing:
        box, confidence = self._in_frame(left.box), left.confidence
        return Thing(kind=LEFT_THING, box=box, confidence=confidence, track=left.name)

    def _taken_up(self, small: Greys) -> Spots:
        """Where things stand that were found already."""
        spots = np.zeros(small.shape, np.bool_)
        for one in self._left:
            spots |= one.spots
        return spots

    def _covered(self, small: Greys) -> Spots:
        """Where somebody is known to be, in the small picture."""
        covered = np.zeros(small.shape, np.bool_)
        across, down = self._px
        for box in self._company.now():
            rows = slice(max(0, int(box.y1 / down)), int(box.y2 / down) + 1)
            columns = slice(max(0, int(box.x1 / across)), int(box.x2 / across) + 1)
            covered[rows, columns] = True
        return covered

    def _in_frame(self, box: BoxXYXY) -> BoxXYXY:
        """In pixels of the frame, with the shift of the camera put back, and within it."""
        (across, down), shift = self._px, self._scenery.shift
        height, width = self._size[0], self._size[1]
        x1, x2 = (min(max(0.0, x * across + shift.x), width) for x in (box.x1, box.x2))
        y1, y2 = (min(max(0.0, y * down + shift.y), height) for y in (box.y1, box.y2))
        return BoxXYXY(x1=x1, y1=y1, x2=max(x2, x1 + _TINY), y2=max(y2, y1 + _TINY))


_TINY: Final = 1e-3
