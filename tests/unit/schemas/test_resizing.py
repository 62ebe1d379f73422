"""Zones drawn for one size of pictures, drawn anew for another."""

import pytest

from schemas.camera import Camera, Zone, ZoneKind
from schemas.errors import InvalidValueError
from schemas.geometry import FrameSize, Point, Polygon
from schemas.ground import Ground
from schemas.ids import CameraId, ZoneId
from schemas.resizing import resized
from tests.support.builders import a_place

CORNERS = (Point(0, 0), Point(1280, 0), Point(1280, 720), Point(0, 720))
HOLE = (Point(640, 360), Point(700, 360), Point(700, 400))


def a_camera() -> Camera:
    zone = Zone(
        id=ZoneId("z"),
        kind=ZoneKind.PAVEMENT,
        name="kerb",
        outline=Polygon(CORNERS),
        holes=(Polygon(HOLE),),
        place=a_place(),
        road_side=(CORNERS[0], CORNERS[1]),
    )
    return Camera(
        id=CameraId("c"),
        name="c",
        frame=FrameSize(width=1280, height=720),
        zones=(zone,),
        ground=Ground(tuple((corner, Point(corner.x / 100, 1)) for corner in CORNERS)),
    )


def test_every_point_moves_with_the_picture_and_metres_stay() -> None:
    larger = resized(a_camera(), FrameSize(width=1920, height=1080))

    (zone,) = larger.zones
    assert zone.outline.corners[2] == Point(1920, 1080)
    assert zone.holes[0].corners[1] == Point(1050, 540)
    assert zone.road_side == (Point(0, 0), Point(1920, 0))
    assert larger.ground is not None
    assert larger.ground.pairs[1] == (Point(1920, 0), Point(12.8, 1))
    assert larger.frame == FrameSize(width=1920, height=1080)
    assert resized(larger, FrameSize(width=1280, height=720)) == a_camera()


@pytest.mark.parametrize(
    ("width", "height", "is_same"),
    [
        pytest.param(1920, 1088, True, id="padded by a codec"),
        pytest.param(640, 360, True, id="half"),
        pytest.param(640, 480, False, id="four to three"),
        pytest.param(720, 1280, False, id="on its side"),
    ],
)
def test_another_shape_shows_other_ground(width: int, height: int, is_same: bool) -> None:
    frame = FrameSize(width=width, height=height)

    if is_same:
        assert resized(a_camera(), frame).frame == frame
        return
    with pytest.raises(InvalidValueError, match="expected frames shaped like 1280x720"):
        resized(a_camera(), frame)
