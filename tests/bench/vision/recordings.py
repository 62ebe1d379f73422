"""What an eye saw on the real clips of ../shared/data: zones, who stood there, who passed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from schemas.camera import Camera, Zone, ZoneKind
from schemas.geometry import FrameSize, Point, Polygon
from schemas.ids import CameraId, ZoneId
from schemas.place import Place
from tests.bench.vision.scoring import TrueEvent

SHARED: Final = Path(__file__).parents[4] / "shared" / "data"
WEIGHTS: Final = SHARED / "weights" / "yolo11n_restored.pt"

_VEHICLE: Final = "V01-vehicle-on-fire-lane"
_PERSON: Final = "V15-person-in-closed-zone"
_LEFT: Final = "V16-thing-left-behind"

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A zone under a threshold, with what really stayed in it."""

    zone: str
    kind: ZoneKind
    outline: Polygon
    threshold_s: float
    rule: str
    presence: tuple[tuple[float, float], ...] = ()

    @property
    def truth(self) -> tuple[TrueEvent, ...]:
        return tuple(
            TrueEvent(
                rule=self.rule,
                zone=self.zone,
                begins_s=begins,
                ends_s=ends,
                threshold_s=self.threshold_s,
            )
            for begins, ends in self.presence
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A clip with its zones. Edges were seen by eye to `border_s`."""

    file: str
    frame: FrameSize
    watched: tuple[Watched, ...]
    border_s: float

    @property
    def path(self) -> Path:
        return SHARED / self.file

    @property
    def camera(self) -> Camera:
        return Camera(
            id=CameraId(Path(self.file).stem.replace("_", "-")),
            name=self.file,
            frame=self.frame,
            zones=tuple(
                Zone(
                    id=ZoneId(one.zone),
                    kind=one.kind,
                    name=one.zone,
                    outline=one.outline,
                    place=Place(id=one.zone),
                )
                for one in self.watched
            ),
        )


def why_none() -> str | None:
    """Why the real clips can't be seen here, if so."""
    missing = [path for path in (SHARED / "ground_truth.json", WEIGHTS) if not path.is_file()]
    return f"{missing[0]} is not on this machine" if missing else None


def recordings(*, is_quick: bool) -> list[Recording]:
    """Those that the ground truth describes."""
    told = json.loads((SHARED / "ground_truth.json").read_text("utf-8"))
    clips = {Path(one["file"]).name: one for one in told["clips"]}
    table, vans = clips["person_standing_at_table.mp4"], clips[_VANS]
    bag = clips["abandoned_bag_aboda4.avi"]
    quick = [_table(table), _passing(clips[_PASSING], (768, 432), threshold_s=8)]
    if is_quick:
        return quick
    return [
        *quick,
        _van_bay(vans),
        _bag(bag),
        _passing(clips["cars_passing_only.mp4"], (768, 432), threshold_s=4),
    ]


_VANS: Final = "campus_people_parked_vans_480x360.avi"
_PASSING: Final = "car_bicycle_person_passing_only.mp4"


def _table(clip: Answer) -> Recording:
    """One zone a threshold, all on the same ground, so that one look serves all."""
    (zone,) = clip["zones"]
    return _recording(
        clip,
        (768, 432),
        [
            _watched(zone, rule=_PERSON, kind=ZoneKind.CLOSED, threshold_s=threshold_s)
            for threshold_s in (10, 15, 18, 22, 30)
        ],
        border_s=zone["pm"],
    )


def _van_bay(clip: Answer) -> Recording:
    """The van is told; of the people who stroll all around nobody is."""
    (zone,) = clip["zones"]
    bay = _watched(zone, rule=_VEHICLE, kind=ZoneKind.FIRE_LANE, threshold_s=60)
    closed = _empty("van_bay-people", bay.outline, ZoneKind.CLOSED, (_PERSON, 10))
    return _recording(clip, (480, 360), [bay, closed], border_s=zone["pm"])


def _bag(clip: Answer) -> Recording:
    """A man stands beside the cabinet for eight seconds and leaves a bag."""
    zones = {one["id"]: one for one in clip["zones"]}
    cabinet = zones["beside_cabinet"]
    left = zones["bag_spot"]
    return _recording(
        clip,
        (720, 480),
        [
            _watched(cabinet, rule=_PERSON, kind=ZoneKind.CLOSED, threshold_s=6),
            _watched(cabinet, rule=_PERSON, kind=ZoneKind.CLOSED, threshold_s=12),
            _watched(left, rule=_LEFT, kind=ZoneKind.WATCHED, threshold_s=10),
        ],
        border_s=cabinet["pm"],
    )


def _passing(clip: Answer, size: tuple[int, int], *, threshold_s: float) -> Recording:
    """The whole picture is a zone of every kind: nobody stays, so nothing is told."""
    width, height = size
    whole = _polygon([[0, 0], [width, 0], [width, height], [0, height]])
    watched = [_empty(f"whole-{kind.value}", whole, kind, ("", threshold_s)) for kind in ZoneKind]
    return _recording(clip, size, watched, border_s=clip["pm"])


def _recording(
    clip: Answer, size: tuple[int, int], watched: Sequence[Watched], *, border_s: float
) -> Recording:
    width, height = size
    return Recording(
        file=clip["file"],
        frame=FrameSize(width=width, height=height),
        watched=tuple(watched),
        border_s=border_s,
    )


def _watched(zone: Answer, *, rule: str, kind: ZoneKind, threshold_s: float) -> Watched:
    return Watched(
        zone=f"{zone['id']}-{threshold_s:g}",
        kind=kind,
        outline=_polygon(zone["polygon"]),
        threshold_s=threshold_s,
        rule=rule,
        presence=tuple((begins, ends) for begins, ends in zone["presence"]),
    )


def _empty(zone: str, outline: Polygon, kind: ZoneKind, about: tuple[str, float]) -> Watched:
    rule, threshold_s = about
    return Watched(zone=zone, kind=kind, outline=outline, threshold_s=threshold_s, rule=rule)


def _polygon(corners: Sequence[Sequence[float]]) -> Polygon:
    return Polygon(tuple(Point(x, y) for x, y in corners))
