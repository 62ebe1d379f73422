"""`POST /v1/acts` and `GET /v1/cases/…`: what people do, what they may do next, what was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response

from handlers.acts import Told
from infra.access.keyring import Keyring
from infra.access.rate import TokenBuckets
from infra.acting import Acting
from infra.api.act_form import ActForm, read_form
from infra.api.act_views import dossier_json, moment_json
from infra.api.body import read_body
from infra.api.granting import granted, person_of
from infra.api.problems import INVALID_COMMAND, ProblemError
from schemas.act import CommandId, SubjectId
from schemas.errors import InvalidValueError, RefusedError
from schemas.person import PersonId
from schemas.wire.plain import is_plain

LONGEST_BODY: Final = 64 * 1024
_PERSON: Final[dict[str, Any]] = {"security": [{"key": []}]}
_COMMON: Final = {
    401: "Key missing or not known",
    403: "The key is not a person's",
    429: "More than the key's share",
    503: "The database is away: send it again",
}
_ACTED: Final = {
    200: "Done, now or when the same command came before",
    400: "No command: which field, expected, got",
    409: "Refused: each rule with its clause, what is missing, and who could supply it",
    413: "Larger than the limit",
    415: "Not application/json",
    **_COMMON,
}
_LOOKED: Final = {200: "As it stands", 404: "Nobody knows such a subject", **_COMMON}
_BODY: Final = {
    "required": True,
    "content": {"application/json": {"schema": ActForm.model_json_schema()}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingParts:
    """What the routes need."""

    acting: Acting
    keyring: Keyring
    buckets: TokenBuckets


def act_routes(parts: ActingParts) -> APIRouter:
    """The routes of people."""
    router = APIRouter()

    @router.post(
        "/v1/acts",
        summary="Act on a case, an incident or a pack",
        description="The person is whose key it is. Send again what was not answered, under the "
        "same id: the same command gets its first answer. `expected` is the version that was seen.",
        responses=_told_by(_ACTED),
        openapi_extra={**_PERSON, "requestBody": _BODY},
    )
    async def act(request: Request) -> Response:
        person = await _person(request, parts)
        body = await _json_body(request)
        try:
            return _answered(await _act(read_form(body), person, parts.acting))
        except InvalidValueError as error:
            raise _malformed(error) from error
        except RefusedError as error:
            raise ProblemError(409, str(error)) from error

    @router.get(
        "/v1/cases/{subject}",
        summary="A case as it stands, and what may be done next",
        description="Also an incident (O…) or a pack (pack:…). A command expects its `version`.",
        responses=_told_by(_LOOKED),
        openapi_extra=_PERSON,
    )
    async def case(request: Request, subject: str) -> Response:
        person = await _person(request, parts)
        try:
            dossier = await parts.acting.dossier(_subject(subject))
        except InvalidValueError as error:
            raise _unknown(subject) from error
        if dossier is None:
            raise _unknown(subject)
        roles = await parts.acting.roles_of(person)
        return _json(200, dossier_json(dossier, roles=roles))

    @router.get(
        "/v1/cases/{subject}/timeline",
        summary="All that happened to a case, as it was recorded",
        responses=_told_by(_LOOKED),
        openapi_extra=_PERSON,
    )
    async def timeline(request: Request, subject: str) -> Response:
        await _person(request, parts)
        moments = await parts.acting.timeline(_subject(subject))
        if not moments:
            raise _unknown(subject)
        told = [moment_json(moment) for moment in moments]
        return _json(200, {"subject": subject, "moments": told})

    return router


async def _act(form: ActForm, person: PersonId, acting: Acting) -> Told:
    """Who doesn't say when it was done may repeat it all the same: the first time counts."""
    at = form.instant()
    if at is None:
        before = await acting.commands.said(CommandId(form.id))
        at = datetime.now(UTC) if before is None else before.at
    return await acting.act(form.command(person=person, at=at))


async def _person(request: Request, parts: ActingParts) -> PersonId:
    shown = await granted(request, parts.keyring)
    person = person_of(shown)
    wait_s = parts.buckets.take(shown.key, 1)
    if wait_s > 0:
        raise ProblemError(
            429,
            f"key {shown.key}: come again in {wait_s:.1f} s",
            retry_after_s=max(1, round(wait_s)),
        )
    return person


async def _json_body(request: Request) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ProblemError(415, f"Content-Type: expected application/json, got {media_type[:80]}")
    return await read_body(request, limit_bytes=LONGEST_BODY)


def _answered(told: Told) -> Response:
    said = {"address": str(told.address), "is_repeat": told.is_repeat, **told.said}
    if told.is_done:
        return _json(200, said)
    rules = ", ".join(refusal["rule"] for refusal in told.said["refusals"])
    raise ProblemError(
        409, f"{told.said['act']} on {told.said['subject']}: refused by {rules}", said
    )


def _malformed(error: InvalidValueError) -> ProblemError:
    where = {"field": error.field, "expected": error.expected, "got": error.got}
    return ProblemError(400, str(error), where, kind=INVALID_COMMAND)


def _subject(text: str) -> SubjectId:
    if not is_plain(text):
        raise _unknown(repr(text))
    return SubjectId(text)


def _unknown(subject: str) -> ProblemError:
    return ProblemError(
        404, f"expected the id of a case, an incident or a pack, got {subject[:80]}"
    )


def _told_by(answers: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    return {status: {"description": text} for status, text in answers.items()}


def _json(status: int, content: object) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
