"""Casts what breaks a rule, each at its place: who sells, parks, dumps, hangs, gathers, burns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from detectors.synthetic.casting import Visit, parking, standing, together, visiting
from detectors.synthetic.scenes import Actor, Keyframe, Kind
from schemas.geometry import Point

Cast = list[Actor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    """Who takes part, and which part of the street must be left to them."""

    cast: Callable[[Random], Cast]
    takes: frozenset[str]


def _fixed_vendor(dice: Random) -> Cast:
    """Stall, parasol and vendor on the kerb where nobody may sell."""
    x, y = dice.uniform(84, 140), dice.uniform(196, 211)
    comes, leaves = _long(dice)
    stall = visiting("stall", Kind.STALL, dice, _at((x, y), comes, leaves))
    side = dice.choice([-1, 1])
    cast = [stall, together(stall, "vendor", Kind.PERSON, Point(side * 48.0, -4.0))]
    if dice.random() < 0.7:
        cast.append(together(stall, "parasol", Kind.UMBRELLA, Point(dice.uniform(-8, 8), 1.0)))
    if dice.random() < 0.4:
        beside = Point(x - side * 52, y - 2)
        cast.append(standing("wares", Kind.GOODS, dice, (beside, comes + 2, leaves)))
    return cast


def _mobile_vendor(dice: Random) -> Cast:
    """Sells from a tricycle, and pushes on after a while."""
    comes = dice.uniform(6, 14)
    foot = (dice.uniform(80, 140), dice.uniform(194, 212))
    visit = _at(foot, comes, comes + dice.uniform(26, 36))
    tricycle = visiting("tricycle", Kind.TRICYCLE, dice, visit)
    aside = Point(dice.choice([-1, 1]) * dice.uniform(42, 56), -3.0)
    return [tricycle, together(tricycle, "vendor", Kind.PERSON, aside)]


def _shop_goods(dice: Random) -> Cast:
    """A shop puts its goods out and leaves them."""
    comes, leaves = _long(dice)
    x, y = dice.uniform(390, 410), dice.uniform(152, 164)
    return [
        standing(f"shop-goods-{i}", Kind.GOODS, dice, (Point(x + 44 * i, y), comes + i, leaves))
        for i in range(dice.randint(1, 2))
    ]


def _pavement_goods(dice: Random) -> Cast:
    """Crates in the walkway."""
    comes, leaves = _long(dice)
    x, y = dice.uniform(246, 270), dice.uniform(180, 208)
    return [
        standing(f"crates-{i}", Kind.GOODS, dice, (Point(x + 50 * i, y), comes + i, leaves))
        for i in range(dice.randint(1, 2))
    ]


def _parks(name: str, x: tuple[float, float], y: tuple[float, float]) -> Callable[[Random], Cast]:
    def cast(dice: Random) -> Cast:
        visit = _at((dice.uniform(*x), dice.uniform(*y)), *_long(dice))
        return [parking(name, dice.choice([Kind.CAR, Kind.CAR, Kind.VAN]), dice, visit)]

    return cast


def _blocked_exit(dice: Random) -> Cast:
    """A car, or crates, before the gate."""
    comes, leaves = _long(dice)
    foot = (dice.uniform(540, 582), dice.uniform(154, 165))
    if dice.random() < 0.6:
        return [parking("exit-car", Kind.CAR, dice, _at(foot, comes, leaves))]
    return [standing("exit-crates", Kind.GOODS, dice, (Point(*foot), comes, leaves))]


def _rubbish(dice: Random) -> Cast:
    """Somebody brings bags, drops them and goes."""
    comes = dice.uniform(6, 12)
    x, y = dice.uniform(246, 320), dice.uniform(176, 210)
    brings = visiting("dumper", Kind.PERSON, dice, _at((x + 34, y - 2), comes - 1.5, comes + 1.5))
    return [standing("heap", Kind.RUBBISH, dice, (Point(x, y), comes, 90.0)), brings]


def _wall_banner(dice: Random) -> Cast:
    """Hung over the shop windows by somebody who leaves."""
    comes, _ = _long(dice)
    x, y = dice.uniform(90, 280), dice.uniform(104, 124)
    hangs = visiting("hanger", Kind.PERSON, dice, _at((x, 158.0), comes - 4, comes + 1))
    return [standing("banner", Kind.BANNER, dice, (Point(x, y), comes, 90.0)), hangs]


def _fence_banner(dice: Random) -> Cast:
    comes, _ = _long(dice)
    foot = Point(dice.uniform(505, 545), dice.uniform(222, 226))
    return [standing("banner", Kind.BANNER, dice, (foot, comes, 90.0))]


def _gathering(dice: Random) -> Cast:
    """A dozen or more come to the square and stand about."""
    comes, leaves = dice.uniform(7, 11), dice.uniform(42, 48)
    places = [
        (36 + 24.0 * column + 10 * (row % 2), 152 + 15.0 * row)
        for row in range(5)
        for column in range(7)
    ]
    dice.shuffle(places)
    cast = []
    for index, (x, y) in enumerate(places[: dice.randint(14, 18)]):
        foot = (x + dice.uniform(-3, 3), y + dice.uniform(-3, 3))
        visit = _at(foot, comes + dice.uniform(0, 4), leaves + dice.uniform(0, 3))
        cast.append(visiting(f"gathers-{index}", Kind.PERSON, dice, visit))
    return cast


def _smoke(dice: Random) -> Cast:
    """Smoulders, grows, wavers."""
    begins = dice.uniform(8, 14)
    foot = Point(dice.uniform(60, 170), dice.uniform(150, 206))
    smoke = standing("smoke", Kind.SMOKE, dice, (foot, begins, 90.0))
    return [replace(smoke, grows_s=dice.uniform(8, 14))]


def _trespasser(dice: Random) -> Cast:
    """Goes into the closed site, about in it, and out again."""
    comes, y = dice.uniform(8, 12), dice.uniform(140, 150)
    path = [Keyframe(at=comes - 5, foot=Point(-30, 168)), Keyframe(at=comes, foot=Point(236, y))]
    at = comes
    for _ in range(3):
        stood, walked = at + dice.uniform(4, 8), dice.uniform(2, 4)
        path.append(Keyframe(at=stood, foot=path[-1].foot))
        at = stood + walked
        path.append(Keyframe(at=at, foot=Point(dice.uniform(234, 336), dice.uniform(139, 151))))
    path.append(Keyframe(at=at + 4, foot=path[-1].foot))
    path.append(Keyframe(at=at + 11, foot=Point(670, 166)))
    look = dice.randrange(1 << 30)
    return [Actor(identity="trespasser", kind=Kind.PERSON, path=tuple(path), look=look)]


def _long(dice: Random) -> tuple[float, float]:
    """From when until when something that matters stands: past every threshold of a test."""
    comes = dice.uniform(6, 13)
    return comes, comes + dice.uniform(28, 38)


def _at(foot: tuple[float, float], comes: float, leaves: float) -> Visit:
    return Visit(foot=Point(*foot), comes=comes, leaves=leaves)


def _offence(cast: Callable[[Random], Cast], *takes: str) -> Offence:
    return Offence(cast=cast, takes=frozenset(takes))


OFFENCES: Final[Mapping[str, Offence]] = {
    "fixed-vendor": _offence(_fixed_vendor, "square"),
    "mobile-vendor": _offence(_mobile_vendor, "square"),
    "shop-goods": _offence(_shop_goods, "shop"),
    "pavement-goods": _offence(_pavement_goods, "walkway"),
    "car-on-fire-lane": _offence(_parks("lane-car", (430, 530), (262, 288)), "lane"),
    "car-on-pavement": _offence(_parks("walkway-car", (270, 300), (188, 212)), "walkway", "bay"),
    "car-no-stopping": _offence(_parks("bay-car", (110, 230), (262, 286)), "bay"),
    "car-on-blind-track": _offence(_parks("track-car", (430, 560), (188, 201)), "track", "lane"),
    "blocked-exit": _offence(_blocked_exit, "exit", "lane"),
    "rubbish-heap": _offence(_rubbish, "walkway"),
    "wall-banner": _offence(_wall_banner, "wall"),
    "fence-banner": _offence(_fence_banner, "track"),
    "gathering": _offence(_gathering, "square"),
    "smoke": _offence(_smoke, "square"),
    "trespasser": _offence(_trespasser, "site"),
}
"""What a scored story is about, by the story's name."""
