"""Builds places and times where a matter is lawful: name only what the test is about."""

from collections.abc import Iterable
from datetime import date, time

from handlers.decisions.law.leniency import Designated
from schemas.certainty import Certainty
from schemas.geometry import Polygon
from schemas.matter import MatterKey
from schemas.words import Words
from tests.support.builders import STALL


def a_designated_place(
    *,
    matters: Iterable[MatterKey] = (STALL,),
    place_ids: Iterable[str] = ("jiefang-1",),
    grid_cells: Iterable[str] = (),
    outline: Polygon | None = None,
    weekdays: Iterable[int] = range(7),
    hours: tuple[time, time] = (time(6), time(20)),
    days: tuple[date, date] = (date(2026, 1, 1), date(2026, 12, 31)),
) -> Designated:
    return Designated(
        id="A-1",
        title=Words("解放路早市", "the Jiefang road market"),
        matters=frozenset(matters),
        place_ids=frozenset(place_ids),
        grid_cells=frozenset(grid_cells),
        outline=outline,
        weekdays=frozenset(weekdays),
        from_time=hours[0],
        until_time=hours[1],
        valid_from=days[0],
        valid_until=days[1],
        clause="for tests",
        certainty=Certainty.PROPOSAL,
    )
