"""Casts who appears: what stands, what arrives and leaves, who only goes by."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from detectors.synthetic.scenes import FRAME, Actor, Keyframe, Kind
from schemas.geometry import Point


def standing(name: str, kind: Kind, dice: Random, when: tuple[Point, float, float]) -> Actor:
    """Is there from a second to a second, and doesn't move."""
    foot, begins, ends = when
    path = (Keyframe(at=begins, foot=foot), Keyframe(at=ends, foot=foot))
    return Actor(identity=name, kind=kind, path=path, look=dice.randrange(1 << 30))


def arriving(name: str, kind: Kind, dice: Random, when: tuple[Point, float, float]) -> Actor:
    """Comes in from the left at the same depth, stays, and goes on to the right."""
    foot, comes, leaves = when
    path = (
        Keyframe(at=max(0.0, comes - 5), foot=Point(-120, foot.y)),
        Keyframe(at=comes, foot=foot),
        Keyframe(at=leaves, foot=foot),
        Keyframe(at=leaves + 6, foot=Point(FRAME.width + 160, foot.y)),
    )
    return Actor(identity=name, kind=kind, path=path, look=dice.randrange(1 << 30))


def passers_by(dice: Random, count: int) -> list[Actor]:
    """Who walks or cycles along the pavement in the first minute."""
    return [
        crossing(
            f"walker-{i}",
            dice.choice([Kind.PERSON, Kind.PERSON, Kind.PERSON, Kind.BICYCLE]),
            dice,
            (dice.uniform(170, 214), dice.uniform(0, 45), dice.uniform(11, 17)),
        )
        for i in range(count)
    ]


def traffic(dice: Random, count: int, *, y: float = 318) -> list[Actor]:
    """Cars and vans that drive through, one every eleven seconds or so."""
    return [
        crossing(
            f"traffic-{i}",
            dice.choice([Kind.CAR, Kind.CAR, Kind.VAN]),
            dice,
            (y + dice.uniform(-6, 8), 3 + 11.0 * i + dice.uniform(0, 4), dice.uniform(4, 6)),
        )
        for i in range(count)
    ]


def crossing(
    name: str, kind: Kind, dice: Random, way: tuple[float, float, float], *, beyond: float = 110
) -> Actor:
    """From `beyond` one side of the picture to beyond the other; never stops."""
    y, begins, lasts = way
    ends = [Point(-beyond, y), Point(FRAME.width + beyond, y)]
    dice.shuffle(ends)
    path = (Keyframe(at=begins, foot=ends[0]), Keyframe(at=begins + lasts, foot=ends[1]))
    return Actor(identity=name, kind=kind, path=path, look=dice.randrange(1 << 30))


PLAYED_S: Final = 600.0
"""Who goes to and fro does so for so long, from before the first second."""


def going_to_and_fro(name: str, dice: Random, *, y: float) -> list[Actor]:
    """One place among the walkers that is always taken: who leaves is followed by the next."""
    walkers: list[Actor] = []
    begins = -dice.uniform(0, 12)
    while begins < PLAYED_S:
        lasts = dice.uniform(10, 17)
        at = f"{name}/{len(walkers)}"
        walkers.append(crossing(at, Kind.PERSON, dice, (y, begins, lasts), beyond=20))
        begins += lasts
    return walkers


def pacing(name: str, dice: Random, *, y: float, between: tuple[float, float]) -> Actor:
    """Goes up and down between two places, as long as one looks."""
    turns = list(between)
    dice.shuffle(turns)
    lasts = dice.uniform(8, 14)
    begins = -dice.uniform(0, lasts)
    path = tuple(
        Keyframe(at=begins + lasts * turn, foot=Point(turns[turn % 2], y))
        for turn in range(round(PLAYED_S / lasts) + 3)
    )
    return Actor(identity=name, kind=Kind.PERSON, path=path, look=dice.randrange(1 << 30))


def toward(name: str, kind: Kind, dice: Random, foot: Point) -> Actor:
    """Seen on the way past a point at half a second, to either side."""
    ends = [Point(foot.x - 12, foot.y), Point(foot.x + 12, foot.y)]
    dice.shuffle(ends)
    path = (Keyframe(at=0.0, foot=ends[0]), Keyframe(at=1.0, foot=ends[1]))
    return Actor(identity=name, kind=kind, path=path, look=dice.randrange(1 << 30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Where somebody stands, from when until when, in seconds of media time."""

    foot: Point
    comes: float
    leaves: float


_ROAD_Y: Final = 264.0
_TURN_S: Final = 1.0
_DRIVE_S: Final = 3.0


def parking(name: str, kind: Kind, dice: Random, visit: Visit) -> Actor:
    """Drives in along the road, turns to its place, stands there, and drives on."""
    foot, side = visit.foot, dice.choice([-1, 1])
    in_from, out_to = (-170.0, FRAME.width + 190.0) if side < 0 else (FRAME.width + 190.0, -170.0)
    turn = 60.0 * side
    path = (
        Keyframe(at=visit.comes - _TURN_S - _DRIVE_S, foot=Point(in_from, _ROAD_Y)),
        Keyframe(at=visit.comes - _TURN_S, foot=Point(foot.x + turn, _midway(foot.y))),
        Keyframe(at=visit.comes, foot=foot),
        Keyframe(at=visit.leaves, foot=foot),
        Keyframe(at=visit.leaves + _TURN_S, foot=Point(foot.x - turn, _midway(foot.y))),
        Keyframe(at=visit.leaves + _TURN_S + _DRIVE_S, foot=Point(out_to, _ROAD_Y)),
    )
    return Actor(identity=name, kind=kind, path=path, look=dice.randrange(1 << 30))


def _midway(y: float) -> float:
    return (y + _ROAD_Y) / 2


def visiting(name: str, kind: Kind, dice: Random, visit: Visit) -> Actor:
    """Walks or is pushed in from the nearer side at the same depth, stands, and goes back."""
    foot = visit.foot
    outside = -40.0 if foot.x < FRAME.width / 2 else FRAME.width + 40.0
    way_s = max(1.0, abs(foot.x - outside) / dice.uniform(45, 65))
    path = (
        Keyframe(at=visit.comes - way_s, foot=Point(outside, foot.y)),
        Keyframe(at=visit.comes, foot=foot),
        Keyframe(at=visit.leaves, foot=foot),
        Keyframe(at=visit.leaves + way_s, foot=Point(outside, foot.y)),
    )
    return Actor(identity=name, kind=kind, path=path, look=dice.randrange(1 << 30))


def together(leader: Actor, name: str, kind: Kind, aside: Point) -> Actor:
    """Keeps at the leader's side all the way: who pushes a pram, who holds a cart."""
    path = tuple(
        Keyframe(at=frame.at, foot=Point(frame.foot.x + aside.x, frame.foot.y + aside.y))
        for frame in leader.path
    )
    return Actor(identity=name, kind=kind, path=path, look=leader.look ^ 0x5A5A)


def queue(name: str, dice: Random, first: Point, stay: tuple[float, float]) -> Sequence[Actor]:
    """Persons who come one after another and stand in a row, then leave together."""
    step = dice.uniform(19, 25)
    return [
        visiting(
            f"{name}-{index}",
            Kind.PERSON,
            dice,
            Visit(
                foot=Point(first.x + step * index, first.y + dice.uniform(-2, 2)),
                comes=stay[0] + 1.3 * index,
                leaves=stay[1] + 0.4 * index,
            ),
        )
        for index in range(dice.randint(4, 6))
    ]
