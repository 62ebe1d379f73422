"""How a process speaks: events with fields, one JSON object a line, ours and the libraries'."""

import logging
import re
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import structlog

from infra.log_list import FOREIGN
from infra.redacting import Redactor, redact_last_words

BLOTTED: Final = "▮▮▮"
# Only what stands alone: a digest has such runs of digits too.
_ALONE: Final = r"(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
_PLATE: Final = (
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]"
    r"[A-Z][·\s]?[A-HJ-NP-Z0-9挂学警港澳]{5,6}(?![0-9A-Za-z])"
)
_MOBILE: Final = _ALONE.format(r"1[3-9]\d{9}")
_IDENTITY: Final = _ALONE.format(
    r"[1-9]\d{5}(?:19|20)\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]"
)
_PERSONAL: Final = re.compile(f"{_PLATE}|{_MOBILE}|{_IDENTITY}")


def without_persons(text: str) -> str:
    """Blot out plates, mobile numbers and identity numbers.

    A belt only: what is logged comes from the list, and no field of it is for a citizen's words.
    But an error may quote what came.
    """
    return _PERSONAL.sub(BLOTTED, text)


def speak_json(redactor: Redactor) -> None:
    """Set up logging for a whole process. The libraries speak only when something is wrong.

    No secret that the redactor knows is said, in the last traceback neither.
    """
    redact_last_words(redactor)
    foreign = logging.StreamHandler()
    foreign.setFormatter(_JsonLines(redactor))
    logging.basicConfig(level=logging.WARNING, handlers=[foreign], force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _blotted,
            redactor,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )


def _blotted(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = without_persons(value)
    return event


class _JsonLines(logging.Formatter):
    """A library's line as an event of ours."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "logger": record.name,
            "message": self._kept(record.getMessage()),
            "event": FOREIGN,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info:
            line["exception"] = self._kept(self.formatException(record.exc_info))
        return orjson.dumps(line).decode()

    def _kept(self, text: str) -> str:
        return self._redactor.text(without_persons(text))
