"""From looks to occurrences: who stays where, since when, and what is to be told of it.

look ─► which things stand in which zone ─► each to its stay ─► over the threshold? ─► told

A stay is one occurrence, told as  began ─► continued ─► … ─► ended | lost-sight.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from detectors.ground import Plane
from detectors.guarding import Guard
from detectors.looks import Area, Look, Paths, Regions
from detectors.recorded import Recorded, keep_cooling, keep_stays, resume
from detectors.rules import Post
from detectors.staying import Limits
from detectors.telling import Teller, Told
from schemas.camera import Camera
from schemas.geometry import BoxXYXY
from schemas.ids import OccurrenceId, ZoneId
from schemas.observation import Phase, Thing

__all__ = ["Limits", "Observer", "Post", "Recorded", "Regions", "Told"]


class Observer:
    """Watches one recording. Mutable; knows media time only, and no picture.

    `starts_at` is when media time 0 was: the same recording gives the same occurrences.
    `recorded` is what another watch of the camera left behind: its stays go on, and the time
    since is a gap. A record from after `starts_at` is of a recording that is seen once more from
    its beginning: then all is told again, in the same words.
    """

    def __init__(
        self,
        camera: Camera,
        posts: Sequence[Post],
        *,
        starts_at: datetime,
        limits: Limits,
        recorded: Recorded | None = None,
    ) -> None:
        self._camera: Final = camera
        self._starts_at: Final = starts_at
        self._limits: Final = limits
        self._plane: Final = None if camera.ground is None else Plane(camera.ground)
        self._paths: Final = Paths(
            frozenset(kind for post in posts if post.rule.still for kind in post.rule.kinds)
        )
        areas = _areas_of(posts, width=camera.frame.width)
        self._guards: Final = [
            Guard(
                post=post,
                limits=limits,
                name_of=self._occurrence,
                paths=self._paths,
                area=areas[post.zone.id],
            )
            for post in posts
        ]
        self._kinds: Final = frozenset(
            kind for post in posts for kind in post.rule.kinds | post.rule.beside
        )
        self._teller: Final = Teller(starts_at=starts_at, limits=limits)
        self._known_at: timedelta | None = None
        self._looked_at: timedelta | None = None
        if recorded is not None:
            self._resume(recorded)

    def look(
        self,
        at: timedelta,
        things: Sequence[Thing],
        regions: Regions,
        *,
        same_since: timedelta | None = None,
    ) -> list[Told]:
        """A picture was searched, and this is what is in it.

        `regions` compares it with the picture that was searched before it. `same_since` is since
        when it has been the same to the bit: what it shows may be frozen, and fires no rule.
        """
        if self._is_past(at):
            return []
        told = [one for guard in self._guards for one in self._teller.lost(guard, at)]
        wanted = [thing for thing in things if thing.kind in self._kinds]
        look = Look(at, wanted, regions, plane=self._plane, not_before=self._looked_at)
        self._paths.see(look.everybody, at)
        now = self._starts_at + at
        for guard in self._guards:
            guard.look(look, is_on_duty=guard.post.is_on_duty_at(now))
        self._known_at = self._looked_at = at
        return told + self._due(at, same_since)

    def unchanged(
        self, at: timedelta, regions: Regions, *, same_since: timedelta | None = None
    ) -> list[Told]:
        """A picture was compared with the one searched last, and was not worth a search."""
        if self._is_past(at):
            return []
        told = [one for guard in self._guards for one in self._teller.lost(guard, at)]
        now = self._starts_at + at
        for guard in self._guards:
            guard.unchanged(at, regions, is_on_duty=guard.post.is_on_duty_at(now))
        self._known_at = self._looked_at = at
        return told + self._due(at, same_since)

    def blind(self, at: timedelta) -> list[Told]:
        """Nobody could see anything until now."""
        if self._is_past(at):
            return []
        for guard in self._guards:
            guard.blind(at)
        self._known_at = at
        return self._due(at, None)

    def retract(self, since: timedelta) -> None:
        """What was seen since an instant was no sight: the picture stood, or the camera moved."""
        for guard in self._guards:
            for one in list(guard.open):
                if one.stay.first_seen > since and not one.is_told:
                    guard.open.remove(one)
                    continue
                one.stay = one.stay.retract(since)
                for member in one.members:
                    member.before = None
        if self._looked_at is not None:
            self._looked_at = min(self._looked_at, since)

    def end(self) -> list[Told]:
        """Nothing comes any more: what was begun is lost from sight, not ended."""
        told = [
            self._teller.tell(guard.post, one, Phase.LOST_SIGHT, at=one.stay.looked_at)
            for guard in self._guards
            for one in guard.open
            if one.is_told
        ]
        for guard in self._guards:
            guard.open.clear()
        return told

    @property
    def interest(self) -> tuple[BoxXYXY, ...]:
        """Where somebody stays, in the zones or sticking out of them: changes there matter."""
        width, height = float(self._camera.frame.width), float(self._camera.frame.height)
        boxes = (box for guard in self._guards for box in guard.interest())
        return tuple(
            BoxXYXY(x1=box.x1, y1=box.y1, x2=min(box.x2, width), y2=min(box.y2, height))
            for box in boxes
            if box.x1 < width and box.y1 < height
        )

    @property
    def wants_look(self) -> bool:
        """Whether something would be told if a search showed it once more."""
        return any(self._teller.wants_look(guard) for guard in self._guards)

    @property
    def open_since(self) -> Mapping[OccurrenceId, timedelta]:
        """Every stay that goes on, told or not, with its first sight."""
        return {one.occurrence: one.stay.first_seen for g in self._guards for one in g.open}

    def recorded(self) -> Recorded:
        """All that another watch must know to go on from here."""
        return Recorded(
            camera=self._camera.id,
            starts_at=self._starts_at,
            known_at=self._known_at or timedelta(0),
            looked_at=self._looked_at,
            stays=keep_stays(self._guards),
            cooling=keep_cooling(self._guards),
        )

    def _resume(self, recorded: Recorded) -> None:
        recorded.require_of(self._camera)
        by = recorded.starts_at - self._starts_at
        if recorded.known_at + by > self._limits.bridge_at_most:
            return
        resume(recorded, self._guards, by=by, plane=self._plane)
        if recorded.looked_at is not None:
            self._looked_at = min(recorded.looked_at + by, timedelta(0))

    def _is_past(self, at: timedelta) -> bool:
        """A picture from before the last one can't tell anything new."""
        return self._known_at is not None and at <= self._known_at

    def _due(self, at: timedelta, same_since: timedelta | None) -> list[Told]:
        may_fire = same_since is None or same_since >= at
        return [
            one for guard in self._guards for one in self._teller.due(guard, at, may_fire=may_fire)
        ]

    def _occurrence(self, post: Post, at: timedelta, twin: int) -> OccurrenceId:
        """The same after a restart."""
        first_ms = (self._starts_at + at).timestamp() * 1000
        named = [self._camera.id, post.zone.id, post.rule.id, str(round(first_ms))]
        named += [str(twin)] if twin else []
        return OccurrenceId(hashlib.sha256("|".join(named).encode()).hexdigest())


def _areas_of(posts: Sequence[Post], *, width: int) -> Mapping[ZoneId, Area]:
    """Each zone once, with all that its rules look for in it."""
    kinds: dict[ZoneId, frozenset[str]] = {}
    for post in posts:
        kinds[post.zone.id] = kinds.get(post.zone.id, frozenset()) | post.rule.kinds
    return {post.zone.id: Area(post.zone, kinds[post.zone.id], width=width) for post in posts}
