"""The real clips as frames of brightness, with what a detector was recorded to see in them."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import av

from detectors.frames import Frame
from schemas.geometry import BoxXYXY
from schemas.observation import Thing
from tests.support.shared_data import shared
from tests.support.streets import Grey

KINDS: Final = {"car": "vehicle", "truck": "vehicle", "bus": "vehicle"}
LEAVERS: Final = {"person", "vehicle", "bicycle", "motorcycle"}

BAG: Final = "abandoned_bag_aboda4.avi"
CAMPUS: Final = "campus_people_parked_vans_480x360.avi"
CAR_PARK: Final = "car_bicycle_person_passing_only.mp4"
FROM_ABOVE: Final = "cars_passing_only.mp4"
TABLE: Final = "person_standing_at_table.mp4"
CLIPS: Final = (BAG, CAMPUS, CAR_PARK, FROM_ABOVE, TABLE)


def clip(name: str, *, fps: float = 5.0) -> Iterator[Frame]:
    """Thinned to at most so many frames a second; time is frame number over the stated rate."""
    with av.open(str(shared(f"video/{name}"))) as container:
        stream = container.streams.video[0]
        rate, slot = stream.average_rate, -1
        for index, decoded in enumerate(container.decode(stream)):
            at = float(index / rate)
            if int(at * fps + 1e-6) > slot:
                slot = int(at * fps + 1e-6)
                luma = decoded.to_ndarray(format="gray")
                yield Frame(index=index, at=timedelta(seconds=at), image=Grey(luma))


def between(frames: Iterator[Frame], begins: float, ends: float) -> Iterator[Frame]:
    return (frame for frame in frames if begins <= frame.at.total_seconds() < ends)


def recorded(name: str, frame: Frame) -> list[Thing]:
    """Who was seen at that time."""
    return _tracks(name).get(round(frame.at.total_seconds(), 1), [])


_READ: dict[str, dict[float, list[Thing]]] = {}


def _tracks(name: str) -> dict[float, list[Thing]]:
    """By tenths of a second: of the frames in one, the last."""
    if name not in _READ:
        by_time: dict[float, list[tuple[float, Thing]]] = defaultdict(list)
        for line in shared(f"tracks/{name}.jsonl").read_text().splitlines():
            seconds, _, kind, confidence, (x1, y1, x2, y2) = json.loads(line)
            kind = KINDS.get(kind, kind)
            box = BoxXYXY(x1=max(0, x1), y1=max(0, y1), x2=x2, y2=y2)
            thing = Thing(kind=kind, box=box, confidence=confidence)
            if kind in LEAVERS:
                by_time[round(seconds, 1)].append((seconds, thing))
        _READ[name] = {
            tenth: [thing for at, thing in seen if at == max(at for at, _ in seen)]
            for tenth, seen in by_time.items()
        }
    return _READ[name]
