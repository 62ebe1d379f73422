"""Errors by remedy: mend the value, park the message, wait and retry, tell the person."""

from typing import Final

LONGEST_GOT: Final = 200
"""What came may be long, and may be a citizen's words: an error quotes only its beginning."""


class OffsiteError(Exception):
    """Root of what this project raises on purpose."""


class InvalidValueError(OffsiteError, ValueError):
    """A value that can't exist: mend it where it was made."""

    def __init__(self, *, expected: str, got: object, field: str | None = None) -> None:
        self.field = field
        self.expected = expected
        said = got if isinstance(got, str) else repr(got)
        self.got = said if len(said) <= LONGEST_GOT else said[:LONGEST_GOT] + "…"
        where = f"{field}: " if field else ""
        super().__init__(f"{where}expected {self.expected}, got {self.got}")


class PoisonMessageError(OffsiteError):
    """Will fail again however often it is tried: park it."""


class TemporarilyUnavailableError(OffsiteError):
    """A neighbour is away: wait, then try the same again."""


class RefusedError(OffsiteError):
    """A person asked for what can't be done: tell them why and what would help."""


class IllegalTransitionError(RefusedError):
    """A step that the life of a case doesn't know."""
