"""How far a shaken camera strays: slow swaying, and now and then a knock that dies away."""

import math
from random import Random
from typing import Final

from detectors.synthetic.scenes import Scene
from schemas.geometry import Point

_KNOCK_EVERY_S: Final = 5.0
_RINGS_FOR_S: Final = 1.2


def shift_at(scene: Scene, seconds: float) -> Point:
    """By how many pixels the picture lies beside that of a camera at rest."""
    if not scene.shake_px:
        return Point(0.0, 0.0)
    dice = Random(f"shake/{scene.seed}")  # noqa: S311 - pictures, not secrets
    across = _sway(dice, seconds) + _knock(scene.seed, seconds, "across")
    down = _sway(dice, seconds) + _knock(scene.seed, seconds, "down")
    return Point(scene.shake_px * across, scene.shake_px * down)


def _sway(dice: Random, seconds: float) -> float:
    """Within [-0.5, 0.5]."""
    waves = [(dice.uniform(0.15, 0.9), dice.uniform(0, math.tau)) for _ in range(3)]
    return sum(math.sin(math.tau * pace * seconds + phase) for pace, phase in waves) / 6


def _knock(seed: int, seconds: float, way: str) -> float:
    """Within [-0.5, 0.5]: one knock in each stretch, ringing for about a second."""
    stretch = math.floor(seconds / _KNOCK_EVERY_S)
    dice = Random(f"knock/{seed}/{stretch}/{way}")  # noqa: S311 - pictures, not secrets
    hit_at = (stretch + dice.uniform(0.0, 0.7)) * _KNOCK_EVERY_S
    strength, since = dice.uniform(-0.5, 0.5), seconds - hit_at
    if since < 0:
        return 0.0
    return strength * math.cos(math.tau * 4 * since) * math.exp(-3 * since / _RINGS_FOR_S)
