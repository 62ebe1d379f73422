"""Reads names, places, points and outlines out of a camera's file: what several keys share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from schemas.camera import MOST_CORNERS, require_within
from schemas.errors import InvalidValueError
from schemas.geometry import FrameSize, Point, Polygon
from schemas.place import Place
from schemas.tables import Table, is_number, only, text_of
from schemas.wire.plain import is_plain

Value = TypeVar("Value")

LONGEST_ID: Final = 64
_LONGEST_TEXT: Final = 200
_FAR: Final = 1e12
_PLACE_TEXTS: Final = ("id", "grid_cell", "address")
_PLACE_NUMBERS: Final = ("longitude", "latitude")


class Units(StrEnum):
    """What corners are told in: pixels of the frame, or shares of its width and height."""

    PIXELS = "pixels"
    NORMALISED = "normalised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the picture is like that points are drawn on, and where it is."""

    frame: FrameSize | None
    units: Units
    place: Place | None


def short_text(
    row: Table, where: str, key: str, *, default: str | None = None, longest: int = _LONGEST_TEXT
) -> str:
    """One line that a person can read."""
    if default is not None and key not in row:
        return default
    value = text_of(row, key, where)
    if len(value) > longest or not is_plain(value):
        raise InvalidValueError(
            expected=f"one line of at most {longest} printable characters",
            got=value,
            field=f"{where}, {key}",
        )
    return value


def place_of(row: Table, where: str, default: Place | None) -> Place | None:
    """The row's own place, else the default."""
    if "place" not in row:
        return default
    where, content = f"{where}, place", row["place"]
    if not isinstance(content, dict):
        raise InvalidValueError(expected="a table", got=repr(content), field=where)
    only(content, {*_PLACE_TEXTS, *_PLACE_NUMBERS}, where)
    texts = {key: short_text(content, where, key) for key in _PLACE_TEXTS if key in content}
    numbers = {
        key: numbers_of([content[key]], 1, f"{where}, {key}")[0]
        for key in _PLACE_NUMBERS
        if key in content
    }
    made: dict[str, Any] = {**texts, **numbers}
    return said_at(where, lambda: Place(**made))


def polygon_of(corners: object, where: str, sheet: Sheet) -> Polygon:
    """An outline, in pixels."""
    if not isinstance(corners, list):
        raise InvalidValueError(
            expected=f"[[x, y], [x, y], [x, y] …] in {sheet.units}",
            got=repr(corners),
            field=where,
        )
    if len(corners) > MOST_CORNERS:
        raise InvalidValueError(
            expected=f"at most {MOST_CORNERS} corners", got=str(len(corners)), field=where
        )
    points = points_of(corners, where, sheet)
    return said_at(where, lambda: Polygon(points))


def points_of(pairs: Sequence[object], where: str, sheet: Sheet) -> tuple[Point, ...]:
    """In pixels, whatever they were told in; within the picture."""
    points = tuple(Point(*numbers_of(pair, 2, where)) for pair in pairs)
    if sheet.units is Units.PIXELS:
        if sheet.frame is not None:
            require_within(sheet.frame, points, where)
        return points
    for point in points:
        if not (0 <= point.x <= 1 and 0 <= point.y <= 1):
            raise InvalidValueError(
                expected="shares of width and height, 0 … 1 (units are normalised)",
                got=f"({point.x:g}, {point.y:g})",
                field=where,
            )
    frame = sheet.frame or FrameSize(width=1, height=1)
    return tuple(Point(point.x * frame.width, point.y * frame.height) for point in points)


def list_of(
    row: Table, key: str, where: str, *, expected: str, of: type[Any] = list
) -> Sequence[Any]:
    """A list of one kind of thing; an absent one is empty."""
    value = row.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, of) for each in value):
        raise InvalidValueError(expected=expected, got=repr(value), field=f"{where}, {key}")
    return value


def numbers_of(value: object, count: int, where: str) -> list[float]:
    """Finite ones: TOML has `nan` and `inf` too."""
    if not isinstance(value, list) or len(value) != count or not all(map(_is_finite, value)):
        raise InvalidValueError(expected=f"{count} numbers", got=repr(value), field=where)
    return [float(one) for one in value]


def _is_finite(value: object) -> bool:
    return is_number(value) and abs(value) < _FAR  # type: ignore[arg-type]  # a number, as was asked


def said_at(where: str, make: Callable[[], Value]) -> Value:
    """Tell a value's own fault with the place in the file where it stands."""
    try:
        return make()
    except InvalidValueError as error:
        key = (error.field or "").rpartition(", ")
        field = f"{where}, {key[2]}" if key[1] else where
        raise InvalidValueError(expected=error.expected, got=error.got, field=field) from error
