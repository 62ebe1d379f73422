"""One searched picture, taken apart once for all posts: feet, tracks, and who stands where."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from detectors.ground import Plane
from detectors.relations import Placed, placed
from schemas.camera import Zone
from schemas.geometry import BoxXYXY, Point
from schemas.ids import ZoneId
from schemas.observation import Thing

_SECOND: Final = timedelta(seconds=1)
_CUT_PX: Final = 1.5
"""A box that ends so near to a side of the picture goes on beyond it."""
_FORGET_AFTER: Final = timedelta(seconds=60)
"""A tracker keeps a lost name for seconds; later the same name is another thing."""


class Regions(Protocol):
    """What has changed in the picture since the one that was searched last."""

    def is_unchanged(self, box: BoxXYXY) -> bool:
        """Whether nothing in the box has."""
        ...


class _AllUnchanged:
    def is_unchanged(self, box: BoxXYXY) -> bool:  # noqa: ARG002 - as any regions
        return True


class _NotCompared:
    def is_unchanged(self, box: BoxXYXY) -> bool:  # noqa: ARG002 - as any regions
        return False


ALL_UNCHANGED: Final[Regions] = _AllUnchanged()
"""Nothing has changed anywhere."""
NOT_COMPARED: Final[Regions] = _NotCompared()
"""Nobody can say what has changed."""


class Paths:
    """Where each track began: who has walked to a spot did not stand there before.

    A track that jumps has been given to another thing, and begins where it is now. Only for
    `kinds`: whether others stood still nobody asks.
    """

    def __init__(self, kinds: frozenset[str]) -> None:
        self._kinds: Final = kinds
        self._first: dict[str, Placed] = {}
        self._last: dict[str, tuple[Placed, timedelta]] = {}
        self._tidied_at: timedelta | None = None

    def see(self, everybody: Iterable[Placed], at: timedelta) -> None:
        """Take note of a look; what has not been seen for long is forgotten."""
        for one in everybody:
            track = one.thing.track
            if track is None or one.thing.kind not in self._kinds:
                continue
            last = self._last.get(track)
            if last is None or not _can_have_moved(last[0], one, at - last[1]):
                self._first[track] = one
            self._last[track] = (one, at)
        if self._tidied_at is None or at - self._tidied_at > _FORGET_AFTER:
            self._tidy(at)

    def beginning(self, track: str) -> Placed | None:
        """Where a track began."""
        return self._first.get(track)

    def _tidy(self, at: timedelta) -> None:
        self._tidied_at = at
        for track in [t for t, (_, seen) in self._last.items() if at - seen > _FORGET_AFTER]:
            del self._first[track], self._last[track]


def _can_have_moved(one: Placed, other: Placed, within: timedelta) -> bool:
    """A quarter of its size at once, and one and a half of it a second: a car in town."""
    far = (0.25 + 1.5 * (within / _SECOND)) * max(one.size, other.size)
    return abs(one.x - other.x) <= far and abs(one.y - other.y) <= far


class Area:
    """A zone that is asked often, and only of some kinds: most feet are nowhere near it.

    What a side of the picture cuts has its foot anywhere from there to the middle of what
    shows: it stands in the zone when both do. `width` is the picture's.
    """

    def __init__(self, zone: Zone, kinds: frozenset[str], *, width: int) -> None:
        xs = [corner.x for corner in zone.outline.corners]
        ys = [corner.y for corner in zone.outline.corners]
        self.zone: Final = zone
        self._kinds: Final = kinds
        self._width: Final = width
        self._left, self._right = min(xs), max(xs)
        self._top, self._bottom = min(ys), max(ys)

    def holds(self, one: Placed) -> bool:
        """Whether its foot stands in the zone."""
        return bool(self.of([one]))

    def of(self, everybody: Iterable[Placed]) -> list[Placed]:
        """Those whose foot stands in the zone."""
        left, right, top, bottom = self._left, self._right, self._top, self._bottom
        about = [one for one in everybody if left <= one.x <= right and top <= one.y <= bottom]
        kinds, contains = self._kinds, self.zone.contains
        return [
            one
            for one in about
            if one.thing.kind in kinds
            and contains(Point(one.x, one.y))
            and (self._is_whole(one.thing.box) or self._must_be_inside(one))
        ]

    def _is_whole(self, box: BoxXYXY) -> bool:
        return box.x1 > _CUT_PX and box.x2 < self._width - _CUT_PX

    def _must_be_inside(self, one: Placed) -> bool:
        """Also where the picture ends and the box most likely doesn't."""
        box, ends = one.thing.box, []
        if box.x1 <= _CUT_PX:
            ends.append(_CUT_PX / 2)
        if box.x2 >= self._width - _CUT_PX:
            ends.append(self._width - _CUT_PX / 2)
        return all(self.zone.contains(Point(x, one.y)) for x in ends)


@dataclass(slots=True, eq=False)
class Row:
    """Things from left to right, so that those about a place are found without asking all."""

    things: Sequence[Placed]
    lefts: Sequence[float]
    widest: float

    def about(self, x1: float, x2: float) -> Sequence[Placed]:
        """All whose box may share a column with x1 … x2."""
        first = bisect_left(self.lefts, x1 - self.widest)
        return self.things[first : bisect_right(self.lefts, x2)]


class Look:
    """What one search found. `not_before` is the look before it, if there was one."""

    def __init__(
        self,
        at: timedelta,
        things: Sequence[Thing],
        regions: Regions,
        *,
        plane: Plane | None,
        not_before: timedelta | None,
    ) -> None:
        self.at: Final = at
        self.regions: Final = regions
        self.not_before: Final = not_before
        self.everybody: Final = [
            placed(thing, plane) for thing in sorted(things, key=lambda thing: thing.box.x1)
        ]
        self.by_track: Final = {
            one.thing.track: one for one in self.everybody if one.thing.track is not None
        }
        self._rows: dict[frozenset[str], Row] = {}
        self._inside: dict[ZoneId, Sequence[Placed]] = {}

    def of(self, kinds: frozenset[str]) -> Row:
        """Those of some kinds."""
        row = self._rows.get(kinds)
        if row is None:
            things = [one for one in self.everybody if one.thing.kind in kinds]
            lefts = [one.thing.box.x1 for one in things]
            widest = max((one.thing.box.x2 - one.thing.box.x1 for one in things), default=0.0)
            row = self._rows[kinds] = Row(things, lefts, widest)
        return row

    def inside(self, area: Area) -> Sequence[Placed]:
        """Those whose foot stands in a zone; each is asked once, whatever the rules."""
        found = self._inside.get(area.zone.id)
        if found is None:
            found = self._inside[area.zone.id] = area.of(self.everybody)
        return found
