"""Writes a camera's file: what `camera_form` reads back is the same camera."""

import json
from collections.abc import Iterator
from typing import Final

from infra.camera_form import camera_of
from schemas.camera import Camera, Zone, ZoneKind
from schemas.errors import InvalidValueError
from schemas.geometry import Point, Polygon
from schemas.place import Place

_HEAD: Final = """\
# What camera {id} looks at. Corners are [x, y] in pixels of the frame, from its top left corner.
"""
_HOW_TO_DRAW: Final = """
# No zones yet. Draw them in the console, or here, one [[zone]] each:
#
# [[zone]]
# id = "lane-1"
# kind = "fire-lane"  # {kinds}
# name = "Fire lane, east side"
# outline = [[{left}, {top}], [{right}, {top}], [{right}, {bottom}], [{left}, {bottom}]]
# holes = []  # outlines that don't count
# hours = ["07:00-19:00"]  # China's time; always, if there are none
# purpose = "Keep the way of fire engines free"
# place = {{ id = "market-lane-3" }}
#
# `offsite camera check {id}` says what is wrong; `offsite camera snapshot {id} --zones` shows it.
"""


def camera_text(camera: Camera) -> str:
    """The text of a camera's file. It holds the source with its credentials.

    Raises:
        InvalidValueError: the camera can't be written so that the same one is read again.
    """
    text = _HEAD.format(id=camera.id) + "\n".join(_lines(camera)) + "\n"
    if not camera.zones:
        text += _how_to_draw(camera)
    if camera_of(text, camera.id, name=f"camera {camera.id}") != camera:
        raise InvalidValueError(
            expected="a camera that reads back as it was written",
            got="hours with seconds, or numbers that don't keep",
            field=f"camera {camera.id}",
        )
    return text


def _lines(camera: Camera) -> Iterator[str]:
    yield f"name = {_text(camera.name)}"
    yield f"frame = [{camera.frame.width}, {camera.frame.height}]"
    if camera.source is not None:
        yield f"source = {_text(camera.source.secret)}"
    if camera.fps is not None:
        yield f"fps = {_number(camera.fps)}"
    if camera.ground is not None:
        pairs = ", ".join(f"[{_point(a)}, {_point(b)}]" for a, b in camera.ground.pairs)
        yield f"ground = [{pairs}]  # [pixels, metres]"
    if camera.place is not None:
        yield f"place = {_place(camera.place)}"
    for zone in camera.zones:
        yield ""
        yield from _zone_lines(zone, camera.place)


def _zone_lines(zone: Zone, shared: Place | None) -> Iterator[str]:
    yield "[[zone]]"
    yield f"id = {_text(zone.id)}"
    yield f"kind = {_text(zone.kind.value)}"
    yield f"name = {_text(zone.name)}"
    yield f"outline = {_outline(zone.outline)}"
    if zone.holes:
        yield f"holes = [{', '.join(map(_outline, zone.holes))}]"
    if zone.hours:
        spans = (f"{one.begins:%H:%M}-{one.ends:%H:%M}" for one in zone.hours)
        yield f"hours = [{', '.join(map(_text, spans))}]"
    if zone.matters is not None:
        yield f"matters = [{', '.join(_text(str(matter)) for matter in sorted(zone.matters))}]"
    if zone.road_side is not None:
        begins, ends = zone.road_side
        yield f"road_side = [{_point(begins)}, {_point(ends)}]"
    if zone.purpose:
        yield f"purpose = {_text(zone.purpose)}"
    if zone.place != shared:
        yield f"place = {_place(zone.place)}"


def _place(place: Place) -> str:
    texts = {"id": place.id, "grid_cell": place.grid_cell, "address": place.address}
    numbers = {"longitude": place.longitude, "latitude": place.latitude}
    said = [f"{key} = {_text(value)}" for key, value in texts.items() if value is not None]
    said += [f"{key} = {_number(value)}" for key, value in numbers.items() if value is not None]
    return f"{{ {', '.join(said)} }}"


def _outline(polygon: Polygon) -> str:
    return f"[{', '.join(map(_point, polygon.corners))}]"


def _point(point: Point) -> str:
    return f"[{_number(point.x)}, {_number(point.y)}]"


def _number(value: float) -> str:
    """The shortest that reads back the same."""
    return repr(float(value)).removesuffix(".0")


def _text(value: str) -> str:
    """JSON's strings are TOML's, but for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _how_to_draw(camera: Camera) -> str:
    width, height = camera.frame.width, camera.frame.height
    return _HOW_TO_DRAW.format(
        id=camera.id,
        kinds=", ".join(kind.value for kind in ZoneKind),
        left=width // 4,
        right=width * 3 // 4,
        top=height // 2,
        bottom=height * 3 // 4,
    )
