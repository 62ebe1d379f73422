"""What a watch leaves to the next one: its open stays, and messages that may not have gone out."""

from dataclasses import dataclass

import orjson

from detectors.recorded import Recorded
from detectors.recorded_text import read_recorded, write_recorded
from schemas.errors import InvalidValueError
from schemas.events import Event
from schemas.wire.reading import read_event
from schemas.wire.writing import write_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """`pending` are published again, to the byte, before anything else is told."""

    recorded: Recorded
    pending: tuple[Event, ...] = ()


def remembered_bytes(remembered: Remembered) -> bytes:
    """For a memory to keep."""
    return orjson.dumps(
        {
            "recorded": write_recorded(remembered.recorded),
            "pending": [write_event(event).decode() for event in remembered.pending],
        }
    )


def read_remembered(content: bytes, *, name: str) -> Remembered:
    """What a memory kept. `name` says whose it is.

    Raises:
        InvalidValueError: it isn't what a watch wrote; put it aside to begin anew.
    """
    try:
        told = orjson.loads(content)
        recorded, pending = told["recorded"], [text.encode() for text in told["pending"]]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise InvalidValueError(
            expected="what a watch remembered; put the file aside to begin anew",
            got=f"{content[:40]!r}: {error}",
            field=name,
        ) from error
    return Remembered(
        recorded=read_recorded(recorded, name=name),
        pending=tuple(read_event(each, {}) for each in pending),
    )
