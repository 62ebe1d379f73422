"""The form of a camera's file: each key, how it is read, and what is said when it is wrong."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from infra.camera_values import (
    LONGEST_ID,
    Sheet,
    Units,
    Value,
    numbers_of,
    place_of,
    points_of,
    said_at,
    short_text,
)
from infra.zone_form import ZONE_KEYS
from schemas.camera import Camera, Zone
from schemas.errors import InvalidValueError
from schemas.geometry import FrameSize, Point
from schemas.ground import Ground
from schemas.ids import CameraId
from schemas.source import SourceAddress
from schemas.tables import Table, choice_of, only, read_toml

_LARGEST_FRAME: Final = 16384
CAMERA_KEYS: Final = frozenset(
    {"name", "frame", "units", "place", "ground", "source", "fps", "zone"}
)


class _Faults:
    """Everything that is wrong, so that a person mends it in one go."""

    def __init__(self) -> None:
        self.found: list[InvalidValueError] = []

    def noted(self, read: Callable[[], Value]) -> Value | None:
        """What was read; nothing when it was wrong, and then that is noted."""
        try:
            return read()
        except InvalidValueError as error:
            self.found.append(error)
            return None


def camera_of(text: str, camera: CameraId, *, name: str) -> Camera:
    """A camera from the text of its file; `name` is what its faults are told with.

    Raises:
        InvalidValueError: the first fault; says zone and key, what was expected, what came.
    """
    read, faults = _read(text, camera, name=name)
    if read is None:
        raise faults[0]
    return read


def faults_of(text: str, camera: CameraId, *, name: str) -> Sequence[InvalidValueError]:
    """Every fault of a camera's file, in the order of the file."""
    return _read(text, camera, name=name)[1]


def _read(
    text: str, camera: CameraId, *, name: str
) -> tuple[Camera | None, Sequence[InvalidValueError]]:
    faults = _Faults()
    table = faults.noted(lambda: read_toml(text, name=name))
    if table is None:
        return None, faults.found
    faults.noted(lambda: only(table, CAMERA_KEYS, name))
    sheet = Sheet(
        frame=faults.noted(lambda: _frame(table, name)),
        units=faults.noted(lambda: _units(table, name)) or Units.PIXELS,
        place=faults.noted(lambda: place_of(table, name, None)),
    )
    values = {
        "name": faults.noted(lambda: short_text(table, name, "name", default=camera)),
        "source": faults.noted(lambda: _source(table, name)),
        "fps": faults.noted(lambda: _fps(table, name)),
        "ground": faults.noted(lambda: _ground(table, name, sheet)),
        "zones": _zones(table, name, sheet, faults),
    }
    if faults.found or sheet.frame is None:
        return None, faults.found
    made: dict[str, Any] = {**values, "id": camera, "frame": sheet.frame, "place": sheet.place}
    read = faults.noted(lambda: said_at(name, lambda: Camera(**made)))
    return read, faults.found


def _zones(table: Table, name: str, sheet: Sheet, faults: _Faults) -> tuple[Zone, ...]:
    rows = table.get("zone", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        faults.found.append(
            InvalidValueError(expected="[[zone]] tables", got=repr(rows), field=f"{name}, zone")
        )
        return ()
    read = [
        _zone(row, _zone_name(name, row, number), sheet, faults)
        for number, row in enumerate(rows, 1)
    ]
    return tuple(zone for zone in read if zone is not None)


def _zone_name(name: str, row: Table, number: int) -> str:
    """By its id where it has a good one, else by its number."""
    zone_id = row.get("id")
    is_good = isinstance(zone_id, str) and 1 <= len(zone_id) <= LONGEST_ID
    return f"{name}, zone {zone_id if is_good else number}"


def _zone(row: Table, where: str, sheet: Sheet, faults: _Faults) -> Zone | None:
    before = len(faults.found)
    faults.noted(lambda: only(row, set(ZONE_KEYS), where))
    values: dict[str, Any] = {
        key: faults.noted(partial(read, row, where, sheet)) for key, read in ZONE_KEYS.items()
    }
    if len(faults.found) > before:
        return None
    values["name"] = values["name"] or values["id"]
    return faults.noted(lambda: said_at(where, lambda: Zone(**values)))


def _frame(table: Table, where: str) -> FrameSize:
    value = table.get("frame")
    sizes = numbers_of(value, 2, f"{where}, frame")
    if not all(1 <= size <= _LARGEST_FRAME and size == int(size) for size in sizes):
        raise InvalidValueError(
            expected=f"[width, height] in whole pixels, 1 … {_LARGEST_FRAME}",
            got=repr(value),
            field=f"{where}, frame",
        )
    return FrameSize(width=int(sizes[0]), height=int(sizes[1]))


def _units(table: Table, where: str) -> Units:
    return choice_of(Units, table, "units", where) if "units" in table else Units.PIXELS


def _source(table: Table, where: str) -> SourceAddress | None:
    """An error never quotes it: it may hold a password."""
    value = table.get("source")
    if value is None:
        return None
    if not isinstance(value, str):
        got = f"a {type(value).__name__}"
        raise InvalidValueError(expected="an address as text", got=got, field=f"{where}, source")
    return said_at(f"{where}, source", lambda: SourceAddress(value))


def _fps(table: Table, where: str) -> float | None:
    return numbers_of([table["fps"]], 1, f"{where}, fps")[0] if "fps" in table else None


def _ground(table: Table, where: str, sheet: Sheet) -> Ground | None:
    where, rows = f"{where}, ground", table.get("ground")
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(
        isinstance(row, list) and len(row) == 2 for row in rows
    ):
        raise InvalidValueError(
            expected="[[[x, y], [metres, metres]], …]", got=repr(rows), field=where
        )
    pixels = points_of([pixel for pixel, _ in rows], where, sheet)
    metres = [Point(*numbers_of(metre, 2, where)) for _, metre in rows]
    return said_at(where, lambda: Ground(tuple(zip(pixels, metres, strict=True))))
