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

_TITLES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("invalid-event", "The event is not what its type says"),
    401: ("unknown-key", "An API key is missing or not known"),
    403: ("foreign-source", "This key may not speak for that source"),
    404: ("not-found", "There is nothing under this path"),
    405: ("method-not-allowed", "This path doesn't know that method"),
    413: ("too-large", "The body is larger than this door takes"),
    415: ("unsupported-media-type", "This door doesn't read that content type or encoding"),
    429: ("too-many", "This key has pushed more than its share"),
    503: ("unavailable", "A part behind the door is away: send it again"),
}


@dataclass(eq=False)  # not frozen: whoever passes an exception on gives it another traceback
class ProblemError(Exception):
    """An answer that is no success. `more` goes into the document."""

    status: int
    detail: str
    more: Mapping[str, object] = field(default_factory=dict)
    retry_after_s: int | None = None


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


def document(problem: ProblemError) -> dict[str, object]:
    """The problem as JSON."""
    name, title = _TITLES[problem.status]
    return {
        "type": f"urn:offsite:problem:{name}",
        "title": title,
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
