"""A value that can't exist is refused, and says what was expected and what came."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import pytest

from schemas.camera import Camera, Zone, ZoneKind
from schemas.dwell import Dwell
from schemas.errors import LONGEST_GOT, InvalidValueError
from schemas.events import Event
from schemas.evidence import EvidenceKind, EvidenceRef
from schemas.geometry import BoxXYXY, FrameSize, Point, Polygon
from schemas.ids import Address, CameraId, EventId, Partition, Sha256, ZoneId, sha256_text
from schemas.limit import Calendar, Limit, Unit
from schemas.matter import MatterKey, parse_matter
from schemas.observation import Thing
from schemas.place import Place
from schemas.signal import SignalKind, StreamSignal
from schemas.values import replace
from tests.support.builders import NOON, STALL, a_digest, a_place, an_event, an_observation

NAN: Final = float("nan")
ENDLESS: Final = float("inf")
NAIVE: Final = datetime(2026, 11, 20, 4)  # noqa: DTZ001 - what is to be refused
WHOLE: Final = BoxXYXY(x1=0, y1=0, x2=1920, y2=1080)
TRIANGLE: Final = (Point(0, 0), Point(10, 0), Point(0, 10))


def a_thing(*, confidence: float = 0.9, box: BoxXYXY = WHOLE) -> Thing:
    return Thing(kind="stall", box=box, confidence=confidence)


def a_zone(id: str = "z-1", *corners: Point) -> Zone:  # noqa: A002 - the field's name
    outline = Polygon(corners or TRIANGLE)
    return Zone(
        id=ZoneId(id), kind=ZoneKind.PAVEMENT, name="kerb", outline=outline, place=a_place()
    )


def a_camera(*zones: Zone) -> Camera:
    frame = FrameSize(width=100, height=50)
    return Camera(id=CameraId("cam-07"), name="corner", frame=frame, zones=zones)


def a_box(x1: float, y1: float, x2: float, y2: float) -> BoxXYXY:
    return BoxXYXY(x1=x1, y1=y1, x2=x2, y2=y2)


def a_stretch(from_at: datetime, until_at: datetime) -> StreamSignal:
    return StreamSignal(
        camera=CameraId("c"), kind=SignalKind.BLIND, from_at=from_at, until_at=until_at, text=""
    )


def an_evidence(*, sha256: str = "0" * 64, size_bytes: int = 1) -> EvidenceRef:
    return EvidenceRef(
        sha256=Sha256(sha256), media_type="image/png", size_bytes=size_bytes, kind=EvidenceKind.CLIP
    )


@pytest.mark.parametrize(
    ("make", "expected", "got"),
    [
        pytest.param(lambda: an_event(occurred_at=NAIVE), "an instant with its zone",
                     "2026-11-20T04:00:00", id="event without a zone"),
        pytest.param(lambda: an_observation(first_seen_at=NAIVE), "an instant with its zone",
                     "2026-11-20T04:00:00", id="first sight without a zone"),
        pytest.param(lambda: an_observation(last_seen_at=NAIVE), "an instant with its zone",
                     "2026-11-20T04:00:00", id="last sight without a zone"),
        pytest.param(lambda: a_stretch(NAIVE, NOON), "an instant with its zone",
                     "2026-11-20T04:00:00", id="signal without a zone"),
        pytest.param(lambda: a_stretch(NOON, NAIVE), "an instant with its zone",
                     "2026-11-20T04:00:00", id="signal's end without a zone"),
        pytest.param(lambda: a_stretch(NOON, NOON - timedelta(microseconds=1)),
                     "until_at not before from_at", "03:59:59.999999", id="signal that ends first"),
        pytest.param(lambda: an_observation(first_seen_at=NOON + timedelta(microseconds=1)),
                     "last_seen_at not before first_seen_at", "04:00:00.000001",
                     id="last seen before first"),
        pytest.param(lambda: an_observation(confidence=1.1), "a number in [0, 1]", "1.1",
                     id="surer than sure"),
        pytest.param(lambda: an_observation(confidence=-0.1), "a number in [0, 1]", "-0.1",
                     id="less sure than not at all"),
        pytest.param(lambda: an_observation(confidence=NAN), "a number in [0, 1]", "nan",
                     id="confidence that is no number"),
        pytest.param(lambda: a_thing(confidence=NAN), "a number in [0, 1]", "nan",
                     id="a thing's confidence that is no number"),
        pytest.param(lambda: a_thing(confidence=ENDLESS), "a number in [0, 1]", "inf",
                     id="endless confidence"),
        pytest.param(lambda: an_observation(sequence=-1), "0 or more", "-1", id="before the first"),
        pytest.param(lambda: replace(an_observation(), frame=FrameSize(width=99, height=1080)),
                     "a box within 99x1080", "x2=110", id="a thing beyond the picture"),
        pytest.param(lambda: a_box(5, 0, 5, 9), "x1 < x2 and y1 < y2", "[5, 0, 5, 9]",
                     id="a box without width"),
        pytest.param(lambda: a_box(0, 9, 5, 9), "x1 < x2 and y1 < y2", "[0, 9, 5, 9]",
                     id="a box without height"),
        pytest.param(lambda: a_box(9, 0, 5, 9), "x1 < x2 and y1 < y2", "[9, 0, 5, 9]",
                     id="a box turned round"),
        pytest.param(lambda: a_box(NAN, 0, 5, 9), "x1 < x2 and y1 < y2", "nan",
                     id="a box with a corner that is no number"),
        pytest.param(lambda: a_box(0, 0, 5, NAN), "x1 < x2 and y1 < y2", "nan",
                     id="the other corner"),
        pytest.param(lambda: FrameSize(width=0, height=9), "at least 1 px", "0x9",
                     id="a frame without width"),
        pytest.param(lambda: FrameSize(width=9, height=0), "at least 1 px", "9x0",
                     id="a frame without height"),
        pytest.param(lambda: Polygon(TRIANGLE[:2]), "at least 3 corners", "2", id="a line"),
        pytest.param(lambda: Polygon(()), "at least 3 corners", "0", id="no corner"),
        pytest.param(lambda: a_camera(a_zone(), a_zone()), "zone ids that differ", "z-1, z-1",
                     id="two zones of one name"),
        pytest.param(lambda: a_camera(a_zone("z", *TRIANGLE[:2], Point(100.5, 9))),
                     "corners within 100x50", "(100.5, 9)", id="a zone beyond the picture"),
        pytest.param(lambda: a_camera(a_zone("z", *TRIANGLE[:2], Point(0, -1))),
                     "corners within 100x50", "(0, -1)", id="a zone above the picture"),
        pytest.param(lambda: a_camera(a_zone("z", *TRIANGLE[:2], Point(NAN, 0))),
                     "finite numbers", "corner 3 at (nan, 0)", id="a corner that is no number"),
        pytest.param(lambda: Place(longitude=30.59, latitude=114.31), "a longitude in 73 … 136",
                     "30.59", id="longitude and latitude swapped"),
        pytest.param(lambda: Place(longitude=114.31, latitude=114.31), "a latitude in 3 … 54",
                     "114.31", id="longitude twice"),
        pytest.param(lambda: Place(longitude=72.999, latitude=30), "a longitude in 73 … 136",
                     "72.999", id="just west of the box"),
        pytest.param(lambda: Place(longitude=136.001, latitude=30), "a longitude in 73 … 136",
                     "136.001", id="just east of the box"),
        pytest.param(lambda: Place(longitude=114, latitude=2.999), "a latitude in 3 … 54", "2.999",
                     id="just south of the box"),
        pytest.param(lambda: Place(longitude=114, latitude=54.001), "a latitude in 3 … 54",
                     "54.001", id="just north of the box"),
        pytest.param(lambda: Place(longitude=NAN, latitude=30), "a longitude in 73 … 136", "nan",
                     id="a longitude that is no number"),
        pytest.param(lambda: Place(id="p", longitude=114.31), "longitude and latitude together",
                     "latitude=None", id="half a position"),
        pytest.param(Place, "an id, a grid cell, a position or an address", "none", id="nowhere"),
        pytest.param(lambda: Dwell(at_least=timedelta(2), at_most=timedelta(1)),
                     "0 <= at_least <= at_most", "at_least=2 days", id="bounds turned round"),
        pytest.param(lambda: Dwell(at_least=timedelta(-1), at_most=timedelta(1)),
                     "0 <= at_least <= at_most", "at_least=-1 day", id="less than no time"),
        pytest.param(lambda: sha256_text("A" * 64), "64 lower-case hexadecimal digits", "A" * 64,
                     id="a digest in capitals"),
        pytest.param(lambda: sha256_text("a" * 63), "64 lower-case hexadecimal digits", "a" * 63,
                     id="a digest too short"),
        pytest.param(lambda: an_evidence(sha256="a" * 64 + "\n"),
                     "64 lower-case hexadecimal digits", "\n", id="a digest with a line end"),
        pytest.param(lambda: an_evidence(size_bytes=0), "at least 1 byte", "0", id="no bytes"),
        pytest.param(lambda: MatterKey("GB", "matter", ""), "text without '|'", "",
                     id="a matter without a code"),
        pytest.param(lambda: MatterKey("GB|T", "matter", "1"), "text without '|'", "GB|T",
                     id="a matter that can't be taken apart"),
        pytest.param(lambda: parse_matter("GB|matter"), "standard|kind|code", "GB|matter",
                     id="a matter not spelt whole"),
        pytest.param(lambda: parse_matter("GB|matter|1|2"), "standard|kind|code", "GB|matter|1|2",
                     id="a matter spelt too long"),
        pytest.param(lambda: Limit(amount=0, unit=Unit.MINUTE, calendar=Calendar.CONTINUOUS),
                     "an amount of at least 1", "0", id="a limit of no time"),
    ],
)  # fmt: skip
def test_a_value_that_breaks_says_expected_and_got(
    make: Callable[[], object], expected: str, got: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make()

    assert expected in caught.value.expected
    assert got in caught.value.got
    assert f"expected {caught.value.expected}, got {caught.value.got}" in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: an_observation(confidence=0.0), id="not sure at all"),
        pytest.param(lambda: an_observation(confidence=1.0), id="wholly sure"),
        pytest.param(lambda: an_observation(first_seen_at=NOON), id="a glance"),
        pytest.param(lambda: a_stretch(NOON, NOON), id="an instant of a signal"),
        pytest.param(lambda: replace(an_observation(), things=(a_thing(),)), id="a box that fills"),
        pytest.param(lambda: FrameSize(width=1, height=1), id="the smallest picture"),
        pytest.param(lambda: Polygon(TRIANGLE), id="a triangle"),
        pytest.param(
            lambda: a_camera(a_zone("z", Point(0, 0), Point(100, 0), Point(100, 50))),
            id="a zone up to the edge of the picture",
        ),
        pytest.param(a_camera, id="a camera that watches no zone yet"),
        pytest.param(lambda: Place(longitude=73, latitude=3), id="the box's south-west corner"),
        pytest.param(lambda: Place(longitude=136, latitude=54), id="its north-east corner"),
        pytest.param(lambda: Place(address="解放路边"), id="a place in words"),
        pytest.param(lambda: Dwell(at_least=timedelta(0), at_most=timedelta(0)), id="no stay"),
        pytest.param(lambda: an_evidence(size_bytes=1), id="a byte"),
    ],
)
def test_a_value_at_its_edge_can_exist(make: Callable[[], object]) -> None:
    assert make() is not None


@pytest.mark.parametrize(
    ("at_least", "exceeds"),
    [
        pytest.param(timedelta(minutes=3), False, id="at the threshold"),
        pytest.param(timedelta(minutes=3, milliseconds=1), True, id="a millisecond over"),
    ],
)
def test_only_what_was_seen_is_held_against_a_person(at_least: timedelta, exceeds: bool) -> None:
    dwell = Dwell(at_least=at_least, at_most=timedelta(hours=9))

    assert dwell.surely_exceeds(timedelta(minutes=3)) is exceeds


@pytest.mark.parametrize(
    ("place", "key"),
    [
        pytest.param(Place(id="p", grid_cell="g", longitude=114, latitude=30), "place:p",
                     id="the id before all"),
        pytest.param(Place(grid_cell="g", longitude=114, latitude=30), "grid:g",
                     id="then the grid cell"),
        pytest.param(Place(longitude=114.3055, latitude=30.5928), "cell:114.305,30.593",
                     id="then a cell of about 100 m"),
        pytest.param(Place(address="解放路边"), None, id="words tell nobody apart"),
    ],
)  # fmt: skip
def test_the_same_key_is_the_same_spot(place: Place, key: str | None) -> None:
    assert place.key == key


def test_a_matter_is_read_back_from_its_text() -> None:
    assert parse_matter(str(STALL)) == STALL


@pytest.mark.parametrize(
    ("other", "overlap"),
    [
        pytest.param(a_box(0, 0, 10, 10), 1.0, id="itself"),
        pytest.param(a_box(5, 0, 15, 10), 1 / 3, id="half of each"),
        pytest.param(a_box(0, 0, 5, 5), 0.25, id="inside"),
        pytest.param(a_box(10, 0, 20, 10), 0.0, id="side by side"),
        pytest.param(a_box(50, 50, 60, 60), 0.0, id="far away"),
    ],
)
def test_boxes_overlap_by_what_they_share(other: BoxXYXY, overlap: float) -> None:
    box = a_box(0, 0, 10, 10)

    assert box.overlap(other) == pytest.approx(overlap)
    assert other.overlap(box) == pytest.approx(overlap)


def test_a_thing_stands_on_the_bottom_centre_of_its_box() -> None:
    box = a_box(10, 20, 30, 60)

    assert box.foot == Point(20, 60)
    assert box.area == 800


@pytest.mark.parametrize(
    ("box", "is_within"),
    [
        pytest.param(a_box(0, 0, 100, 50), True, id="fills it"),
        pytest.param(a_box(-0.1, 0, 100, 50), False, id="left"),
        pytest.param(a_box(0, -0.1, 100, 50), False, id="above"),
        pytest.param(a_box(0, 0, 100.1, 50), False, id="right"),
        pytest.param(a_box(0, 0, 100, 50.1), False, id="below"),
    ],
)
def test_a_box_is_within_when_no_edge_leaves(box: BoxXYXY, is_within: bool) -> None:
    assert box.is_within(FrameSize(width=100, height=50)) is is_within


def test_an_address_is_told_topic_partition_offset() -> None:
    address = Address("topic-one", 3, 42)

    assert str(address) == "topic-one/3/42"
    assert address.log == Partition("topic-one", 3)


def test_an_error_quotes_only_the_beginning_of_what_came() -> None:
    long = "长" * (LONGEST_GOT + 1)

    error = InvalidValueError(expected="less", got=long, field="text")

    assert error.got == "长" * LONGEST_GOT + "…"
    assert InvalidValueError(expected="less", got=long[1:]).got == long[1:]


def test_facts_are_frozen() -> None:
    event = an_event()

    with pytest.raises(AttributeError, match="immutable"):
        event.id = EventId("/other", "e-2")

    assert isinstance(event, Event)
    assert sha256_text(a_digest()) == a_digest()
