"""One searched picture, taken apart once for all posts: feet, tracks, and who stands where."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
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

    A track that jumps has been given to another thing, and begins where it is now.
    """

    def __init__(self) -> None:
        self._first: dict[str, Placed] = {}
        self._last: dict[str, tuple[Placed, timedelta]] = {}
        self._tidied_at: timedelta | None = None

    def see(self, everybody: Iterable[Placed], at: timedelta) -> None:
        """Take note of a look; what has not been seen for long is forgotten."""
        for one in everybody:
            track = one.thing.track
            if track is None:
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
        self.everybody: Final = [placed(thing, plane) for thing in things]
        self.by_track: Final = {
            one.thing.track: one for one in self.everybody if one.thing.track is not None
        }
        self._rows: dict[frozenset[str], Row] = {}
        self._inside: dict[ZoneId, frozenset[int]] = {}

    def of(self, kinds: frozenset[str]) -> Row:
        """Those of some kinds."""
        row = self._rows.get(kinds)
        if row is None:
            things = sorted(
                (one for one in self.everybody if one.thing.kind in kinds),
                key=lambda one: one.thing.box.x1,
            )
            lefts = [one.thing.box.x1 for one in things]
            widest = max((one.thing.box.x2 - one.thing.box.x1 for one in things), default=0.0)
            row = self._rows[kinds] = Row(things, lefts, widest)
        return row

    def is_inside(self, one: Placed, zone: Zone) -> bool:
        """Whether its foot stands in the zone; each is asked once, whatever the rules."""
        inside = self._inside.get(zone.id)
        if inside is None:
            inside = self._inside[zone.id] = frozenset(map(id, self._within(zone)))
        return id(one) in inside

    def _within(self, zone: Zone) -> Iterator[Placed]:
        xs = [corner.x for corner in zone.outline.corners]
        ys = [corner.y for corner in zone.outline.corners]
        left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
        for one in self.everybody:
            is_about = left <= one.x <= right and top <= one.y <= bottom
            if is_about and zone.contains(Point(one.x, one.y)):
                yield one
