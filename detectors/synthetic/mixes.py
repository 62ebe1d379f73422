"""Mixes single instants of everything everywhere: what a model is trained on."""

from dataclasses import replace
from random import Random
from typing import Final

from detectors.synthetic.casting import standing, toward
from detectors.synthetic.places import FENCE, FIRE_LANE, NO_VENDING, STREET
from detectors.synthetic.scenes import FRAME, KERB, PAVEMENT_TOP, Actor, Ground, Kind
from schemas.geometry import Point

Told = tuple[tuple[Ground, ...], list[Actor]]

_FIRST_MIX: Final = [
    Kind.PERSON, Kind.CAR, Kind.VAN, Kind.TRICYCLE, Kind.STALL, Kind.UMBRELLA, Kind.GOODS,
    Kind.BICYCLE, Kind.PERSON, Kind.PERSON, Kind.CAR, Kind.GOODS, Kind.STALL,
]  # fmt: skip
_MIX: Final = [
    *Kind, Kind.PERSON, Kind.PERSON, Kind.CAR, Kind.STALL, Kind.TRICYCLE, Kind.GOODS,
    Kind.BICYCLE, Kind.WHEELCHAIR, Kind.PRAM, Kind.RUBBISH, Kind.RUBBISH, Kind.SMOKE, Kind.SMOKE,
]  # fmt: skip
"""What is hard to learn comes oftener."""
_ON_ROAD: Final = frozenset({Kind.CAR, Kind.VAN, Kind.BUS, Kind.SWEEPER})
_ROLLS: Final = _ON_ROAD | {Kind.TRICYCLE, Kind.BICYCLE, Kind.PRAM, Kind.WHEELCHAIR}
_REACH: Final = {
    Kind.STALL: (36.0, 56.0), Kind.TRICYCLE: (36.0, 60.0), Kind.PRAM: (22.0, 30.0),
    Kind.WHEELCHAIR: (22.0, 34.0), Kind.GOODS: (30.0, 60.0),
}  # fmt: skip
"""How far from the middle of a thing the person stands who belongs to it."""


def training_mix(dice: Random) -> Told:
    """One instant of the first eight kinds everywhere, with and without painted ground."""
    cast: list[Actor] = []
    for index in range(dice.randint(4, 13)):
        kind = dice.choice(_FIRST_MIX)
        low = KERB - 6 if kind in {Kind.CAR, Kind.VAN} and dice.random() < 0.7 else PAVEMENT_TOP + 8
        foot = Point(dice.uniform(10, FRAME.width - 10), dice.uniform(low, FRAME.height + 4))
        name = f"{kind}-{index}"
        cast.append(standing(name, kind, dice, (foot, 0.0, 1.0)))
        if kind is Kind.STALL and dice.random() < 0.75:
            over = Point(foot.x + dice.uniform(-8, 8), foot.y + 1)
            cast.append(standing(f"over-{index}", Kind.UMBRELLA, dice, (over, 0.0, 1.0)))
        if kind in {Kind.STALL, Kind.TRICYCLE} and dice.random() < 0.75:
            beside = Point(foot.x + dice.choice([-1, 1]) * dice.uniform(36, 56), foot.y - 3)
            cast.append(standing(f"by-{index}", Kind.PERSON, dice, (beside, 0.0, 1.0)))
    grounds = tuple(g for g in (NO_VENDING, FIRE_LANE) if dice.random() < 0.5)
    return grounds, cast


def street_mix(dice: Random) -> Told:
    """One instant of every kind, where such things are found and where they are not."""
    cast: list[Actor] = []
    fenced = dice.random() < 0.35
    for index in range(dice.randint(4, 11)):
        kind = dice.choice(_MIX)
        cast += _one(f"{kind}-{index}", kind, dice, fenced=fenced)
    grounds = [ground for ground in STREET if dice.random() < 0.55]
    if fenced:
        grounds.append(FENCE)
    elif dice.random() < 0.4:
        grounds = [ground for ground in (NO_VENDING, FIRE_LANE) if dice.random() < 0.6]
    return tuple(grounds), cast


def _one(name: str, kind: Kind, dice: Random, *, fenced: bool) -> list[Actor]:
    foot = _place(kind, dice, fenced=fenced)
    if kind is Kind.PERSON:
        return _people(name, dice, foot)
    if kind is Kind.SMOKE:
        begins = -dice.uniform(0, 14)
        smoke = standing(name, kind, dice, (foot, begins, begins + 60))
        return [replace(smoke, grows_s=12.0)]
    if kind in _ROLLS and dice.random() < 0.5:
        return [toward(name, kind, dice, foot), *_beside(name, kind, dice, foot)]
    return [standing(name, kind, dice, (foot, 0.0, 1.0)), *_beside(name, kind, dice, foot)]


def _place(kind: Kind, dice: Random, *, fenced: bool) -> Point:
    x = dice.uniform(10, FRAME.width - 10)
    if kind is Kind.BANNER:
        if fenced and dice.random() < 0.7:
            return Point(dice.uniform(500, 550), dice.uniform(222, 226))
        return Point(x, dice.uniform(88, 128))
    low = PAVEMENT_TOP + 5
    if kind in _ON_ROAD and dice.random() < 0.6:
        low = KERB + 8
    high = FRAME.height + 4 if kind in _ON_ROAD or dice.random() < 0.3 else KERB + 4
    return Point(x, dice.uniform(low, high))


def _people(name: str, dice: Random, foot: Point) -> list[Actor]:
    """One or a row of them; some stand and some are on their way."""
    count = dice.choice([1, 1, 1, 2, 4])
    step, cast = dice.uniform(15, 30), []
    for index in range(count):
        at = Point(foot.x + step * index, foot.y + dice.uniform(-4, 4))
        who = f"{name}-{index}"
        if dice.random() < 0.6:
            cast.append(toward(who, Kind.PERSON, dice, at))
        else:
            cast.append(standing(who, Kind.PERSON, dice, (at, 0.0, 1.0)))
    return cast


def _beside(name: str, kind: Kind, dice: Random, foot: Point) -> list[Actor]:
    """Who and what belongs to a thing: a vendor, a parasol, who pushes."""
    cast: list[Actor] = []
    if kind is Kind.STALL and dice.random() < 0.7:
        over = Point(foot.x + dice.uniform(-8, 8), foot.y + 1)
        cast.append(standing(f"over-{name}", Kind.UMBRELLA, dice, (over, 0.0, 1.0)))
    reach = _REACH.get(kind)
    if reach and dice.random() < 0.75:
        at = Point(foot.x + dice.choice([-1, 1]) * dice.uniform(*reach), foot.y - 3)
        cast.append(standing(f"by-{name}", Kind.PERSON, dice, (at, 0.0, 1.0)))
    return cast
