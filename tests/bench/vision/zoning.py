"""Makes a camera of a scene: every ground with a meaning is a zone."""

from detectors.synthetic.scenes import Scene
from schemas.camera import Camera, Zone
from schemas.geometry import FrameSize, Point, Polygon
from schemas.ids import CameraId, ZoneId
from schemas.place import Place


def camera_of(scene: Scene, *, name: str, grown: float = 1) -> Camera:
    """Its zones; `grown` where the pictures are larger than the scene."""
    return Camera(
        id=CameraId(name),
        name=scene.story,
        frame=FrameSize(
            width=round(grown * scene.frame.width), height=round(grown * scene.frame.height)
        ),
        zones=tuple(
            Zone(
                id=zone_of(ground.name),
                kind=ground.kind,
                name=ground.name,
                outline=_grown(ground.outline, grown),
                place=Place(id=ground.name),
            )
            for ground in scene.grounds
        ),
    )


def zone_of(ground: str) -> ZoneId:
    """What a ground is called as a zone."""
    return ZoneId(ground.replace(" ", "-"))


def _grown(outline: Polygon, times: float) -> Polygon:
    return Polygon(tuple(Point(times * at.x, times * at.y) for at in outline.corners))
