"""Something that operations must know: what is wrong, how badly, and which cases wait for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.errors import InvalidValueError


class Severity(StrEnum):
    """How soon somebody must look."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong now. `key` stays the same as long as the same thing is wrong.

    `kind` is the part of the key that names the sort of trouble, such as `partition-stopped`;
    `touches` says in a sentence which open cases wait because of it, and is empty for none.
    No text of it names a citizen.
    """

    key: str
    kind: str
    severity: Severity
    sentence: str
    since: datetime
    touches: str = ""

    def __post_init__(self) -> None:
        if self.key != self.kind and not self.key.startswith(f"{self.kind}:"):
            raise InvalidValueError(
                field="key", expected=f"{self.kind!r} or {self.kind + ':'!r} and more", got=self.key
            )
        if self.since.tzinfo is None:
            raise InvalidValueError(field="since", expected="a time with its zone", got=self.since)
