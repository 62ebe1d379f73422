"""Where and when a matter is lawful: the exemption layer of the pack (A7)."""

from datetime import datetime

from handlers.decisions.law.leniency import Designated, Leniency
from schemas.geometry import Point
from schemas.instants import CHINA
from schemas.matter import MatterKey
from schemas.place import Place


def lawful_row(
    matter: MatterKey, place: Place, at: datetime, leniency: Leniency
) -> Designated | None:
    """The first row that makes the matter lawful at that place and instant."""
    local = at.astimezone(CHINA)
    return next(
        (
            row
            for row in leniency.designated
            if matter in row.matters and _is_open(row, local) and _holds(row, place)
        ),
        None,
    )


def _is_open(row: Designated, local: datetime) -> bool:
    """By a clock in China; the last day is in it, the last instant isn't any more."""
    return (
        row.valid_from <= local.date() <= row.valid_until
        and local.weekday() in row.weekdays
        and row.from_time <= local.time() < row.until_time
    )


def _holds(row: Designated, place: Place) -> bool:
    if place.id in row.place_ids or place.grid_cell in row.grid_cells:
        return True
    if row.outline is None or place.longitude is None or place.latitude is None:
        return False
    return row.outline.contains(Point(place.longitude, place.latitude))
