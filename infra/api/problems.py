"""Errors as RFC 9457 problem documents: what was expected, what came, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson
from fastapi import Response

from schemas.errors import (
    InvalidValueError,
    OffsiteError,
    RefusedError,
    TemporarilyUnavailableError,
)

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of problem it is: a name for programs, a title for people."""

    name: str
    title: str


INVALID_COMMAND: Final = Kind("invalid-command", "The command is not of the form that acts have")
NOT_A_PERSON: Final = Kind("not-a-person", "Only a person acts and looks at cases")
NOT_A_SOURCE: Final = Kind("not-a-source", "A person's key pushes no events")
_KINDS: Final[Mapping[int, Kind]] = {
    400: Kind("invalid-event", "The event is not what its type says"),
    401: Kind("unknown-key", "An API key is missing or not known"),
    403: Kind("foreign-source", "This key may not speak for that source"),
    404: Kind("not-found", "There is nothing under this path"),
    405: Kind("method-not-allowed", "This path doesn't know that method"),
    408: Kind("too-slow", "The body didn't come whole in time"),
    409: Kind("refused", "The act can't be done as things stand; what is missing is listed"),
    413: Kind("too-large", "The body is larger than this door takes"),
    415: Kind("unsupported-media-type", "This door doesn't read that content type or encoding"),
    429: Kind("too-many", "This key has asked more than its share"),
    503: Kind("unavailable", "A part behind the door is away: send it again"),
}


@dataclass(eq=False)  # not frozen: whoever passes an exception on gives it another traceback
class ProblemError(Exception):
    """An answer that is no success. `more` goes into the document; `kind` is of the status."""

    status: int
    detail: str
    more: Mapping[str, object] = field(default_factory=dict)
    retry_after_s: int | None = None
    kind: Kind | None = None


def problem_of(error: OffsiteError) -> ProblemError:
    """Which answer an error of ours is."""
    if isinstance(error, InvalidValueError):
        where = {"field": error.field, "expected": error.expected, "got": error.got}
        return ProblemError(400, str(error), where)
    if isinstance(error, RefusedError):
        return ProblemError(403, str(error))
    if isinstance(error, TemporarilyUnavailableError):
        return ProblemError(503, str(error), retry_after_s=RETRY_AFTER_S)
    raise error


def reason_of(problem: ProblemError) -> str:
    """What sort of problem it is, in one word for programs."""
    return (problem.kind or _KINDS[problem.status]).name


def document(problem: ProblemError) -> dict[str, object]:
    """The problem as JSON."""
    kind = problem.kind or _KINDS[problem.status]
    return {
        "type": f"urn:offsite:problem:{kind.name}",
        "title": kind.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.more,
    }


def response(problem: ProblemError) -> Response:
    """The problem as an answer."""
    headers = {}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="offsite"'
    return Response(orjson.dumps(document(problem)), problem.status, headers, MEDIA_TYPE)
