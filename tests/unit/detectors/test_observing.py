from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from detectors.looks import ALL_UNCHANGED, NOT_COMPARED
from detectors.observing import Limits, Observer, Post, Told
from detectors.rules import Rule
from schemas.camera import Camera, Zone, ZoneKind
from schemas.geometry import BoxXYXY, FrameSize, Point, Polygon
from schemas.ids import CameraId, ZoneId
from schemas.matter import MatterKey
from schemas.observation import Phase, Thing
from schemas.place import Place

ZONE = Zone(
    id=ZoneId("bay"),
    kind=ZoneKind.FIRE_LANE,
    name="bay",
    outline=Polygon((Point(100, 100), Point(300, 100), Point(300, 200), Point(100, 200))),
    place=Place(id="bay"),
)
CAMERA = Camera(
    id=CameraId("cam"), name="cam", frame=FrameSize(width=640, height=360), zones=(ZONE,)
)
VEHICLES = Rule(
    id="V",
    matter=MatterKey("s", "matter", "1"),
    zone_kinds=frozenset({ZoneKind.FIRE_LANE}),
    things=frozenset({"vehicle"}),
)
VENDORS = Rule(
    id="S",
    matter=MatterKey("s", "matter", "2"),
    zone_kinds=frozenset({ZoneKind.FIRE_LANE}),
    things=frozenset({"stall", "umbrella"}),
    company=frozenset({"person"}),
    is_group=True,
)
STARTS_AT = datetime(2026, 11, 1, 8, tzinfo=UTC)


def an_observer(rule: Rule = VEHICLES, threshold_s: float = 10, **limits: timedelta) -> Observer:
    post = Post(rule=rule, zone=ZONE, threshold=timedelta(seconds=threshold_s))
    return Observer(CAMERA, [post], starts_at=STARTS_AT, limits=Limits(**limits))  # type: ignore[arg-type]


def a_thing(
    kind: str = "vehicle",
    x: float = 200,
    y: float = 150,
    track: str | None = "1",
    sure: float = 0.8,
) -> Thing:
    """Its foot stands at (x, y)."""
    box = BoxXYXY(x1=x - 30, y1=y - 40, x2=x + 30, y2=y)
    return Thing(kind=kind, box=box, confidence=sure, track=track)


def seconds(first: float, last: float) -> Iterator[timedelta]:
    at = first
    while at <= last:
        yield timedelta(seconds=at)
        at += 1


def watched(observer: Observer, first: float, last: float, *things: Thing) -> list[Told]:
    return [told for at in seconds(first, last) for told in observer.look(at, things, NOT_COMPARED)]


def phases(told: list[Told]) -> list[Phase]:
    return [one.phase for one in told]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        pytest.param(10, [], id="at the threshold is not over it"),
        pytest.param(11, [Phase.BEGAN], id="over the threshold it is told once"),
        pytest.param(60, [Phase.BEGAN], id="and not again and again"),
    ],
)
def test_a_stay_is_told_when_it_is_surely_over_the_threshold(
    last: float, expected: list[Phase]
) -> None:
    told = watched(an_observer(), 0, last, a_thing())

    assert phases(told) == expected


def test_somebody_beside_the_zone_is_nobody_in_it() -> None:
    told = watched(an_observer(), 0, 60, a_thing(x=320))

    assert told == []


def test_a_stay_that_is_over_ends_and_one_that_was_never_told_does_not() -> None:
    observer = an_observer()
    told = watched(observer, 0, 12, a_thing()) + watched(observer, 13, 30)
    other = an_observer()
    brief = watched(other, 0, 8, a_thing()) + watched(other, 9, 30)

    assert phases(told) == [Phase.BEGAN, Phase.ENDED]
    assert [one.sequence for one in told] == [0, 1]
    assert len({one.occurrence for one in told}) == 1
    assert brief == []


def test_what_nobody_saw_is_not_held_against_anybody() -> None:
    observer = an_observer()

    told = watched(observer, 0, 5, a_thing()) + watched(observer, 9, 14, a_thing())

    assert told == []  # 15 s from first to last sight, but only 10 s of it seen


def test_a_source_that_ends_leaves_the_stay_out_of_sight() -> None:
    observer = an_observer()
    told = watched(observer, 0, 12, a_thing()) + observer.end()

    assert phases(told) == [Phase.BEGAN, Phase.LOST_SIGHT]
    assert observer.end() == []


def test_an_unchanged_picture_counts_as_seen() -> None:
    observer = an_observer()
    told = watched(observer, 0, 2, a_thing())
    told += [one for at in seconds(3, 12) for one in observer.unchanged(at, ALL_UNCHANGED)]

    assert phases(told) == [Phase.BEGAN]


def test_an_identity_switch_on_the_spot_goes_on_with_the_same_stay() -> None:
    observer = an_observer()
    told = watched(observer, 0, 6, a_thing(track="1"))
    told += watched(observer, 7, 8) + watched(observer, 9, 16, a_thing(x=204, track="7"))

    assert phases(told) == [Phase.BEGAN]
    assert told[0].stay.first_seen == timedelta(0)


def test_two_that_stand_apart_are_two_even_when_they_begin_together() -> None:
    told = watched(an_observer(), 0, 12, a_thing(x=140, track="1"), a_thing(x=260, track="2"))

    assert phases(told) == [Phase.BEGAN, Phase.BEGAN]
    assert len({one.occurrence for one in told}) == 2


def test_the_same_recording_gives_the_same_occurrences() -> None:
    first = watched(an_observer(), 3, 20, a_thing(track="1"))
    again = watched(an_observer(), 3, 20, a_thing(track="99"))

    assert first[0].occurrence == again[0].occurrence


def test_it_is_told_again_from_time_to_time() -> None:
    observer = an_observer(continue_every=timedelta(seconds=20))

    told = watched(observer, 0, 60, a_thing())

    assert phases(told) == [Phase.BEGAN, Phase.CONTINUED, Phase.CONTINUED]


def test_it_is_told_again_when_the_evidence_is_better() -> None:
    observer = an_observer()

    told = watched(observer, 0, 20, a_thing(sure=0.5)) + watched(
        observer, 21, 60, a_thing(sure=0.9)
    )

    assert phases(told) == [Phase.BEGAN, Phase.CONTINUED]
    assert told[1].stay.looked_at - told[0].stay.looked_at >= timedelta(seconds=30)


def test_a_stall_its_umbrella_and_its_vendor_are_one_stay() -> None:
    stand = a_thing("stall", 180, track="1"), a_thing("umbrella", 190, track="2")
    vendor = a_thing("person", 225, track="3")

    told = watched(an_observer(VENDORS), 0, 15, *stand, vendor)

    assert phases(told) == [Phase.BEGAN]
    assert {thing.kind for thing in told[0].things} == {"stall", "umbrella", "person"}


def test_a_stall_without_anybody_is_no_vending() -> None:
    told = watched(an_observer(VENDORS), 0, 60, a_thing("stall", 180))

    assert told == []


def test_a_vendor_who_steps_away_stops_the_clock() -> None:
    observer = an_observer(VENDORS, lost_after=timedelta(seconds=30))
    stall, vendor = a_thing("stall", 180, track="1"), a_thing("person", 225, track="3")
    told = watched(observer, 0, 6, stall, vendor)
    told += watched(observer, 7, 14, stall)
    told += watched(observer, 15, 18, stall, vendor)

    assert told == []  # 18 s there, 9 s of it with somebody

    told = watched(observer, 19, 21, stall, vendor)
    assert phases(told) == [Phase.BEGAN]
