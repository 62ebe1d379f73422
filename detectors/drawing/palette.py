"""The colours of everything that is drawn on pictures, in one place: blue-green-red."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Colour = tuple[int, int, int]

LIGHT: Final[Colour] = (245, 245, 245)
DARK: Final[Colour] = (24, 20, 18)
FAINT: Final[Colour] = (170, 165, 160)
ALARM: Final[Colour] = (48, 48, 214)
TOLD: Final[Colour] = (36, 170, 250)
EVIDENCE: Final[Colour] = (40, 80, 235)
DONE: Final[Colour] = (110, 205, 110)

ZONES: Final[tuple[Colour, ...]] = (
    (0, 159, 245),
    (233, 180, 66),
    (115, 190, 20),
    (190, 100, 225),
    (66, 228, 240),
    (220, 130, 120),
    (60, 100, 235),
    (235, 235, 235),
)
"""One a zone, in the order of the file: neighbours differ also for most who are colour-blind."""

_THINGS: Final[Mapping[str, Colour]] = MappingProxyType(
    {
        "person": (60, 200, 255),
        "vehicle": (255, 190, 80),
        "stall": (110, 230, 140),
        "umbrella": (220, 150, 240),
        "tricycle": (150, 220, 190),
        "goods": (130, 235, 235),
        "left-thing": (130, 150, 255),
        "smoke": (200, 200, 255),
        "flame": (90, 130, 255),
    }
)
_OTHER: Final[Colour] = (215, 215, 215)


def colour_of_zone(number: int) -> Colour:
    """The colour of the camera's zone with that number, from 0."""
    return ZONES[number % len(ZONES)]


def colour_of_thing(kind: str) -> Colour:
    """Light ones all: a label is written dark on them."""
    return _THINGS.get(kind, _OTHER)
