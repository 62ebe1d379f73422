"""Composes scenes from a seed: the demo's stories, and the mix that a model is trained on."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from detectors.synthetic.scenes import (
    FRAME,
    KERB,
    PAVEMENT_TOP,
    Actor,
    Ground,
    Keyframe,
    Kind,
    Light,
    Scene,
)
from schemas.camera import ZoneKind
from schemas.errors import InvalidValueError
from schemas.geometry import Point, Polygon

TRAINING_SEEDS: Final = range(1_000, 3_000)
VALIDATION_SEEDS: Final = range(5_000, 5_500)
DEMO_SEEDS: Final = range(9_000, 9_100)
"""Never trained or validated on."""


def _area(x1: float, y1: float, x2: float, y2: float) -> Polygon:
    return Polygon((Point(x1, y1), Point(x2, y1), Point(x2, y2), Point(x1, y2)))


NO_VENDING: Final = Ground(
    name="no vending", kind=ZoneKind.NO_VENDING, outline=_area(40, 168, 330, 219)
)
SHOP_FRONT: Final = Ground(
    name="shop front", kind=ZoneKind.SHOP_FRONT, outline=_area(370, 136, 600, 166)
)
PAVEMENT: Final = Ground(name="pavement", kind=ZoneKind.PAVEMENT, outline=_area(30, 150, 290, 219))
FIRE_LANE: Final = Ground(
    name="fire lane", kind=ZoneKind.FIRE_LANE, outline=_area(340, 228, 620, 296)
)


def compose(*, seed: int, story: str) -> Scene:
    """Make the scene of a story. The same seed and story give the same scene, always."""
    if story not in STORIES:
        raise InvalidValueError(expected=f"one of {', '.join(STORIES)}", got=story, field="story")
    dice = Random(f"{story}/{seed}")  # noqa: S311 - pictures, not secrets
    grounds, cast = STORIES[story](dice)
    return Scene(
        seed=seed,
        story=story,
        frame=FRAME,
        light=_light(dice),
        grounds=grounds,
        actors=tuple(cast),
    )


Told = tuple[tuple[Ground, ...], list[Actor]]


def _market_street(dice: Random) -> Told:
    """A vendor sets up in a no-vending zone; later a shop puts goods out and leaves them."""
    x = dice.uniform(150, 220)
    y = dice.uniform(202, 210)
    comes, leaves = 8.0, 46.0
    stand = [
        _arriving("stall", Kind.STALL, dice, (Point(x, y), comes, leaves)),
        _arriving("umbrella", Kind.UMBRELLA, dice, (Point(x, y + 1), comes + 1, leaves)),
        _arriving("vendor", Kind.PERSON, dice, (Point(x + 50, y - 3), comes - 1, leaves)),
        _arriving("tricycle", Kind.TRICYCLE, dice, (Point(x - 78, y - 4), comes - 2, leaves)),
    ]
    goods = [
        _standing(f"goods-{i}", Kind.GOODS, dice, (Point(430 + 52 * i, 158), 14.0 + i, 90.0))
        for i in range(3)
    ]
    return (NO_VENDING, SHOP_FRONT), stand + goods + _passers_by(dice, 5) + _traffic(dice, 3)


def _fire_lane(dice: Random) -> Told:
    """A car parks on the fire lane, a van on the pavement; the others only pass."""
    parked = [
        _arriving("lane-car", Kind.CAR, dice, (Point(dice.uniform(440, 500), 282), 7.0, 48.0)),
        _arriving("pavement-van", Kind.VAN, dice, (Point(dice.uniform(130, 180), 208), 12.0, 90.0)),
    ]
    walkers = [w for w in _passers_by(dice, 4) if w.path[0].foot.y < 190]
    return (FIRE_LANE, PAVEMENT), parked + walkers + _traffic(dice, 2, y=338)


def _quiet(dice: Random) -> Told:
    """People and cars go by, and nobody stays."""
    return (NO_VENDING, SHOP_FRONT, FIRE_LANE), _passers_by(dice, 7) + _traffic(dice, 5, y=330)


def _training_mix(dice: Random) -> Told:
    """One instant of everything everywhere, with and without painted ground."""
    cast: list[Actor] = []
    for index in range(dice.randint(4, 13)):
        kind = dice.choice([*Kind, Kind.PERSON, Kind.PERSON, Kind.CAR, Kind.GOODS, Kind.STALL])
        low = KERB - 6 if kind in {Kind.CAR, Kind.VAN} and dice.random() < 0.7 else PAVEMENT_TOP + 8
        foot = Point(dice.uniform(10, FRAME.width - 10), dice.uniform(low, FRAME.height + 4))
        name = f"{kind}-{index}"
        cast.append(_standing(name, kind, dice, (foot, 0.0, 1.0)))
        if kind is Kind.STALL and dice.random() < 0.75:
            over = Point(foot.x + dice.uniform(-8, 8), foot.y + 1)
            cast.append(_standing(f"over-{index}", Kind.UMBRELLA, dice, (over, 0.0, 1.0)))
        if kind in {Kind.STALL, Kind.TRICYCLE} and dice.random() < 0.75:
            beside = Point(foot.x + dice.choice([-1, 1]) * dice.uniform(36, 56), foot.y - 3)
            cast.append(_standing(f"by-{index}", Kind.PERSON, dice, (beside, 0.0, 1.0)))
    grounds = tuple(g for g in (NO_VENDING, FIRE_LANE) if dice.random() < 0.5)
    return grounds, cast


STORIES: Final[Mapping[str, Callable[[Random], Told]]] = {
    "market-street": _market_street,
    "fire-lane": _fire_lane,
    "quiet": _quiet,
    "training-mix": _training_mix,
}


def _light(dice: Random) -> Light:
    return Light(
        gain=dice.uniform(0.78, 1.12),
        warmth=dice.uniform(-0.04, 0.08),
        noise=dice.uniform(1.5, 5.0),
        shadow=dice.uniform(0.2, 0.45),
    )


def _standing(name: str, kind: Kind, dice: Random, when: tuple[Point, float, float]) -> Actor:
    foot, begins, ends = when
    path = (Keyframe(at=begins, foot=foot), Keyframe(at=ends, foot=foot))
    return Actor(identity=name, kind=kind, path=path, look=dice.randrange(1 << 30))


def _arriving(name: str, kind: Kind, dice: Random, when: tuple[Point, float, float]) -> Actor:
    """Comes in from the left at the same depth, stays, and goes on to the right."""
    foot, comes, leaves = when
    path = (
        Keyframe(at=max(0.0, comes - 5), foot=Point(-120, foot.y)),
        Keyframe(at=comes, foot=foot),
        Keyframe(at=leaves, foot=foot),
        Keyframe(at=leaves + 6, foot=Point(FRAME.width + 160, foot.y)),
    )
    return Actor(identity=name, kind=kind, path=path, look=dice.randrange(1 << 30))


def _passers_by(dice: Random, count: int) -> list[Actor]:
    return [
        _crossing(
            f"walker-{i}",
            dice.choice([Kind.PERSON, Kind.PERSON, Kind.PERSON, Kind.BICYCLE]),
            dice,
            (dice.uniform(170, 214), dice.uniform(0, 45), dice.uniform(11, 17)),
        )
        for i in range(count)
    ]


def _traffic(dice: Random, count: int, *, y: float = 318) -> list[Actor]:
    return [
        _crossing(
            f"traffic-{i}",
            dice.choice([Kind.CAR, Kind.CAR, Kind.VAN]),
            dice,
            (y + dice.uniform(-6, 8), 3 + 11.0 * i + dice.uniform(0, 4), dice.uniform(4, 6)),
        )
        for i in range(count)
    ]


def _crossing(name: str, kind: Kind, dice: Random, way: tuple[float, float, float]) -> Actor:
    """From one side to the other; never stops."""
    y, begins, lasts = way
    ends = [Point(-110, y), Point(FRAME.width + 110, y)]
    dice.shuffle(ends)
    path = (Keyframe(at=begins, foot=ends[0]), Keyframe(at=begins + lasts, foot=ends[1]))
    return Actor(identity=name, kind=kind, path=path, look=dice.randrange(1 << 30))
