"""Guards one post: keeps the stays that are open there, look by look."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from detectors.assigning import Assignment
from detectors.dwell import Knowing, Stay, begun
from detectors.looks import Area, Look, Paths, Regions
from detectors.relations import Placed, faces_road, is_near, is_on_same_spot, largest_group
from detectors.rules import Post
from detectors.staying import Limits, Member, OpenStay, joining
from schemas.geometry import BoxXYXY
from schemas.ids import OccurrenceId
from schemas.observation import Thing

NameOf = Callable[[Post, timedelta, int], OccurrenceId]

_NAMES_KEPT: Final = 5000
"""So many instants at which stays began: what comes to rest reaches back to one of its sights."""
_BELIEVED_AFTER: Final = 3
"""Searches that must have shown a thing before one that misses it may be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooling:
    """A spot on which nothing new is told for a while."""

    boxes: tuple[BoxXYXY, ...]
    until: timedelta


@dataclass(slots=True, eq=False, kw_only=True)
class Guard:
    """The open stays of one post. Media time only."""

    post: Post
    limits: Limits
    name_of: NameOf
    paths: Paths
    area: Area
    open: list[OpenStay] = field(default_factory=list)
    cooling: list[Cooling] = field(default_factory=list)
    named: dict[timedelta, int] = field(default_factory=dict)

    def look(self, look: Look, *, is_on_duty: bool) -> None:
        """A picture was searched."""
        if not is_on_duty:
            self._off_duty(look.at)
        elif self.post.rule.count > 1:
            self._count(look)
        else:
            self._assign(look)

    def unchanged(self, at: timedelta, regions: Regions, *, is_on_duty: bool) -> None:
        """A picture was compared with the one searched last, and not searched itself."""
        if not is_on_duty:
            self._off_duty(at)
            return
        for one in self.open:
            knowing = Knowing.HIDDEN
            if one.was_found:
                knowing = Knowing.WATCHED if self._stays_put(one, regions) else Knowing.GAP
            one.know(at, knowing, longest_step=self.limits.longest_step)

    def blind(self, at: timedelta) -> None:
        """Nobody could look."""
        for one in self.open:
            one.know(at, Knowing.GAP, longest_step=self.limits.longest_step)

    def interest(self) -> Iterator[BoxXYXY]:
        """Where a change means something, in the zone or out of it."""
        reach = self.post.rule.reach.sizes if self.post.rule.apart_from else 0.0
        for one in self.open:
            for box in one.boxes:
                more = reach * max(box.x2 - box.x1, box.y2 - box.y1)
                yield _widened(box, more) if more else box

    def is_cool(self, one: OpenStay, at: timedelta) -> bool:
        """Whether something may be told of it: nothing was told on its spot just now."""
        self.cooling = [each for each in self.cooling if each.until > at]
        spots = [box for each in self.cooling for box in each.boxes]
        spots += [
            box
            for other in self.open
            if other.is_told and other is not one and not other.was_found
            for box in other.boxes
        ]
        return not any(
            is_on_same_spot(member.now.box, spot) for member in one.shown for spot in spots
        )

    def close(self, one: OpenStay, at: timedelta) -> None:
        """It is over; where it was told, its spot cools off."""
        self.open.remove(one)
        if one.is_told and self.post.rule.cooling_off:
            boxes = tuple(member.now.box for member in one.members)
            self.cooling.append(Cooling(boxes=boxes, until=at + self.post.rule.cooling_off))

    def _off_duty(self, at: timedelta) -> None:
        for one in self.open:
            one.was_found = False
            one.know(at, Knowing.HIDDEN, longest_step=self.limits.longest_step)

    def _assign(self, look: Look) -> None:
        assignment = Assignment(
            self.post.rule,
            self.area,
            self.open,
            look,
            paths=self.paths,
            limits=self.limits,
            give=self,
        )
        assignment.run()
        for one in self.open:
            self._conclude(one, look, is_switched=id(one) in assignment.switched)

    def _conclude(self, one: OpenStay, look: Look, *, is_switched: bool) -> None:
        """What this look tells of a stay."""
        seen = [member for member in one.members if self._counts(one, member, look.at)]
        if seen and self._is_related(one, seen, look):
            knowing = Knowing.BRIDGED if is_switched and len(seen) == 1 else Knowing.DETECTED
            self._show(one, look.at, knowing)
        elif not seen and self._is_only_missed(one, look):
            one.know(look.at, Knowing.WATCHED, longest_step=self.limits.longest_step)
        else:
            self._hide(one, look.at, is_there=bool(seen))
        if self.post.rule.is_group:
            kept = [member for member in one.members if self._is_kept(member, look.at)]
            one.members = kept or one.members[-1:]

    def _counts(self, one: OpenStay, member: Member, at: timedelta) -> bool:
        """Who only passes a group makes it stay no longer."""
        if member.seen_at != at:
            return False
        if not self.post.rule.is_group or member.joined_at == one.stay.first_seen:
            return True
        return at - member.joined_at >= self.limits.settles_after

    def _is_kept(self, member: Member, at: timedelta) -> bool:
        lost_after = self.post.rule.leaves_after or self.limits.lost_after
        return not member.has_left and at - member.seen_at <= lost_after

    def _is_related(self, one: OpenStay, seen: Sequence[Member], look: Look) -> bool:
        """Whether one is there that makes the matter, with whom it has to be, without whom."""
        rule = self.post.rule
        if not any(rule.concerns(member.now.thing) for member in seen):
            return False
        if rule.faces_road and not any(
            faces_road(self.post.zone, member.now, rule.faces_road) for member in seen
        ):
            return False
        if rule.apart_from and self._beside(seen, rule.apart_from, look):
            return False
        if not rule.company:
            return True
        if company := self._beside(seen, rule.company, look):
            one.company, one.company_at = company, look.at
            return True
        return (
            one.was_found
            and one.company_at is not None
            and look.at - one.company_at <= self.limits.missed_at_most
            and _is_any_unchanged(one.company, look.regions)
        )

    def _beside(
        self, seen: Sequence[Member], kinds: frozenset[str], look: Look
    ) -> tuple[Thing, ...]:
        reach, row = self.post.rule.reach, look.of(kinds)
        found: dict[int, Thing] = {}
        for member in seen:
            one = member.now
            if reach.metres is not None and one.metres is not None:
                about: Iterable[Placed] = row.things
            else:
                gap = reach.sizes * one.size
                about = row.about(one.box.x1 - gap, one.box.x2 + gap)
            found.update((id(other), other.thing) for other in about if is_near(one, other, reach))
        return tuple(found.values())

    def _is_only_missed(self, one: OpenStay, look: Look) -> bool:
        """The search missed what stands there: its place is as it was when it was found."""
        if one.found < _BELIEVED_AFTER or not one.was_found or one.found_at is None:
            return False
        if look.at - one.found_at > self.limits.missed_at_most:
            return False
        return self._stays_put(one, look.regions)

    def _stays_put(self, one: OpenStay, regions: Regions) -> bool:
        """Nothing has moved where it was found, nor where its company was."""
        rule = self.post.rule
        shown = [each.now.thing for each in one.shown if rule.concerns(each.now.thing)]
        unchanged = sum(regions.is_unchanged(self._about(thing)) for thing in shown)
        if unchanged < rule.count:
            return False
        return not rule.company or _is_any_unchanged(one.company, regions)

    def _about(self, thing: Thing) -> BoxXYXY:
        """Its box; where nobody may come near, all from where somebody would be."""
        if not self.post.rule.apart_from:
            return thing.box
        size = max(thing.box.x2 - thing.box.x1, thing.box.y2 - thing.box.y1)
        return _widened(thing.box, self.post.rule.reach.sizes * size)

    def begin(self, found: Placed, look: Look) -> None:
        """A stay of a thing, if it makes one."""
        if found.thing.confidence >= self.post.rule.least_confidence:
            self._open([joining(found, look.at)], look)

    def _open(self, members: list[Member], look: Look) -> None:
        stay = begun(look.at, not_before=look.not_before)
        one = OpenStay(stay=stay, occurrence=self._name(look.at), members=members)
        if self._is_related(one, members, look):
            self.open.append(one)

    def move(self, out_of: OpenStay, member: Member, stay: Stay) -> None:
        """Who has moved a little has been there as often, and in the same company."""
        member.joined_at = stay.first_seen
        before = list(member.trail)[:-1]  # this look is counted yet
        sights = [sight.one.thing.confidence for sight in before]
        self.open.append(
            OpenStay(
                stay=stay,
                occurrence=self._name(stay.first_seen),
                members=[member],
                company=out_of.company,
                company_at=out_of.company_at,
                was_found=out_of.was_found,
                has_moved=True,
                found=len(sights),
                surest_sum=sum(sights),
            )
        )

    def rename(self, one: OpenStay) -> None:
        """It began at another instant than it seemed to."""
        one.occurrence = self._name(one.stay.first_seen)

    def _name(self, first_seen: timedelta) -> OccurrenceId:
        """Stays that begin together are counted, from the left; no number is given twice."""
        twin = self.named.pop(first_seen, 0)
        self.named[first_seen] = twin + 1
        while len(self.named) > _NAMES_KEPT:
            del self.named[next(iter(self.named))]
        return self.name_of(self.post, first_seen, twin)

    def _count(self, look: Look) -> None:
        """Who they are does not matter, only that they are enough."""
        rule = self.post.rule
        here = [one for one in look.inside(self.area) if rule.concerns(one.thing)]
        sure = [one for one in here if one.thing.confidence >= rule.least_confidence]
        if rule.is_group:
            sure = largest_group(sure, rule.reach)
        members = [joining(one, look.at) for one in sure]
        is_full = len(members) >= rule.count
        if not self.open and is_full:
            self._open(members, look)
        for one in self.open:
            if is_full:
                one.members = members
            if is_full and self._is_related(one, members, look):
                self._show(one, look.at, Knowing.DETECTED)
            else:
                self._hide(one, look.at, is_there=True)

    def _show(self, one: OpenStay, at: timedelta, knowing: Knowing) -> None:
        """All is there; and was, where it was missed for a moment only."""
        one.show(at, knowing=knowing, longest_step=self.limits.longest_step)
        since = one.related_at
        if since is not None and timedelta(0) < at - since <= self.post.rule.holds:
            one.stay = one.stay.mended(since)
        one.related_at = at

    def _hide(self, one: OpenStay, at: timedelta, *, is_there: bool) -> None:
        """The search does not show it, or not all that makes it a matter."""
        one.was_found = False
        one.know(at, Knowing.HIDDEN, longest_step=self.limits.longest_step)
        if not is_there:
            one.related_at = None


def _is_any_unchanged(things: Iterable[Thing], regions: Regions) -> bool:
    return any(regions.is_unchanged(thing.box) for thing in things)


def _widened(box: BoxXYXY, more: float) -> BoxXYXY:
    return BoxXYXY(
        x1=max(0.0, box.x1 - more),
        y1=max(0.0, box.y1 - more),
        x2=box.x2 + more,
        y2=box.y2 + more,
    )
