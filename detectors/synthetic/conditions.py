"""Dresses a scene for a condition: its light, who else is about, and what stands in the way."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Final

from detectors.synthetic.casting import PLAYED_S, going_to_and_fro, pacing, standing
from detectors.synthetic.scenes import (
    Actor,
    Condition,
    Kind,
    Light,
    Scene,
)
from detectors.synthetic.screens import Screen, ScreenKind
from schemas.geometry import Point

UNDER_PARASOLS: Final = ("vendor", "by-")
"""Those who sell stand under their own."""
_RIGHT_OF_SQUARE: Final = (226.0, 652.0)


def dress(scene: Scene, condition: Condition) -> Scene:
    """The same scene under a condition. By day it stays as it is."""
    if condition is Condition.DAY:
        return scene
    dice = Random(f"{condition}/{scene.story}/{scene.seed}")  # noqa: S311 - pictures, not secrets
    return replace(_DRESS[condition](scene, dice), condition=condition)


def _dusk(scene: Scene, dice: Random) -> Scene:
    light = Light(
        gain=dice.uniform(0.3, 0.5),
        warmth=dice.uniform(0.05, 0.13),
        noise=dice.uniform(6.0, 9.0),
        shadow=dice.uniform(0.05, 0.15),
    )
    return replace(scene, light=light)


def _rain(scene: Scene, dice: Random) -> Scene:
    light = Light(
        gain=dice.uniform(0.7, 0.9),
        warmth=dice.uniform(-0.06, 0.0),
        noise=dice.uniform(2.5, 5.0),
        shadow=dice.uniform(0.05, 0.15),
    )
    actors = tuple(
        replace(actor, holds_umbrella=_may_hold(actor) and _wants_cover(actor, dice))
        for actor in scene.actors
    )
    return replace(scene, light=light, actors=actors)


def _may_hold(actor: Actor) -> bool:
    return actor.kind is Kind.PERSON and not actor.identity.startswith(UNDER_PARASOLS)


def _wants_cover(actor: Actor, dice: Random) -> bool:
    return actor.identity.startswith("waits") or dice.random() < 0.65


def _occlusion(scene: Scene, dice: Random) -> Scene:
    """Two screens, and people who walk by close to the camera."""
    left = dice.uniform(60, 260)
    screens = tuple(
        Screen(kind=dice.choice(list(ScreenKind)), x=x, look=dice.randrange(1 << 30))
        for x in (left, left + dice.uniform(230, 320))
    )
    near = [
        walker
        for index in range(dice.randint(2, 3))
        for walker in going_to_and_fro(f"near-{index}", dice, y=dice.uniform(300, 352))
    ]
    return replace(scene, screens=screens, actors=scene.actors + tuple(near))


def _crowd(scene: Scene, dice: Random) -> Scene:
    """Fifteen to twenty-five more in the picture: on their way, up and down, standing in twos.

    Most keep to the right of the square, so that they don't become the crowd that a rule is about;
    who talks stands between grounds, so that nothing is hidden from the first second to the last.
    """
    walkers = [
        walker
        for index in range(dice.randint(5, 7))
        for walker in going_to_and_fro(f"crowd-{index}", dice, y=dice.uniform(160, 217))
    ]
    pacers = [
        pacing(f"pacer-{index}", dice, y=dice.uniform(160, 217), between=_RIGHT_OF_SQUARE)
        for index in range(dice.randint(8, 14))
    ]
    talkers = [
        standing(
            f"talker-{pair}-{side}", Kind.PERSON, dice, (Point(x + 24 * side, y), 0.0, PLAYED_S)
        )
        for pair, x in enumerate((dice.uniform(336, 342), dice.uniform(482, 488)))
        for y in (dice.uniform(170, 216),)
        for side in range(2)
    ]
    return replace(scene, actors=(*scene.actors, *walkers, *pacers, *talkers))


def _shake(scene: Scene, dice: Random) -> Scene:
    return replace(scene, shake_px=dice.uniform(4.0, 9.0))


_DRESS: Final[Mapping[Condition, Callable[[Scene, Random], Scene]]] = {
    Condition.DUSK: _dusk,
    Condition.RAIN: _rain,
    Condition.OCCLUSION: _occlusion,
    Condition.CROWD: _crowd,
    Condition.SHAKE: _shake,
}
