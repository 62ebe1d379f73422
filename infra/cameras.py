"""Reads what a camera looks at from `<id>.toml`, and says which key is wrong."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from schemas.camera import Camera, Zone, ZoneKind
from schemas.errors import InvalidValueError, RefusedError
from schemas.geometry import FrameSize, Point, Polygon
from schemas.ids import CameraId, ZoneId
from schemas.place import Place
from schemas.tables import choice_of, is_number, only, read_toml, rows_of, text_of

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CAMERA_KEYS: Final = {"name", "frame", "place", "zone"}
_ZONE_KEYS: Final = {"id", "kind", "name", "outline", "place"}
_PLACE_KEYS: Final = {"id", "grid_cell", "address", "longitude", "latitude"}


def read_camera(folder: Path, camera: str) -> Camera:
    """A camera by its id.

    Raises:
        RefusedError: there is no such file; the message says what to write into it.
        InvalidValueError: which key, what was expected, what came.
    """
    if not _ID.fullmatch(camera):
        raise InvalidValueError(
            expected="letters, digits, '.', '_', '-' (at most 64)", got=camera, field="camera"
        )
    path = folder / f"{camera}.toml"
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        known = ", ".join(sorted(other.stem for other in folder.glob("*.toml"))) or "none"
        raise RefusedError(
            f"camera {camera}: expected its zones in {path}, got no such file (known: {known}); "
            "docs/examples/cameras has one to start from"
        ) from error
    return camera_of(text, CameraId(camera), name=str(path))


def camera_of(text: str, camera: CameraId, *, name: str) -> Camera:
    """A camera from the text of its file."""
    content = read_toml(text, name=name)
    only(content, _CAMERA_KEYS, name)
    width, height = _numbers(content.get("frame"), 2, f"{name}, frame")
    zones = rows_of(content, "zone", name=name)
    shared = content.get("place", {})
    return Camera(
        id=camera,
        name=str(content.get("name", camera)),
        frame=FrameSize(width=int(width), height=int(height)),
        zones=tuple(_zone(zone, shared, f"{name}, zone {i}") for i, zone in enumerate(zones, 1)),
    )


def _zone(row: Mapping[str, Any], shared: Mapping[str, Any], where: str) -> Zone:
    """A zone without a place of its own stands at the camera's."""
    only(row, _ZONE_KEYS, where)
    kind = choice_of(ZoneKind, row, "kind", where)
    zone_id = text_of(row, "id", where)
    corners = row.get("outline")
    if not isinstance(corners, list):
        raise InvalidValueError(
            expected="[[x, y], [x, y], [x, y] …] in pixels",
            got=repr(corners),
            field=f"{where}, outline",
        )
    points = (_numbers(corner, 2, f"{where}, outline") for corner in corners)
    return Zone(
        id=ZoneId(zone_id),
        kind=kind,
        name=str(row.get("name", zone_id)),
        outline=Polygon(tuple(Point(x, y) for x, y in points)),
        place=_place(row.get("place", shared), f"{where}, place"),
    )


def _place(content: Mapping[str, Any], where: str) -> Place:
    if not isinstance(content, dict):
        raise InvalidValueError(expected="a table", got=repr(content), field=where)
    only(content, _PLACE_KEYS, where)
    try:
        return Place(**content)
    except (TypeError, InvalidValueError) as error:
        got = error.got if isinstance(error, InvalidValueError) else repr(content)
        expected = error.expected if isinstance(error, InvalidValueError) else "a place"
        raise InvalidValueError(expected=expected, got=got, field=where) from error


def _numbers(value: object, count: int, where: str) -> list[float]:
    if (
        not isinstance(value, list)
        or len(value) != count
        or not all(is_number(one) for one in value)
    ):
        raise InvalidValueError(expected=f"{count} numbers", got=repr(value), field=where)
    return [float(one) for one in value]
