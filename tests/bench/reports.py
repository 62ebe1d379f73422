"""Reports as a city platform pushes them, one like the other but for id, place and matter."""

from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.events import Event
from schemas.ids import EventId
from schemas.matter import MatterKey
from schemas.place import Place
from schemas.report import Report, Reporter

SOURCE: Final = "/bench/platform"
_STANDARD: Final = "GB/T 47678.5-2026"
FIRE_LANE: Final = MatterKey(_STANDARD, "matter", "09012")
STALL: Final = MatterKey(_STANDARD, "matter", "09006")


def report(number: int, *, place: str, matter: MatterKey, id_prefix: str) -> Event:
    """About as long as those of a platform that says where and what in a sentence."""
    return Event(
        id=EventId(SOURCE, f"{id_prefix}-{number}"),
        occurred_at=datetime(2026, 11, 20, 4, tzinfo=UTC) + timedelta(milliseconds=number),
        body=Report(
            reporter=Reporter.PLATFORM,
            text="有人占道经营，堵住了通道 / somebody sells on the pavement",
            matter=matter,
            place=Place(
                id=place, address="武汉市江岸区解放大道", longitude=114.30551, latitude=30.59281
            ),
        ),
    )
