"""What is really there: exact boxes at an instant, exact stays over a clip."""

from collections.abc import Sequence
from dataclasses import dataclass

from detectors.synthetic.scenes import FRAME, Actor, Ground, Kind, Scene, box_at, by_depth
from schemas.geometry import BoxXYXY

_GRID = 12
_STEP_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A thing in the picture: its box cut at the frame, and how much of it nothing covers."""

    identity: str
    kind: Kind
    box: BoxXYXY
    visible: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A foot in a piece of ground, in seconds of media time, exact to a twentieth."""

    identity: str
    kind: Kind
    ground: str
    begins: float
    ends: float


def truth_at(scene: Scene, seconds: float) -> Sequence[Seen]:
    """Everybody in the picture at a second of media time."""
    there = [(actor, box_at(actor.kind, foot)) for actor, foot in by_depth(scene, seconds)]
    seen: list[Seen] = []
    for index, (actor, whole) in enumerate(there):
        box = _cut(whole)
        if box is not None:
            nearer = [other for _, other in there[index + 1 :]]
            seen.append(
                Seen(
                    identity=actor.identity,
                    kind=actor.kind,
                    box=box,
                    visible=_uncovered(whole, nearer),
                )
            )
    return seen


def stays(scene: Scene, *, until: float) -> Sequence[Stay]:
    """Every unbroken stretch of a foot in a ground within [0, until]."""
    return [
        stay
        for actor in scene.actors
        for ground in scene.grounds
        for stay in _stays_of(actor, ground, until)
    ]


def _stays_of(actor: Actor, ground: Ground, until: float) -> list[Stay]:
    found: list[Stay] = []
    began: float | None = None
    for step in range(int(until / _STEP_S) + 2):
        at = step * _STEP_S
        foot = actor.foot_at(at) if at <= until else None
        is_in = foot is not None and ground.outline.contains(foot)
        if is_in and began is None:
            began = at
        elif not is_in and began is not None:
            found.append(
                Stay(
                    identity=actor.identity,
                    kind=actor.kind,
                    ground=ground.name,
                    begins=began,
                    ends=min(at, until),
                )
            )
            began = None
    return found


def _cut(box: BoxXYXY) -> BoxXYXY | None:
    x1, y1 = max(0.0, box.x1), max(0.0, box.y1)
    x2, y2 = min(float(FRAME.width), box.x2), min(float(FRAME.height), box.y2)
    return BoxXYXY(x1=x1, y1=y1, x2=x2, y2=y2) if x2 - x1 > 1 and y2 - y1 > 1 else None


def _uncovered(box: BoxXYXY, nearer: Sequence[BoxXYXY]) -> float:
    """Share of a grid of points that is in the frame and under nobody nearer."""
    free = 0
    for row in range(_GRID):
        for column in range(_GRID):
            x = box.x1 + (column + 0.5) / _GRID * (box.x2 - box.x1)
            y = box.y1 + (row + 0.5) / _GRID * (box.y2 - box.y1)
            in_frame = 0 <= x < FRAME.width and 0 <= y < FRAME.height
            covered = any(o.x1 <= x < o.x2 and o.y1 <= y < o.y2 for o in nearer)
            free += in_frame and not covered
    return free / _GRID**2
