"""A scene as a value: who is where at which second. Nothing is drawn here.

  0 ┌───────────────────────────┐
    │ houses, shop fronts       │
130 ├───────────────────────────┤
    │ pavement                  │   things nearer to the camera (lower) are larger
222 ├── kerb ───────────────────┤
    │ road, fire lane           │
360 └───────────────────────────┘
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from detectors.synthetic.screens import Screen
from schemas.camera import ZoneKind
from schemas.errors import InvalidValueError
from schemas.geometry import BoxXYXY, FrameSize, Point, Polygon

FRAME: Final = FrameSize(width=640, height=360)
PAVEMENT_TOP: Final = 130.0
KERB: Final = 222.0
_SEEDLING: Final = 0.35
"""How large a growing thing is when it comes."""


class Kind(StrEnum):
    """What walks, rolls or stands on the street. The order is the model's class order."""

    PERSON = "person"
    CAR = "car"
    VAN = "van"
    TRICYCLE = "tricycle"
    STALL = "stall"
    UMBRELLA = "umbrella"
    GOODS = "goods"
    BICYCLE = "bicycle"
    BUS = "bus"
    WHEELCHAIR = "wheelchair"
    PRAM = "pram"
    SWEEPER = "sweeper"
    RUBBISH = "rubbish"
    BANNER = "banner"
    SMOKE = "smoke"


SIZES: Final[Mapping[Kind, tuple[float, float]]] = {
    Kind.PERSON: (26, 72),
    Kind.CAR: (150, 62),
    Kind.VAN: (164, 92),
    Kind.TRICYCLE: (104, 74),
    Kind.STALL: (92, 50),
    Kind.UMBRELLA: (112, 104),
    Kind.GOODS: (56, 36),
    Kind.BICYCLE: (64, 48),
    Kind.BUS: (236, 104),
    Kind.WHEELCHAIR: (46, 64),
    Kind.PRAM: (48, 46),
    Kind.SWEEPER: (106, 70),
    Kind.RUBBISH: (74, 42),
    Kind.BANNER: (190, 42),
    Kind.SMOKE: (96, 146),
}
"""Width and height in pixels at scale 1."""


class Condition(StrEnum):
    """What makes a street hard to look at."""

    DAY = "day"
    DUSK = "dusk"
    RAIN = "rain"
    OCCLUSION = "occlusion"
    CROWD = "crowd"
    SHAKE = "shake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyframe:
    """Where the foot is at a second of media time."""

    at: float
    foot: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody or something. Moves in straight lines between keyframes; absent outside them.

    `look` seeds colours and direction, so that the same actor always looks the same. What
    `grows_s` is full-grown so many seconds after it came. A held umbrella is part of its person.
    """

    identity: str
    kind: Kind
    path: tuple[Keyframe, ...]
    look: int
    grows_s: float = 0.0
    holds_umbrella: bool = False

    def __post_init__(self) -> None:
        if not self.path or any(b.at < a.at for a, b in pairwise(self.path)):
            raise InvalidValueError(
                expected="keyframes in the order of time", got=self.identity, field="path"
            )

    def foot_at(self, seconds: float) -> Point | None:
        """Where it stands, or nothing while it isn't on the street."""
        if not self.path[0].at <= seconds <= self.path[-1].at:
            return None
        for before, after in pairwise(self.path):
            if seconds <= after.at:
                span = after.at - before.at
                part = 0.0 if span == 0 else (seconds - before.at) / span
                return Point(
                    before.foot.x + part * (after.foot.x - before.foot.x),
                    before.foot.y + part * (after.foot.y - before.foot.y),
                )
        return self.path[-1].foot

    def stands_at(self, seconds: float) -> bool:
        """Whether it is there and keeps its place."""
        if len(self.path) == 1:
            return seconds == self.path[0].at
        return any(
            before.at <= seconds <= after.at and before.foot == after.foot
            for before, after in pairwise(self.path)
        )

    def heads_left(self) -> bool:
        """Which way it faces: where it goes, or by its look when it goes nowhere."""
        way = self.path[-1].foot.x - self.path[0].foot.x
        return way < 0 if way else self.look % 2 == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A piece of ground that has a meaning."""

    name: str
    kind: ZoneKind
    outline: Polygon

    def holds(self, actor: Actor, seconds: float) -> bool:
        """Whether the actor's foot is in it."""
        foot = actor.foot_at(seconds)
        return foot is not None and self.outline.contains(foot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """`gain` 1 is noon; `warmth` shifts towards evening; `noise` is a standard deviation."""

    gain: float = 1.0
    warmth: float = 0.0
    noise: float = 3.0
    shadow: float = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All there is to know; rendering and truth follow from it alone.

    Grounds and paths are those of a camera at rest; `shake_px` is how far it strays.
    """

    seed: int
    story: str
    frame: FrameSize
    light: Light
    grounds: tuple[Ground, ...]
    actors: tuple[Actor, ...]
    condition: Condition = Condition.DAY
    screens: tuple[Screen, ...] = ()
    shake_px: float = 0.0


def scale_at(y: float) -> float:
    """How large things are whose foot is at `y`: nearer is larger."""
    return 0.62 + 0.62 * (y - PAVEMENT_TOP) / (FRAME.height - PAVEMENT_TOP)


def box_at(kind: Kind, foot: Point) -> BoxXYXY:
    """The whole extent of a full-grown thing, beyond the frame too."""
    return _box(kind, foot, scale_at(foot.y))


def extent(actor: Actor, foot: Point, seconds: float) -> BoxXYXY:
    """The whole extent of an actor at a second, beyond the frame too."""
    if not actor.grows_s:
        return box_at(actor.kind, foot)
    grown = min(1.0, (seconds - actor.path[0].at) / actor.grows_s)
    return _box(actor.kind, foot, scale_at(foot.y) * (_SEEDLING + (1 - _SEEDLING) * grown))


def _box(kind: Kind, foot: Point, scale: float) -> BoxXYXY:
    width, height = SIZES[kind]
    return BoxXYXY(
        x1=foot.x - width * scale / 2,
        y1=foot.y - height * scale,
        x2=foot.x + width * scale / 2,
        y2=foot.y,
    )


def by_depth(scene: Scene, seconds: float) -> Sequence[tuple[Actor, Point]]:
    """Who is there, the farthest first; an umbrella covers what stands under it."""
    there = [(actor, foot) for actor in scene.actors if (foot := actor.foot_at(seconds))]
    return sorted(there, key=lambda one: (one[1].y, one[0].kind is Kind.UMBRELLA, one[0].identity))
