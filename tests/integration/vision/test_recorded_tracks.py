"""The observer on detections that were recorded from real clips: no model runs here."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from detectors.looks import NOT_COMPARED
from detectors.observing import Limits, Observer, Post, Told
from detectors.rules import Rule
from schemas.camera import Camera, Zone, ZoneKind
from schemas.geometry import BoxXYXY, FrameSize, Point, Polygon
from schemas.ids import CameraId, ZoneId
from schemas.matter import MatterKey
from schemas.observation import Phase, Thing
from schemas.place import Place
from tests.support.shared_data import shared

VEHICLES = {"car", "truck", "bus"}
TABLE = Polygon((Point(330, 320), Point(560, 320), Point(560, 425), Point(330, 425)))
CABINET = Polygon((Point(380, 320), Point(505, 320), Point(505, 470), Point(380, 470)))
WIDE = FrameSize(width=768, height=432)
BAY = Polygon((Point(402, 20), Point(456, 20), Point(456, 68), Point(402, 68)))


def looks(name: str, frame: FrameSize) -> dict[float, list[Thing]]:
    found: dict[float, list[Thing]] = defaultdict(list)
    for line in shared(f"tracks/{name}.jsonl").read_text().splitlines():
        seconds, track, kind, confidence, (x1, y1, x2, y2) = json.loads(line)
        box = BoxXYXY(
            x1=max(0, x1), y1=max(0, y1), x2=min(frame.width, x2), y2=min(frame.height, y2)
        )
        found[seconds].append(
            Thing(
                kind="vehicle" if kind in VEHICLES else kind,
                box=box,
                confidence=confidence,
                track=None if track < 0 else str(track),
            )
        )
    return found


def told_of(
    name: str,
    kind: str,
    outline: Polygon,
    *,
    threshold_s: float,
    fps: float,
    frame: FrameSize = WIDE,
) -> list[Told]:
    """Every frame of a clip is looked at, those without any thing too."""
    zone = Zone(
        id=ZoneId("z"), kind=ZoneKind.WATCHED, name="z", outline=outline, place=Place(id="p")
    )
    camera = Camera(id=CameraId("c"), name="c", frame=frame, zones=(zone,))
    rule = Rule(
        id="stays",
        matter=MatterKey("s", "matter", "1"),
        zone_kinds=frozenset({ZoneKind.WATCHED}),
        things=frozenset({kind}),
    )
    post = Post(rule=rule, zone=zone, threshold=timedelta(seconds=threshold_s))
    observer = Observer(
        camera, [post], starts_at=datetime(2026, 11, 1, tzinfo=UTC), limits=Limits()
    )
    found = looks(name, frame)
    told: list[Told] = []
    for seconds in frames(max(found), fps):
        told += observer.look(timedelta(seconds=seconds), found.get(seconds, []), NOT_COMPARED)
    return told + observer.end()


def frames(until: float, fps: float) -> Iterator[float]:
    index = 0
    while index / fps <= until:
        yield round(index / fps, 3)
        index += 1


def begun(told: list[Told]) -> list[Told]:
    return [one for one in told if one.phase is Phase.BEGAN]


@pytest.mark.parametrize(("threshold_s", "stays"), [(10, 4), (15, 3), (18, 2), (22, 1), (30, 0)])
def test_six_people_stand_and_as_many_are_told_as_stood_longer(
    threshold_s: float, stays: int
) -> None:
    told = told_of("person_standing_at_table.mp4", "person", TABLE, threshold_s=threshold_s, fps=10)

    assert len(begun(told)) == stays


def test_the_told_stays_are_those_that_an_eye_saw() -> None:
    seen_by_eye = [(7.4, 18.6), (24.2, 43.8), (52.0, 68.8), (94.0, 118.5)]

    told = told_of("person_standing_at_table.mp4", "person", TABLE, threshold_s=10, fps=10)

    ended = [one.stay for one in told if one.phase is Phase.ENDED]
    assert len(ended) == len(seen_by_eye)
    for stay, (comes, goes) in zip(ended, seen_by_eye, strict=True):
        assert stay.first_seen.total_seconds() == pytest.approx(comes, abs=0.7)
        assert stay.last_seen.total_seconds() == pytest.approx(goes, abs=0.7)


def test_a_van_that_stands_all_along_is_one_occurrence_whatever_the_tracker_calls_it() -> None:
    told = told_of("campus_people_parked_vans_480x360.avi", "vehicle", BAY, threshold_s=60, fps=10)

    assert [one.phase for one in told] == [Phase.BEGAN, Phase.LOST_SIGHT]
    assert told[-1].stay.dwell.at_least > timedelta(seconds=75)


def test_a_man_whom_the_tracker_gives_three_names_is_one_who_stays() -> None:
    """He stands beside the cabinet from 11.3 to 19.7 s, and passes by again at 30 s."""
    told = told_of(
        "abandoned_bag_aboda4.avi",
        "person",
        CABINET,
        threshold_s=5,
        fps=29.97,
        frame=FrameSize(width=720, height=480),
    )

    (began,) = begun(told)
    (ended,) = [one for one in told if one.phase is Phase.ENDED]
    assert began.stay.first_seen.total_seconds() == pytest.approx(11.3, abs=0.9)
    assert ended.stay.last_seen.total_seconds() == pytest.approx(19.7, abs=0.7)
    assert ended.stay.dwell.at_least < timedelta(seconds=8.4)  # the model often misses him


def test_cars_that_drive_by_below_are_never_told() -> None:
    everywhere = Polygon((Point(0, 0), Point(768, 0), Point(768, 432), Point(0, 432)))

    told = told_of("cars_passing_only.mp4", "vehicle", everywhere, threshold_s=4, fps=12.5)

    assert told == []


@pytest.mark.parametrize("kind", ["person", "vehicle", "bicycle"])
def test_who_only_passes_is_never_told(kind: str) -> None:
    everywhere = Polygon((Point(0, 0), Point(768, 0), Point(768, 432), Point(0, 432)))

    told = told_of("car_bicycle_person_passing_only.mp4", kind, everywhere, threshold_s=8, fps=12)

    assert told == []
