"""What breaks which rule, as the drawn street defines it: the scorer's own book.

It is written apart from the rule books that detectors read, so that a wrong rule shows as a wrong
result instead of moving the truth with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from detectors.synthetic.scenes import Actor, Ground, Kind, Scene, extent
from schemas.camera import ZoneKind
from schemas.geometry import BoxXYXY

CROWD: Final = 10
"""So many persons in one ground are a crowd."""

VEHICLES: Final = frozenset({Kind.CAR, Kind.VAN, Kind.BUS})
_OBSTACLES: Final = VEHICLES | {
    Kind.TRICYCLE, Kind.BICYCLE, Kind.STALL, Kind.GOODS, Kind.RUBBISH,
}  # fmt: skip
_PERSON: Final = frozenset({Kind.PERSON})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """Things that must not stand in grounds of some kinds.

    `company`: only with one of these standing beside, within `REACH`. `is_group`: all of them in
    a ground are one violation, else each is its own. `at_least` so many; `needs` one of these
    among them, `not_with` none of these. `may_move`: being there is enough.
    """

    rule: str
    grounds: frozenset[ZoneKind]
    things: frozenset[Kind]
    company: frozenset[Kind] = frozenset()
    needs: frozenset[Kind] = frozenset()
    not_with: frozenset[Kind] = frozenset()
    is_group: bool = False
    at_least: int = 1
    may_move: bool = False


REACH: Final = 0.75
"""Beside: a gap of at most so many times the longer side of the thing."""


def _where(*kinds: ZoneKind) -> frozenset[ZoneKind]:
    return frozenset(kinds)


WRONGS: Final = (
    Wrong(rule="V01-vehicle-on-fire-lane", grounds=_where(ZoneKind.FIRE_LANE), things=VEHICLES),
    Wrong(
        rule="V02-street-vending",
        grounds=_where(ZoneKind.NO_VENDING),
        things=frozenset({Kind.STALL, Kind.UMBRELLA, Kind.TRICYCLE, Kind.GOODS}),
        company=_PERSON,
        needs=frozenset({Kind.STALL, Kind.GOODS}),
        is_group=True,
    ),
    Wrong(rule="V03-vehicle-on-pavement", grounds=_where(ZoneKind.PAVEMENT), things=VEHICLES),
    Wrong(
        rule="V04-goods-outside-shop",
        grounds=_where(ZoneKind.SHOP_FRONT),
        things=frozenset({Kind.GOODS, Kind.STALL}),
        is_group=True,
    ),
    Wrong(
        rule="V05-mobile-vending",
        grounds=_where(ZoneKind.NO_VENDING),
        things=frozenset({Kind.TRICYCLE}),
        company=_PERSON,
        not_with=frozenset({Kind.STALL, Kind.GOODS}),
        is_group=True,
    ),
    Wrong(
        rule="V06-goods-on-pavement",
        grounds=_where(ZoneKind.PAVEMENT),
        things=frozenset({Kind.GOODS}),
        is_group=True,
    ),
    Wrong(rule="V07-vehicle-no-stopping", grounds=_where(ZoneKind.NO_STOPPING), things=VEHICLES),
    Wrong(
        rule="V08-vehicle-on-blind-track",
        grounds=_where(ZoneKind.BLIND_TRACK),
        things=VEHICLES | {Kind.TRICYCLE, Kind.BICYCLE},
    ),
    Wrong(
        rule="V09-exit-blocked",
        grounds=_where(ZoneKind.EXIT),
        things=_OBSTACLES,
        is_group=True,
    ),
    Wrong(
        rule="V10-rubbish-heap",
        grounds=_where(ZoneKind.PAVEMENT, ZoneKind.WATCHED),
        things=frozenset({Kind.RUBBISH}),
        is_group=True,
    ),
    Wrong(rule="V11-banner", grounds=_where(ZoneKind.WALL), things=frozenset({Kind.BANNER})),
    Wrong(
        rule="V12-crowd",
        grounds=_where(ZoneKind.WATCHED),
        things=_PERSON,
        is_group=True,
        at_least=CROWD,
        may_move=True,
    ),
    Wrong(
        rule="V13-smoke-or-fire",
        grounds=_where(
            ZoneKind.WATCHED,
            ZoneKind.PAVEMENT,
            ZoneKind.SHOP_FRONT,
            ZoneKind.FIRE_LANE,
            ZoneKind.EXIT,
            ZoneKind.CLOSED,
        ),
        things=frozenset({Kind.SMOKE}),
        is_group=True,
    ),
    Wrong(
        rule="V15-person-in-closed-zone",
        grounds=_where(ZoneKind.CLOSED),
        things=_PERSON,
        may_move=True,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One wrong in one ground of one scene."""

    wrong: Wrong
    ground: Ground
    scene: Scene

    def is_broken_by(self, party: Sequence[Actor], at: float) -> bool:
        """Whether enough of the party is where it must not be, in the company that it takes."""
        members = [actor for actor in party if self.counts(actor, at)]
        kinds = {actor.kind for actor in members}
        return (
            len(members) >= self.wrong.at_least
            and (not self.wrong.needs or bool(kinds & self.wrong.needs))
            and (not self.wrong.not_with or not self._stand(self.wrong.not_with, at))
            and (not self.wrong.company or self._is_in_company(members, at))
        )

    def counts(self, actor: Actor, at: float) -> bool:
        """Whether it is in the ground in the way that matters."""
        return self.ground.holds(actor, at) and (self.wrong.may_move or actor.stands_at(at))

    def _stand(self, kinds: frozenset[Kind], at: float) -> bool:
        return any(
            actor.kind in kinds and self.ground.holds(actor, at) and actor.stands_at(at)
            for actor in self.scene.actors
        )

    def _is_in_company(self, members: Sequence[Actor], at: float) -> bool:
        """Who only walks by is nobody's company."""
        theirs = [
            box
            for actor in self.scene.actors
            if actor.kind in self.wrong.company and actor.stands_at(at)
            for box in _box_of(actor, at)
        ]
        return any(
            _is_beside(mine, box)
            for actor in members
            for mine in _box_of(actor, at)
            for box in theirs
        )


def _box_of(actor: Actor, at: float) -> Sequence[BoxXYXY]:
    foot = actor.foot_at(at)
    return [] if foot is None else [extent(actor, foot, at)]


def _is_beside(thing: BoxXYXY, other: BoxXYXY) -> bool:
    reach = REACH * max(thing.x2 - thing.x1, thing.y2 - thing.y1)
    gap_x = max(thing.x1, other.x1) - min(thing.x2, other.x2)
    gap_y = max(thing.y1, other.y1) - min(thing.y2, other.y2)
    return gap_x <= reach and gap_y <= reach
