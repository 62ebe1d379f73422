"""Has the drawing of each kind of thing, large and with transparency; rendering scales it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from random import Random
from typing import Final

import numpy as np

from detectors.synthetic import people, rolling, wares
from detectors.synthetic.brush import Brush, Picture
from detectors.synthetic.scenes import SIZES, Kind

_DRAW: Final[Mapping[Kind, Callable[[Brush, Random, int], None]]] = {
    Kind.PERSON: people.person,
    Kind.CAR: rolling.car,
    Kind.VAN: rolling.van,
    Kind.TRICYCLE: rolling.tricycle,
    Kind.STALL: wares.stall,
    Kind.UMBRELLA: wares.umbrella,
    Kind.GOODS: wares.goods,
    Kind.BICYCLE: rolling.bicycle,
    Kind.BUS: rolling.bus,
    Kind.WHEELCHAIR: people.wheelchair,
    Kind.PRAM: people.pram,
    Kind.SWEEPER: rolling.sweeper,
    Kind.RUBBISH: wares.rubbish,
    Kind.BANNER: wares.banner,
    Kind.SMOKE: wares.smoke,
}
HELD_UMBRELLA: Final = (58.0, 26.0)
"""Width and height at scale 1 of what a walker holds over the head."""


@lru_cache(maxsize=512)
def sprite(kind: Kind, look: int, stride: int, *, heads_left: bool) -> Picture:
    """The thing as (H, W, 4) BGRA at `UP` times scale 1; the same arguments, the same bytes."""
    brush = Brush(SIZES[kind])
    _DRAW[kind](brush, Random(look), stride)  # noqa: S311 - pictures, not secrets
    is_turned = heads_left and kind is not Kind.BANNER  # letters are never mirrored
    return np.ascontiguousarray(brush.sheet[:, ::-1]) if is_turned else brush.sheet


@lru_cache(maxsize=128)
def held_umbrella(look: int) -> Picture:
    """What a walker in rain holds, as (H, W, 4) BGRA at `UP` times scale 1."""
    brush = Brush(HELD_UMBRELLA)
    people.held_umbrella(brush, Random(look), 0)  # noqa: S311 - pictures, not secrets
    return brush.sheet
