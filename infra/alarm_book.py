"""What is raised, what was over lately, and which tellings wait: one value, and its file.

A change makes a new book, which is on the disk before anybody is told by it. So a restart
neither repeats an alarm nor forgets one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import structlog

from schemas.alarm import Alarm, AlarmState, Notice
from schemas.trouble import Trouble
from schemas.wire.alarms import alarm_data, read_alarm
from streams.durable import write_whole

ALARMS_FILE: Final = "alarms.json"
"""In the data folder."""
REMEMBERED: Final = 200
"""So many alarms that are over stay to be listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A telling, and the channels that have not acknowledged it yet."""

    notice: Notice
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmBook:
    """Alarms in the order in which they were raised; tellings in the order to be told in."""

    alarms: tuple[Alarm, ...] = ()
    pending: tuple[Pending, ...] = ()

    @property
    def raised(self) -> Mapping[str, Alarm]:
        """What is wrong now, by the trouble's key."""
        return {one.trouble.key: one for one in self.alarms if one.recovered_at is None}

    def begun(
        self, trouble: Trouble, *, alarm_id: str, now: datetime, to: Sequence[str]
    ) -> "AlarmBook":
        """The book with one alarm more."""
        alarm = Alarm(id=alarm_id, trouble=trouble, raised_at=now)
        told = Pending(notice=Notice(alarm=alarm, state=AlarmState.RAISED), to=tuple(to))
        return replace(self, alarms=(*self.alarms, alarm), pending=_with(self.pending, told))

    def over(self, alarm: Alarm, *, now: datetime, to: Sequence[str]) -> "AlarmBook":
        """The book with that alarm recovered."""
        ended = replace(alarm, recovered_at=now)
        told = Pending(notice=Notice(alarm=ended, state=AlarmState.RECOVERED), to=tuple(to))
        alarms = tuple(ended if one.id == alarm.id else one for one in self.alarms)
        return AlarmBook(alarms=_lately(alarms), pending=_with(self.pending, told))

    def told(self, notice: Notice, channel: str) -> "AlarmBook":
        """The book after a channel has acknowledged a telling."""
        left = (
            replace(one, to=tuple(name for name in one.to if name != channel))
            if one.notice.id == notice.id
            else one
            for one in self.pending
        )
        return replace(self, pending=tuple(one for one in left if one.to))

    def next_for(self, channel: str) -> Notice | None:
        """The oldest telling that a channel has not acknowledged."""
        return next((one.notice for one in self.pending if channel in one.to), None)

    def only_for(self, channels: Collection[str]) -> "AlarmBook":
        """The book without tellings for channels that are there no more."""
        kept = (
            replace(one, to=tuple(name for name in one.to if name in channels))
            for one in self.pending
        )
        return replace(self, pending=tuple(one for one in kept if one.to))


def _with(pending: tuple[Pending, ...], told: Pending) -> tuple[Pending, ...]:
    return (*pending, told) if told.to else pending


def _lately(alarms: tuple[Alarm, ...]) -> tuple[Alarm, ...]:
    over = [one for one in alarms if one.recovered_at is not None]
    forgotten = {one.id for one in over[:-REMEMBERED]}
    return tuple(one for one in alarms if one.id not in forgotten)


def read_book(file: Path) -> AlarmBook:
    """What was written last; an empty book where none was, or where it can't be read."""
    try:
        return _book(orjson.loads(file.read_bytes()))
    except FileNotFoundError:
        return AlarmBook()
    except (OSError, ValueError, KeyError, TypeError) as error:
        structlog.get_logger().error("alarms_forgotten", file=str(file), error=repr(error))
        return AlarmBook()


def write_book(file: Path, book: AlarmBook) -> None:
    """Return when it is on the disk.

    Raises:
        OSError: it isn't; the last one is.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "form": 1,
        "alarms": [alarm_data(alarm) for alarm in book.alarms],
        "pending": [
            {
                "alarm": alarm_data(one.notice.alarm),
                "state": one.notice.state,
                "to": list(one.to),
            }
            for one in book.pending
        ],
    }
    write_whole(file, orjson.dumps(content, option=orjson.OPT_INDENT_2))


def _book(content: Mapping[str, Any]) -> AlarmBook:
    return AlarmBook(
        alarms=tuple(read_alarm(kept) for kept in content["alarms"]),
        pending=tuple(
            Pending(
                notice=Notice(alarm=read_alarm(kept["alarm"]), state=AlarmState(kept["state"])),
                to=tuple(kept["to"]),
            )
            for kept in content["pending"]
        ),
    )
