"""Who looks like trouble and is none: queues, wheelchairs, prams, short stops, a sweeper."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from detectors.synthetic.casting import Visit, crossing, parking, queue, together, visiting
from detectors.synthetic.scenes import Actor, Kind
from schemas.geometry import Point

Cast = list[Actor]

SHORT_STOP_S: Final = (4.5, 6.0)
"""How long a delivery or a bus stands: with the way in and out under ten seconds in a ground."""


def decoys(dice: Random, *, taken: frozenset[str], count: int) -> Cast:
    """Some of them, none where something stands that matters (`taken`: parts of the street)."""
    free = [name for name, needs in _NEEDS.items() if not needs & taken]
    dice.shuffle(free)
    cast: Cast = []
    busy = set(taken)
    for name in free:
        if count and not _NEEDS[name] & busy:
            cast += _CAST[name](dice)
            busy |= _NEEDS[name]
            count -= 1
    return cast


def bus_queue(dice: Random) -> Cast:
    """They wait on the kerb for a bus that stops for a few seconds."""
    comes = dice.uniform(30, 36)
    leaves = comes + dice.uniform(*SHORT_STOP_S)
    first = Point(dice.uniform(60, 90), dice.uniform(196, 214))
    bus = parking("bus", Kind.BUS, dice, _at((168, 268), comes, leaves))
    return [*queue("waits", dice, first, (dice.uniform(6, 12), leaves)), bus]


def waiting(dice: Random) -> Cast:
    """Somebody waits on the kerb for half a minute; in rain under an umbrella."""
    comes = dice.uniform(6, 14)
    foot = (dice.uniform(60, 180), dice.uniform(186, 214))
    visit = _at(foot, comes, comes + dice.uniform(22, 34))
    return [visiting("waits-alone", Kind.PERSON, dice, visit)]


def wheelchair(dice: Random) -> Cast:
    """Goes by, pushed or not."""
    way = (dice.uniform(182, 212), dice.uniform(2, 24), dice.uniform(18, 26))
    chair = crossing("wheelchair", Kind.WHEELCHAIR, dice, way)
    return [chair, *_pushed(chair, dice)] if dice.random() < 0.5 else [chair]


def pram(dice: Random) -> Cast:
    """Is pushed by, and stands for a while in some scenes."""
    if dice.random() < 0.5:
        way = (dice.uniform(182, 212), dice.uniform(2, 24), dice.uniform(16, 22))
        carried = crossing("pram", Kind.PRAM, dice, way)
    else:
        comes = dice.uniform(10, 16)
        foot = (dice.uniform(240, 330), dice.uniform(190, 212))
        carried = visiting("pram", Kind.PRAM, dice, _at(foot, comes, comes + 24))
    return [carried, *_pushed(carried, dice)]


def _pushed(leader: Actor, dice: Random) -> Cast:
    aside = dice.uniform(21, 27) * (1 if leader.heads_left() else -1)
    return [together(leader, f"pushes-{leader.identity}", Kind.PERSON, Point(aside, -2.0))]


def delivery_in_bay(dice: Random) -> Cast:
    """A van stops where nobody may, for some seconds."""
    return _delivery("bay-delivery", dice, (dice.uniform(130, 220), dice.uniform(268, 284)))


def delivery_on_lane(dice: Random) -> Cast:
    """A van stops on the fire lane, for some seconds."""
    return _delivery("lane-delivery", dice, (dice.uniform(440, 520), dice.uniform(268, 284)))


def _delivery(name: str, dice: Random, foot: tuple[float, float]) -> Cast:
    comes = dice.uniform(10, 34)
    visit = _at(foot, comes, comes + dice.uniform(*SHORT_STOP_S))
    return [parking(name, dice.choice([Kind.VAN, Kind.VAN, Kind.CAR]), dice, visit)]


def sweeper(dice: Random) -> Cast:
    """Passes slowly along the kerb, over bay and lane."""
    way = (dice.uniform(256, 276), dice.uniform(0, 14), dice.uniform(26, 38))
    return [crossing("sweeper", Kind.SWEEPER, dice, way)]


def far_sweeper(dice: Random) -> Cast:
    """Passes slowly in the middle of the road, before whatever stands at the kerb."""
    way = (dice.uniform(306, 314), dice.uniform(0, 14), dice.uniform(26, 38))
    return [crossing("sweeper", Kind.SWEEPER, dice, way)]


def _at(foot: tuple[float, float], comes: float, leaves: float) -> Visit:
    return Visit(foot=Point(*foot), comes=comes, leaves=leaves)


_CAST: Final[Mapping[str, Callable[[Random], Cast]]] = {
    "bus queue": bus_queue,
    "waiting": waiting,
    "wheelchair": wheelchair,
    "pram": pram,
    "delivery in bay": delivery_in_bay,
    "delivery on lane": delivery_on_lane,
    "sweeper": sweeper,
    "far sweeper": far_sweeper,
}
_NEEDS: Final[Mapping[str, frozenset[str]]] = {
    "bus queue": frozenset({"square", "bay"}),
    "waiting": frozenset({"square"}),
    "wheelchair": frozenset({"wheelchair"}),
    "pram": frozenset({"walkway"}),
    "delivery in bay": frozenset({"bay"}),
    "delivery on lane": frozenset({"lane"}),
    "sweeper": frozenset({"bay", "lane", "sweeper"}),
    "far sweeper": frozenset({"sweeper"}),
}
"""Which part of the street each needs for itself."""
