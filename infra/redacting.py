"""Takes secrets out of whatever a process is about to say.

Nothing should put one in: they are held so that printing shows stars, and errors don't quote
them. This is the belt, for what a driver of another's making puts into a message one day.
"""

import re
import sys
import traceback
from collections.abc import Collection, Mapping, MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final
from urllib.parse import quote, unquote

from infra.settings import Settings

STARS: Final = "***"
_SHORTEST: Final = 4
"""A shorter secret is a word that stands everywhere, and no secret."""
_IN_ADDRESS: Final = re.compile(r"(?<=://)([^\s/:@'\"]*):[^\s/'\"]*@(?=[^\s@])")
_SAID: Final = re.compile(
    r"(?i)\b(password|passwd|pwd|secret)(['\"]?\s*[=:]\s*)(['\"]?)[^\s'\",;&)]+"
)


class Redactor:
    """Knows our secrets by heart, and how others look."""

    def __init__(self, secrets: Collection[str]) -> None:
        spelt = {each for one in secrets for each in (one, quote(one, safe=""), unquote(one))}
        self._known: Final = sorted(
            (each for each in spelt if len(each) >= _SHORTEST), key=len, reverse=True
        )

    def text(self, said: str) -> str:
        """The same, with stars in place of secrets."""
        for secret in self._known:
            said = said.replace(secret, STARS)
        said = _IN_ADDRESS.sub(rf"\1:{STARS}@", said)
        return _SAID.sub(rf"\1\2\3{STARS}", said)

    def __call__(
        self, _: object, __: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """As a processor of structlog, after the one that spells tracebacks."""
        for key, value in event.items():
            event[key] = self._within(value)
        return event

    def _within(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self._within(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._within(each) for each in value]
        return value if isinstance(value, int | float | None) else self.text(str(value))


def redactor_of(settings: Settings) -> Redactor:
    """Knows the secrets that these settings hold, and those in the file that they name."""
    secrets: list[str] = []
    if settings.database is not None:
        dsn = settings.database.get_secret_value()
        # By hand: what is no DSN at all must be hidden too.
        user_and_secret = dsn.partition("://")[2].rpartition("@")[0] or dsn.rpartition("@")[0]
        secrets.append(user_and_secret.partition(":")[2])
    if settings.kafka_sasl_password is not None:
        secrets.append(settings.kafka_sasl_password.get_secret_value())
    if settings.kafka_sasl_password_file is not None:
        with suppress(OSError, UnicodeDecodeError):  # told where it is needed
            secrets.append(settings.kafka_sasl_password_file.read_text("utf-8").strip())
    return Redactor(secrets)


def redact_last_words(redactor: Redactor) -> None:
    """Put it before the traceback of a process that dies."""

    def last_words(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        sys.stderr.write(redactor.text("".join(traceback.format_exception(kind, error, trace))))

    sys.excepthook = last_words
