"""What is really there: exact boxes at an instant, exact stays over a clip."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from detectors.synthetic.scenes import FRAME, Actor, Kind, Scene, by_depth, extent
from detectors.synthetic.screens import solid_parts
from detectors.synthetic.shaking import shift_at
from detectors.synthetic.wrongs import WRONGS, Watch, Wrong
from schemas.geometry import BoxXYXY, Point

_GRID = 12
_STEP_S = 0.05
_CANOPY = 0.36


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What a rule is about really stood in a ground, in seconds of media time, to a twentieth.

    Whether it lasted long enough for anybody's threshold is not asked. `comes` and `goes` are when
    those who took part were in the ground at all, moving or not: comes <= begins, ends <= goes.
    """

    rule: str
    ground: str
    begins: float
    ends: float
    comes: float
    goes: float
    identities: tuple[str, ...]


def truth_at(scene: Scene, seconds: float) -> Sequence[Seen]:
    """Everybody in the picture at a second of media time, where the picture shows them.

    A shaken camera shows them shifted; grounds and stays are those of a camera at rest.
    """
    shift = shift_at(scene, seconds)
    there = [
        (actor, _shifted(extent(actor, foot, seconds), shift))
        for actor, foot in by_depth(scene, seconds)
    ]
    screens = [_shifted(part, shift) for one in scene.screens for part in solid_parts(one)]
    seen: list[Seen] = []
    for index, (actor, whole) in enumerate(there):
        box = _cut(whole)
        if box is not None:
            nearer = [_solid(other, its) for other, its in there[index + 1 :] if _hides(other)]
            seen.append(
                Seen(
                    identity=actor.identity,
                    kind=actor.kind,
                    box=box,
                    visible=_uncovered(whole, [*nearer, *screens]),
                )
            )
    return seen


def stays(scene: Scene, *, until: float) -> Sequence[Stay]:
    """Every unbroken stretch of a foot in a ground within [0, until]."""
    return [
        Stay(
            identity=actor.identity,
            kind=actor.kind,
            ground=ground.name,
            begins=begins,
            ends=ends,
        )
        for actor in scene.actors
        for ground in scene.grounds
        for begins, ends in stretches(partial(ground.holds, actor), until=until)
    ]


def violations(scene: Scene, until: float) -> Sequence[Violation]:
    """Everything within [0, until] that breaks a rule of `wrongs`, by rule and time."""
    found = [
        violation
        for wrong in WRONGS
        for ground in scene.grounds
        if ground.kind in wrong.grounds
        for party in _parties(wrong, scene, until)
        for violation in _violations_of(
            party, Watch(wrong=wrong, ground=ground, scene=scene), until
        )
    ]
    return sorted(found, key=lambda one: (one.rule, one.begins, one.identities))


def _parties(wrong: Wrong, scene: Scene, until: float) -> Sequence[tuple[Actor, ...]]:
    """Who breaks it together: all such things of a ground, or each for itself."""
    things = tuple(
        actor for actor in scene.actors if actor.kind in wrong.things and actor.path[0].at <= until
    )
    return [things] if wrong.is_group else [(thing,) for thing in things]


def _violations_of(party: Sequence[Actor], watch: Watch, until: float) -> Sequence[Violation]:
    spans = stretches(lambda at: watch.is_broken_by(party, at), until=until)
    return [_violation(party, watch, span, until) for span in spans]


def _violation(
    party: Sequence[Actor], watch: Watch, span: tuple[float, float], until: float
) -> Violation:
    begins, ends = span
    took_part = [
        actor
        for actor in party
        if any(watch.counts(actor, at) for at in _grid(until) if begins <= at < ends)
    ]
    around = stretches(
        lambda at: any(watch.ground.holds(actor, at) for actor in took_part), until=until
    )
    comes, goes = next(one for one in around if one[0] <= begins < one[1])
    return Violation(
        rule=watch.wrong.rule,
        ground=watch.ground.name,
        begins=begins,
        ends=ends,
        comes=comes,
        goes=max(goes, ends),
        identities=tuple(sorted(actor.identity for actor in took_part)),
    )


def stretches(holds: Callable[[float], bool], *, until: float) -> Sequence[tuple[float, float]]:
    """From when until when something held without a break within [0, until], to a twentieth."""
    found: list[tuple[float, float]] = []
    began: float | None = None
    for at in _grid(until):
        is_so = at <= until and holds(at)
        if is_so and began is None:
            began = at
        elif not is_so and began is not None:
            found.append((began, min(at, until)))
            began = None
    return found


def _grid(until: float) -> Sequence[float]:
    """Every twentieth of a second in [0, until], and one beyond."""
    return [step * _STEP_S for step in range(int(until / _STEP_S) + 2)]


def _hides(actor: Actor) -> bool:
    """One sees through smoke."""
    return actor.kind is not Kind.SMOKE


def _solid(actor: Actor, box: BoxXYXY) -> BoxXYXY:
    """The part of it that hides what is behind: of a parasol the canopy only."""
    if actor.kind is not Kind.UMBRELLA:
        return box
    return replace(box, y2=box.y1 + _CANOPY * (box.y2 - box.y1))


def _shifted(box: BoxXYXY, shift: Point) -> BoxXYXY:
    return BoxXYXY(
        x1=box.x1 + shift.x, y1=box.y1 + shift.y, x2=box.x2 + shift.x, y2=box.y2 + shift.y
    )


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
