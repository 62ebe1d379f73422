"""Builds what an observer watches, for tests: name only what the test is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from detectors.observing import Limits, Observer, Post, Recorded
from detectors.rules import Rule
from schemas.camera import Camera, Zone, ZoneKind
from schemas.geometry import BoxXYXY, FrameSize, Point, Polygon
from schemas.ids import CameraId, ZoneId
from schemas.matter import MatterKey
from schemas.observation import Thing
from schemas.place import Place

STARTS_AT: Final = datetime(2026, 11, 1, 8, tzinfo=UTC)
FRAME: Final = FrameSize(width=1280, height=720)


def an_area(x1: float, y1: float, x2: float, y2: float) -> Polygon:
    return Polygon((Point(x1, y1), Point(x2, y1), Point(x2, y2), Point(x1, y2)))


def a_zone(
    outline: Polygon | None = None,
    *,
    id: str = "bay",  # noqa: A002 - the field's name
    kind: ZoneKind = ZoneKind.FIRE_LANE,
    **more: Any,
) -> Zone:
    """By default all of the picture but its edges."""
    return Zone(
        id=ZoneId(id),
        kind=kind,
        name=id,
        outline=outline or an_area(20, 20, 1260, 700),
        place=Place(id=id),
        **more,
    )


def a_camera(*zones: Zone, **more: Any) -> Camera:
    return Camera(id=CameraId("cam"), name="cam", frame=FRAME, zones=zones, **more)


def a_rule(
    *things: str,
    id: str = "V",  # noqa: A002 - the field's name
    zones: Sequence[ZoneKind] = (ZoneKind.FIRE_LANE,),
    **more: Any,
) -> Rule:
    for name in ("also", "company", "apart_from"):
        if name in more:
            more[name] = frozenset(more[name])
    return Rule(
        id=id,
        matter=MatterKey("s", "matter", "1"),
        zone_kinds=frozenset(zones),
        things=frozenset(things or ("vehicle",)),
        **more,
    )


def an_observer(
    rule: Rule | None = None,
    *,
    threshold_s: float = 10,
    zone: Zone | None = None,
    starts_at: datetime = STARTS_AT,
    recorded: Recorded | None = None,
    limits: Limits | None = None,
    **camera: Any,
) -> Observer:
    zone = zone or a_zone()
    post = Post(rule=rule or a_rule(), zone=zone, threshold=timedelta(seconds=threshold_s))
    return Observer(
        a_camera(zone, **camera),
        [post],
        starts_at=starts_at,
        limits=limits or Limits(),
        recorded=recorded,
    )


def a_thing(
    kind: str = "vehicle",
    x: float = 200,
    y: float = 300,
    *,
    track: str | None = "1",
    sure: float = 0.8,
    size: tuple[float, float] = (60, 40),
) -> Thing:
    """Its foot stands at (x, y)."""
    width, height = size
    box = BoxXYXY(x1=x - width / 2, y1=y - height, x2=x + width / 2, y2=y)
    return Thing(kind=kind, box=box, confidence=sure, track=track)


def s(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def every(step: float, first: float, last: float) -> list[timedelta]:
    """Instants from the first to the last, both included."""
    count = round((last - first) / step)
    return [timedelta(milliseconds=round(1000 * (first + step * i))) for i in range(count + 1)]
