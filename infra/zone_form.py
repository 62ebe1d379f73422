"""The keys of a `[[zone]]`, and how each is read."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from infra.camera_values import (
    LONGEST_ID,
    Sheet,
    list_of,
    place_of,
    points_of,
    polygon_of,
    said_at,
    short_text,
)
from schemas.camera import ZoneKind
from schemas.errors import InvalidValueError
from schemas.geometry import Point, Polygon
from schemas.hours import Hours, parse_hours
from schemas.ids import ZoneId
from schemas.matter import MatterKey, parse_matter
from schemas.place import Place
from schemas.tables import Table, choice_of


def _id(row: Table, where: str, _: Sheet) -> ZoneId:
    return ZoneId(short_text(row, where, "id", longest=LONGEST_ID))


def _kind(row: Table, where: str, _: Sheet) -> ZoneKind:
    return choice_of(ZoneKind, row, "kind", where)


def _name(row: Table, where: str, _: Sheet) -> str | None:
    return short_text(row, where, "name") if "name" in row else None


def _purpose(row: Table, where: str, _: Sheet) -> str:
    return (
        short_text(row, where, "purpose") if row.get("purpose") != "" and "purpose" in row else ""
    )


def _outline(row: Table, where: str, sheet: Sheet) -> Polygon:
    return polygon_of(row.get("outline"), f"{where}, outline", sheet)


def _holes(row: Table, where: str, sheet: Sheet) -> tuple[Polygon, ...]:
    holes = list_of(row, "holes", where, expected="a list of outlines")
    return tuple(
        polygon_of(hole, f"{where}, holes, {number}", sheet) for number, hole in enumerate(holes, 1)
    )


def _hours(row: Table, where: str, _: Sheet) -> tuple[Hours, ...]:
    texts = list_of(row, "hours", where, expected='a list like ["07:00-19:00"]', of=str)
    return tuple(said_at(f"{where}, hours", partial(parse_hours, text)) for text in texts)


def _matters(row: Table, where: str, _: Sheet) -> frozenset[MatterKey] | None:
    if "matters" not in row:
        return None
    texts = list_of(row, "matters", where, expected='a list like ["standard|kind|code"]', of=str)
    return frozenset(said_at(f"{where}, matters", partial(parse_matter, text)) for text in texts)


def _road_side(row: Table, where: str, sheet: Sheet) -> tuple[Point, Point] | None:
    where, value = f"{where}, road_side", row.get("road_side")
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise InvalidValueError(expected="[[x, y], [x, y]]", got=repr(value), field=where)
    begins, ends = points_of(value, where, sheet)
    return begins, ends


def _place_of_zone(row: Table, where: str, sheet: Sheet) -> Place:
    place = place_of(row, where, sheet.place)
    if place is None:
        raise InvalidValueError(
            expected="an id, a grid cell, a position or an address, of the zone or of the camera",
            got="none",
            field=f"{where}, place",
        )
    return place


ZONE_KEYS: Final[Mapping[str, Callable[[Table, str, Sheet], object]]] = {
    "id": _id,
    "kind": _kind,
    "name": _name,
    "outline": _outline,
    "holes": _holes,
    "hours": _hours,
    "matters": _matters,
    "purpose": _purpose,
    "road_side": _road_side,
    "place": _place_of_zone,
}
"""As on `Zone`."""
