"""Composes scenes from a seed: the demo's stories, and the mix that a model is trained on."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from detectors.synthetic.casting import (
    PLAYED_S,
    arriving,
    crossing,
    going_to_and_fro,
    passers_by,
    standing,
    traffic,
)
from detectors.synthetic.conditions import dress
from detectors.synthetic.decoys import decoys
from detectors.synthetic.mixes import street_mix, training_mix
from detectors.synthetic.offences import OFFENCES
from detectors.synthetic.places import (
    FENCED_STREET,
    FIRE_LANE,
    NO_VENDING,
    PAVEMENT,
    SHOP_FRONT,
    STREET,
)
from detectors.synthetic.scenes import FRAME, Actor, Condition, Ground, Kind, Light, Scene
from schemas.errors import InvalidValueError
from schemas.geometry import Point

TRAINING_SEEDS: Final = range(1_000, 4_000)
VALIDATION_SEEDS: Final = range(5_000, 5_500)
DEMO_SEEDS: Final = range(9_000, 9_100)
BENCH_SEEDS: Final = range(20_000, 30_000)
"""The last two are never trained or validated on."""


def compose(*, seed: int, story: str, condition: Condition = Condition.DAY) -> Scene:
    """Make the scene of a story.

    The same seed, story and condition give the same scene, always. A condition changes what one
    sees and who else is about; what the story tells happens at the same places and seconds.
    """
    if story not in STORIES:
        raise InvalidValueError(expected=f"one of {', '.join(STORIES)}", got=story, field="story")
    dice = Random(f"{story}/{seed}")  # noqa: S311 - pictures, not secrets
    grounds, cast = STORIES[story](dice)
    scene = Scene(
        seed=seed,
        story=story,
        frame=FRAME,
        light=_light(dice),
        grounds=grounds,
        actors=tuple(cast),
    )
    return dress(scene, condition)


Told = tuple[tuple[Ground, ...], list[Actor]]


def _market_street(dice: Random) -> Told:
    """A vendor sets up in a no-vending zone; later a shop puts goods out and leaves them."""
    x = dice.uniform(150, 220)
    y = dice.uniform(202, 210)
    comes, leaves = 8.0, 46.0
    stand = [
        arriving("stall", Kind.STALL, dice, (Point(x, y), comes, leaves)),
        arriving("umbrella", Kind.UMBRELLA, dice, (Point(x, y + 1), comes + 1, leaves)),
        arriving("vendor", Kind.PERSON, dice, (Point(x + 50, y - 3), comes - 1, leaves)),
        arriving("tricycle", Kind.TRICYCLE, dice, (Point(x - 78, y - 4), comes - 2, leaves)),
    ]
    goods = [
        standing(f"goods-{i}", Kind.GOODS, dice, (Point(430 + 52 * i, 158), 14.0 + i, 90.0))
        for i in range(3)
    ]
    return (NO_VENDING, SHOP_FRONT), stand + goods + passers_by(dice, 5) + traffic(dice, 3)


def _fire_lane(dice: Random) -> Told:
    """A car parks on the fire lane, a van on the pavement; the others only pass."""
    parked = [
        arriving("lane-car", Kind.CAR, dice, (Point(dice.uniform(440, 500), 282), 7.0, 48.0)),
        arriving("pavement-van", Kind.VAN, dice, (Point(dice.uniform(130, 180), 208), 12.0, 90.0)),
    ]
    walkers = [w for w in passers_by(dice, 4) if w.path[0].foot.y < 190]
    return (FIRE_LANE, PAVEMENT), parked + walkers + traffic(dice, 2, y=338)


def _quiet(dice: Random) -> Told:
    """People and cars go by, and nobody stays."""
    return (NO_VENDING, SHOP_FRONT, FIRE_LANE), passers_by(dice, 7) + traffic(dice, 5, y=330)


def _scored(*names: str) -> Callable[[Random], Told]:
    """Offences on a street with all its grounds, hard negatives among them, and passers-by."""

    def told(dice: Random) -> Told:
        offences = [OFFENCES[name] for name in names]
        cast = [actor for offence in offences for actor in offence.cast(dice)]
        taken = frozenset(part for offence in offences for part in offence.takes)
        cast += decoys(dice, taken=taken, count=dice.randint(2, 3) if names else 4)
        cast += passers_by(dice, dice.randint(3, 5)) + traffic(dice, 3, y=330)
        return FENCED_STREET if "fence-banner" in names else STREET, cast

    return told


def _still(*, has_car: bool) -> Callable[[Random], Told]:
    """Nothing moves, for ever."""

    def told(dice: Random) -> Told:
        cast = [
            standing("bicycle", Kind.BICYCLE, dice, (Point(390, 172), -1.0, PLAYED_S)),
            standing("waste", Kind.RUBBISH, dice, (Point(620, 176), -1.0, PLAYED_S)),
        ]
        if has_car:
            foot = Point(dice.uniform(440, 520), dice.uniform(268, 284))
            cast.append(standing("lane-car", Kind.CAR, dice, (foot, -1.0, PLAYED_S)))
        return STREET, cast

    return told


def _normal(dice: Random) -> Told:
    """Somebody or something goes by about a third of the time, for ten minutes."""
    cast: list[Actor] = []
    begins = dice.uniform(2, 12)
    while begins < PLAYED_S:
        which = len(cast)
        if dice.random() < 0.6:
            way = (dice.uniform(172, 212), begins, dice.uniform(11, 16))
            cast.append(crossing(f"walker-{which}", Kind.PERSON, dice, way))
        else:
            way = (dice.uniform(262, 284), begins, dice.uniform(4, 6))
            cast.append(crossing(f"car-{which}", dice.choice([Kind.CAR, Kind.VAN]), dice, way))
        begins += dice.uniform(12, 50)
    return STREET, cast


def _busy(dice: Random) -> Told:
    """Always movement in the zones, and nobody stays, for ten minutes."""
    cast = [
        walker
        for index in range(10)
        for walker in going_to_and_fro(f"walker-{index}", dice, y=dice.uniform(162, 216))
    ]
    begins = 0.0
    while begins < PLAYED_S:
        way = (dice.uniform(262, 284), begins, dice.uniform(4, 6))
        cast.append(crossing(f"car-{len(cast)}", dice.choice([Kind.CAR, Kind.VAN]), dice, way))
        begins += dice.uniform(3, 5)
    return STREET, cast


STORIES: Final[Mapping[str, Callable[[Random], Told]]] = {
    "market-street": _market_street,
    "fire-lane": _fire_lane,
    "quiet": _quiet,
    "training-mix": training_mix,
    "street-mix": street_mix,
    **{name: _scored(name) for name in OFFENCES},
    "market-day": _scored("fixed-vendor", "shop-goods", "pavement-goods"),
    "parked-everywhere": _scored("car-on-fire-lane", "car-no-stopping"),
    "decoys-only": _scored(),
    "still": _still(has_car=False),
    "still-parked": _still(has_car=True),
    "normal": _normal,
    "busy": _busy,
}
SCORED: Final = (*OFFENCES, "market-day", "parked-everywhere", "decoys-only")
"""What a scorer plays, each for `SCORED_S` seconds and in every condition."""
SCORED_S: Final = 60.0


def _light(dice: Random) -> Light:
    return Light(
        gain=dice.uniform(0.78, 1.12),
        warmth=dice.uniform(-0.04, 0.08),
        noise=dice.uniform(1.5, 5.0),
        shadow=dice.uniform(0.2, 0.45),
    )
