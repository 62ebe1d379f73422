"""Which thing of a look belongs to which stay: the ground decides, a track is only a hint.

1 by track   it goes by a name of ours and stands where it stood
2 by place   nobody has that name any more, and somebody without a past stands there
3 twice      the model took one for two: the second name is noted
4 returned   what had been lost stands there again, under a stay that began since
5 strangers  join a group beside them, or begin a stay
"""

from datetime import timedelta
from typing import Final, Protocol

from detectors.dwell import Bridge, Stay, Why, begun
from detectors.looks import Area, Look, Paths
from detectors.relations import (
    Distance,
    Placed,
    is_by_the_edge,
    is_near,
    is_on_same_spot,
    is_same_thing,
    is_still,
)
from detectors.resting import Rest, rest_of
from detectors.rules import Rule
from detectors.staying import Limits, Member, OpenStay, joining


class Give(Protocol):
    """Gives out stays, and their names."""

    def begin(self, found: Placed, look: Look) -> None:
        """Begin a stay of a thing, if it makes one."""
        ...

    def move(self, out_of: OpenStay, member: Member, stay: Stay) -> None:
        """Out of a stay another goes on, of one member and with what is known of it."""
        ...

    def rename(self, one: OpenStay) -> None:
        """It began at another instant than it seemed to."""
        ...


class Assignment:
    """One look at one post. Changes the stays that it is given, and begins new ones."""

    def __init__(
        self,
        rule: Rule,
        area: Area,
        stays: list[OpenStay],
        look: Look,
        *,
        paths: Paths,
        limits: Limits,
        give: Give,
    ) -> None:
        self._rule: Final = rule
        self._kinds: Final = rule.kinds
        self._area: Final = area
        self._stays: Final = stays
        self._look: Final = look
        self._paths: Final = paths
        self._limits: Final = limits
        self._row: Final = look.of(self._kinds)
        self._taken: set[int] = set()
        self._holders: dict[int, OpenStay] = {}
        self._give: Final = give
        self.switched: set[int] = set()
        """Stays in which one goes by another name than at the last look."""

    def run(self) -> None:
        """See every member that is there, and let strangers in."""
        stays = list(self._stays)
        for one in stays:
            for member in one.members:
                self._by_track(one, member)
        unseen = [
            (one, member)
            for one in stays
            for member in one.members
            if member.seen_at != self._look.at and not member.has_left
        ]
        for one, member in sorted(unseen, key=lambda each: each[1].seen_at, reverse=True):
            self._by_place(one, member)
        strangers = [one for one in self._look.inside(self._area) if self._is_stranger(one)]
        if strangers:
            self._pass_over_twins(strangers)
        self._give_back()
        for stranger in strangers:
            if id(stranger) not in self._taken:
                self._let_in(stranger)

    def _by_track(self, one: OpenStay, member: Member) -> None:
        names = member.tracks if self._rule.still else member.tracks[-1:]
        for track in reversed(names):
            found = self._look.by_track.get(track)
            if found is None or id(found) in self._taken or not self._is_alike(member, found):
                continue
            if self._is_in_place(member, found):
                self._see(one, member, found)
            elif (
                (still := self._rule.still) is not None
                and not member.has_left
                and is_on_same_spot(member.now.box, found.box)
            ):
                self._walk_off(one, member, found, still)
            return

    def _by_place(self, one: OpenStay, member: Member) -> None:
        box = member.now.box
        spots = [
            (box.overlap(each.box), each)
            for each in self._row.about(box.x1, box.x2)
            if id(each) not in self._taken and is_on_same_spot(box, each.box)
        ]
        for _, found in sorted(spots, key=lambda spot: -spot[0]):
            if not (self._is_alike(member, found) and self._may_be(member, found)):
                continue
            if self._is_in_place(member, found):
                self._take_for(one, member, found)
            elif (still := self._rule.still) is not None and (
                not member.tracks or found.thing.track is None
            ):
                self._walk_off(one, member, found, still)
            return

    def _is_alike(self, member: Member, found: Placed) -> bool:
        """A stall may be taken for goods, but not for the parasol that belongs to it."""
        return found.thing.kind in self._kinds and self._rule.concerns(
            found.thing
        ) == self._rule.concerns(member.now.thing)

    def _is_in_place(self, member: Member, found: Placed) -> bool:
        """Where it stood; of what may move, no further off than it can have moved."""
        if self._rule.still is not None:
            return is_still(member.anchor, found, self._rule.still)
        if is_on_same_spot(member.now.box, found.box):
            return True
        unseen = min(self._look.at - member.seen_at, self._limits.longest_step)
        far = (1 + 2 * (unseen / timedelta(seconds=1))) * member.now.size
        return abs(found.x - member.now.x) <= far and abs(found.y - member.now.y) <= far

    def _may_be(self, member: Member, found: Placed) -> bool:
        """Who walked here from elsewhere is somebody else; of who has no name nobody knows."""
        track = found.thing.track
        if track is None or track in member.tracks or self._rule.still is None:
            return True
        beginning = self._paths.beginning(track)
        return beginning is None or is_still(member.anchor, beginning, self._rule.still)

    def _see(self, one: OpenStay, member: Member, found: Placed) -> None:
        is_inside = self._area.holds(found)
        if not (is_inside or is_by_the_edge(self._area.zone, found, self._rule.margin)):
            self._leave(one, member)
            return
        if is_inside:
            member.inside_at = self._look.at
        self._taken.add(id(found))
        self._holders[id(found)] = one
        was, now = member.tracks[-1] if member.tracks else None, found.thing.track
        if was is not None and now is not None and was != now:
            self.switched.add(id(one))
            one.stay = one.stay.over(
                Bridge(
                    why=Why.IDENTITY, begins=member.seen_at, ends=self._look.at, was=was, now=now
                )
            )
        member.see(found, self._look.at)
        if not (member.has_settled or self._is_new(self._look.at - member.joined_at)):
            self._settle(one, member)

    def _leave(self, one: OpenStay, member: Member) -> None:
        """It has gone over the edge; who was still in the margin just now was on the way out."""
        at, member.has_left = self._look.at, True
        if len(one.members) == 1 and self._is_new(at - member.inside_at):
            one.stay = one.stay.doubted(member.inside_at)

    def _take_for(self, one: OpenStay, member: Member, found: Placed) -> None:
        """Perhaps only somebody who passes: until it has settled this can be undone."""
        is_another = bool(member.tracks) and found.thing.track not in {None, *member.tracks}
        if is_another and not self._rule.is_group and self._rule.still is not None:
            member.before = member.before or one.stay
            member.joined_at = self._look.at
            member.trail.clear()
        self._see(one, member, found)

    def _settle(self, one: OpenStay, member: Member) -> None:
        """It has come to rest: where it is now it stands, and since it came near to here."""
        member.before, member.has_settled = None, True
        if self._rule.still is None:
            return
        member.anchor = member.now
        if len(one.members) > 1 or one.is_told:
            return
        rest = rest_of(one.stay, member, member.now, still=self._rule.still, at=self._look.at)
        if rest.stay.first_seen != one.stay.first_seen:
            one.stay, member.joined_at = rest.stay, rest.stay.first_seen
            member.walked(rest.sights)
            self._give.rename(one)

    def _walk_off(self, one: OpenStay, member: Member, found: Placed, still: Distance) -> None:
        """It moves on, and comes to rest elsewhere, perhaps at once: a stay of its own.

        One that was told stays told: what moves on from there begins anew.
        """
        if not self._area.holds(found):
            self._leave(one, member)
        member.has_left = True
        if len(one.members) > 1:
            return
        rest = rest_of(one.stay, member, found, still=still, at=self._look.at)
        if one.is_told:
            rest = Rest(stay=begun(self._look.at, not_before=one.stay.not_before), sights=())
        if member.before is not None:
            one.stay, member.before = member.before, None
        elif not one.is_told:
            self._stays.remove(one)
        if self._area.holds(found):
            self._taken.add(id(found))
            moved = joining(found, self._look.at)
            moved.walked(rest.sights)
            self._give.move(one, moved, rest.stay)

    def _is_new(self, length: timedelta) -> bool:
        return length < self._limits.settles_after

    def _is_stranger(self, one: Placed) -> bool:
        return one.thing.kind in self._kinds and id(one) not in self._taken

    def _pass_over_twins(self, strangers: list[Placed]) -> None:
        for stranger in strangers:
            box = stranger.box
            for each in self._row.about(box.x1, box.x2):
                one = self._holders.get(id(each))
                if one is not None and is_same_thing(each.thing, stranger.thing):
                    self._taken.add(id(stranger))
                    for member in one.members:
                        if member.now is each:
                            member.also_named(stranger.thing.track)
                    break

    def _give_back(self) -> None:
        """A stay that began after another was lost on its spot was that other one all along.

        Who had hardly stood when it was lost is not waited for.
        """
        at = self._look.at
        for old in list(self._stays):
            is_lost = old.stay.looked_at < at and all(each.seen_at != at for each in old.present)
            if is_lost and (old.is_told or not self._is_new(old.stay.seen)):
                young = self._younger(old)
                if young is not None:
                    self._merge(old, young)

    def _younger(self, old: OpenStay) -> OpenStay | None:
        for member in old.present:
            box = member.now.box
            for each in self._row.about(box.x1, box.x2):
                young = self._holders.get(id(each))
                if (
                    young is not None
                    and not (young.is_told or young.has_moved)
                    and young.stay.first_seen > old.stay.last_seen
                    and is_on_same_spot(box, each.box)
                    and self._may_be(member, each)
                    and self._is_in_place(member, each)
                ):
                    return young
        return None

    def _merge(self, old: OpenStay, young: OpenStay) -> None:
        self._stays.remove(young)
        if self._rule.is_group:
            for member in young.members:
                member.joined_at = old.stay.first_seen
            old.members.extend(young.members)
            return
        (member,), (other,) = old.members, young.members
        self._take_for(old, member, other.now)

    def _let_in(self, stranger: Placed) -> None:
        if self._rule.is_group:
            for one in self._stays:
                if any(is_near(each.now, stranger, self._rule.reach) for each in one.present):
                    self._taken.add(id(stranger))
                    one.members.append(joining(stranger, self._look.at))
                    return
        if self._rule.concerns(stranger.thing):
            self._give.begin(stranger, self._look)
