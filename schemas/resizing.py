"""A camera's drawing on a picture of another size and the same shape: zones keep their ground."""

from dataclasses import replace
from typing import Final

from schemas.camera import Camera, Zone
from schemas.errors import InvalidValueError
from schemas.geometry import FrameSize, Point, Polygon
from schemas.ground import Ground

_SAME_SHAPE: Final = 0.02
"""1920x1088 is 1920x1080 with a codec's padding; 4:3 is not 16:9."""


def resized(camera: Camera, frame: FrameSize) -> Camera:
    """The same zones, drawn for frames of another size.

    Raises:
        InvalidValueError: the other frame has another shape: it shows other ground.
    """
    across, down = frame.width / camera.frame.width, frame.height / camera.frame.height
    if abs(across / down - 1) > _SAME_SHAPE:
        raise InvalidValueError(
            expected=f"frames shaped like {camera.frame.width}x{camera.frame.height}, in which "
            "the zones are drawn",
            got=f"{frame.width}x{frame.height}",
            field=f"camera {camera.id}",
        )

    def moved(point: Point) -> Point:
        return Point(min(point.x * across, frame.width), min(point.y * down, frame.height))

    def drawn(polygon: Polygon) -> Polygon:
        return Polygon(tuple(map(moved, polygon.corners)))

    def zone_of(zone: Zone) -> Zone:
        ends = zone.road_side
        return replace(
            zone,
            outline=drawn(zone.outline),
            holes=tuple(map(drawn, zone.holes)),
            road_side=None if ends is None else (moved(ends[0]), moved(ends[1])),
        )

    ground = camera.ground
    return replace(
        camera,
        frame=frame,
        zones=tuple(map(zone_of, camera.zones)),
        ground=None
        if ground is None
        else Ground(tuple((moved(pixel), metre) for pixel, metre in ground.pairs)),
    )
