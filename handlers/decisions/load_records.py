"""A lane's overload as it stands in recorded facts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from handlers.decisions.facts import Overload
from schemas.instants import instant_text, parse_instant
from schemas.wire.canonical import Json

_MILLISECOND: Final = timedelta(milliseconds=1)


def overload_record(load: Overload) -> dict[str, Json]:
    """Whole milliseconds, as everywhere in records."""
    return {"lag_ms": load.lag // _MILLISECOND, "since": instant_text(load.since)}


def read_overload(record: Mapping[str, Any]) -> Overload:
    """Take up what `overload_record` laid down."""
    return Overload(
        lag=timedelta(milliseconds=record["lag_ms"]), since=parse_instant(record["since"])
    )
