"""Builds what an observer tells, for tests of evidence: a stall with its vendor before a gate."""

from datetime import timedelta
from typing import Any, Final

from detectors.dwell import SEEN, Knowing, Stay, Stretch
from detectors.observing import Post, Told
from detectors.rulebook import BASE, read_rules
from schemas.camera import Zone, ZoneKind
from schemas.geometry import BoxXYXY, Point, Polygon
from schemas.ids import OccurrenceId, ZoneId
from schemas.observation import Phase, Thing
from schemas.place import Place
from schemas.values import replace
from schemas.words import Words
from tests.support.builders import a_digest

S: Final = timedelta(seconds=1)
ZONE: Final = Zone(
    id=ZoneId("no-vending"),
    kind=ZoneKind.NO_VENDING,
    name="北门 North gate",
    outline=Polygon((Point(40, 168), Point(330, 168), Point(330, 219), Point(40, 219))),
    place=Place(id="north-gate"),
)


def a_thing(kind: str, *box: float, track: str | None = None, confidence: float = 0.9) -> Thing:
    x1, y1, x2, y2 = box
    return Thing(
        kind=kind, box=BoxXYXY(x1=x1, y1=y1, x2=x2, y2=y2), confidence=confidence, track=track
    )


STALL: Final = a_thing("stall", 150, 160, 250, 215, track="1", confidence=0.91)
VENDOR: Final = a_thing("person", 255, 150, 275, 210, track="2", confidence=0.85)


def a_stay(*stretches: Stretch) -> Stay:
    made = stretches or (
        Stretch(knowing=Knowing.DETECTED, begins=2 * S, ends=12 * S),
        Stretch(knowing=Knowing.GAP, begins=12 * S, ends=14 * S),
        Stretch(knowing=Knowing.WATCHED, begins=14 * S, ends=20 * S),
    )
    return Stay(
        first_seen=made[0].begins,
        last_seen=made[-1].ends,
        looked_at=made[-1].ends,
        knowing=made[-1].knowing,
        not_before=made[0].begins,
        seen=sum((each.length for each in made if each.knowing in SEEN), timedelta(0)),
        stretches=made,
    )


def a_telling(*things: Thing, **changes: Any) -> Told:
    rule = next(
        each
        for each in read_rules(BASE.read_text("utf-8"), name="base")
        if each.id == "V02-street-vending"
    )
    told = Told(
        post=Post(rule=rule, zone=ZONE, threshold=10 * S),
        occurrence=OccurrenceId(a_digest("a stay")),
        phase=Phase.BEGAN,
        sequence=0,
        stay=a_stay(),
        things=things or (STALL, VENDOR),
        confidence=0.88,
        reason=Words("占道摊贩，看到16秒", "a stall, seen for 16 s"),
    )
    return replace(told, **changes)
