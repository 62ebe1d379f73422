import pytest

from detectors.looks import Area
from detectors.relations import placed
from schemas.camera import Zone, ZoneKind
from schemas.geometry import BoxXYXY, Point, Polygon
from schemas.ids import ZoneId
from schemas.observation import Thing
from schemas.place import Place


def an_area(left: float, right: float) -> Area:
    corners = (Point(left, 100), Point(right, 100), Point(right, 200), Point(left, 200))
    zone = Zone(
        id=ZoneId("bay"),
        kind=ZoneKind.FIRE_LANE,
        name="bay",
        outline=Polygon(corners),
        place=Place(id="bay"),
    )
    return Area(zone, frozenset({"vehicle"}), width=640)


@pytest.mark.parametrize(
    ("zone", "x1", "x2", "holds"),
    [
        pytest.param((30, 300), 100, 200, True, id="whole, with its foot in the zone"),
        pytest.param((30, 300), 400, 500, False, id="whole, with its foot elsewhere"),
        pytest.param((30, 300), 0, 120, False, id="cut on the left, its foot may be outside"),
        pytest.param((0, 300), 0, 120, True, id="cut on the left where the zone goes on"),
        pytest.param((400, 620), 540, 640, False, id="cut on the right, its foot may be outside"),
        pytest.param((400, 640), 540, 640, True, id="cut on the right where the zone goes on"),
        pytest.param((30, 300), 2, 120, True, id="near the side, but not cut"),
    ],
)
def test_what_the_picture_cuts_is_in_a_zone_only_where_its_foot_must_be(
    zone: tuple[float, float], x1: float, x2: float, holds: bool
) -> None:
    box = BoxXYXY(x1=x1, y1=100, x2=x2, y2=150)

    vehicle = placed(Thing(kind="vehicle", box=box, confidence=0.9), None)

    assert an_area(*zone).holds(vehicle) is holds
