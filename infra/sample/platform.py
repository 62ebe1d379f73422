"""What the city platform pushes in the sample world, sent as any sender would send it."""

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.errors import RefusedError, TemporarilyUnavailableError
from schemas.events import Event
from schemas.ids import EventId
from schemas.matter import MatterKey
from schemas.place import Place
from schemas.report import Report, Reporter
from schemas.wire.envelope import STRUCTURED
from schemas.wire.writing import write_event

SOURCE: Final = "/city/platform"
_STANDARD: Final = "GB/T 47678.5-2026"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    id: str
    code: str | None
    place: str
    text: str
    reporter: Reporter = Reporter.PLATFORM


_LINES: Final = (
    _Line(id="0001", code="09012", place="hospital-east-gate", text="Vans block the fire lane"),
    _Line(id="0002", code="01001", place="river-road-12", text="Manhole cover shifted"),
    _Line(
        id="0003",
        code="06010",
        place="market-back-lane",
        text="Bags of garbage beside the bins",
        reporter=Reporter.PERSON,
    ),
    _Line(id="0004", code="06042", place="park-north-3", text="Bin overflows"),
    _Line(id="0005", code=None, place="bridge-2", text="Something hangs from the bridge"),
)


def platform_events(now: datetime) -> Sequence[Event]:
    """A handful of reports; the last says again what the first said, as networks do."""
    events = [_event(line, now) for line in _LINES]
    return [*events, events[0]]


def _event(line: _Line, now: datetime) -> Event:
    return Event(
        id=EventId(SOURCE, f"demo-{line.id}"),
        occurred_at=now - timedelta(seconds=30),
        body=Report(
            reporter=line.reporter,
            text=line.text,
            matter=None if line.code is None else MatterKey(_STANDARD, "matter", line.code),
            place=Place(id=line.place),
        ),
    )


def push(door: str, key: str, event: Event) -> dict[str, object]:
    """Send one event to a front door; answer its receipt.

    Raises:
        RefusedError: the door says no.
        TemporarilyUnavailableError: it can't be reached, or says to come again.
    """
    request = urllib.request.Request(  # noqa: S310 - the door's own address
        f"{door}/v1/events",
        data=write_event(event),
        headers={"Authorization": f"Bearer {key}", "Content-Type": STRUCTURED},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310 - as above
            receipt: dict[str, object] = json.load(answer)
            return receipt
    except urllib.error.HTTPError as error:
        said = error.read().decode("utf-8", errors="replace")
        if error.code == 503:
            raise TemporarilyUnavailableError(said) from error
        raise RefusedError(f"the front door answered {error.code}: {said}") from error
    except OSError as error:
        raise TemporarilyUnavailableError(f"{door} can't be reached: {error}") from error
