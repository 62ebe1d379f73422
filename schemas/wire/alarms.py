"""An alarm as a structured CloudEvent: the same by webhook and by Kafka, and in the memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from schemas.alarm import Alarm, Notice
from schemas.instants import instant_text, parse_instant
from schemas.trouble import Severity, Trouble

OPERATIONS: Final = "/offsite/operations"
"""Source of what the house says of itself."""
ALARM: Final = "offsite.alarm.v1"


def write_notice(notice: Notice) -> bytes:
    """Spell one telling."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": notice.id,
            "source": OPERATIONS,
            "type": ALARM,
            "time": instant_text(notice.at),
            "datacontenttype": "application/json",
            "data": notice_data(notice),
        }
    )


def notice_data(notice: Notice) -> dict[str, object]:
    """Data of `offsite.alarm.v1`."""
    trouble = notice.alarm.trouble
    return {
        "alarm": notice.alarm.id,
        "state": notice.state,
        "key": trouble.key,
        "kind": trouble.kind,
        "severity": trouble.severity,
        "sentence": trouble.sentence,
        "touches": trouble.touches,
        "since": instant_text(trouble.since),
        "at": instant_text(notice.at),
    }


def alarm_data(alarm: Alarm) -> dict[str, object]:
    """An alarm as it is kept and listed."""
    trouble, over_at = alarm.trouble, alarm.recovered_at
    return {
        "id": alarm.id,
        "key": trouble.key,
        "kind": trouble.kind,
        "severity": trouble.severity,
        "sentence": trouble.sentence,
        "touches": trouble.touches,
        "since": instant_text(trouble.since),
        "raised_at": instant_text(alarm.raised_at),
        "recovered_at": None if over_at is None else instant_text(over_at),
    }


def read_alarm(kept: Mapping[str, Any]) -> Alarm:
    """Take up what `alarm_data` laid down."""
    return Alarm(
        id=kept["id"],
        trouble=Trouble(
            key=kept["key"],
            kind=kept["kind"],
            severity=Severity(kept["severity"]),
            sentence=kept["sentence"],
            touches=kept["touches"],
            since=parse_instant(kept["since"]),
        ),
        raised_at=parse_instant(kept["raised_at"]),
        recovered_at=_instant(kept["recovered_at"]),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)
