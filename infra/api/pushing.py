"""`POST /v1/events`: takes events, and answers with where each of them lies."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

import orjson
from fastapi import APIRouter, Request, Response

from infra.access.keyring import Keyring
from infra.access.rate import TokenBuckets
from infra.api.body import Form, Pushed, read_pushed
from infra.api.granting import granted, source_of
from infra.api.problems import RETRY_AFTER_S, ProblemError, document, problem_of, reason_of
from infra.metrics import DoorMetrics
from schemas.errors import InvalidValueError, OffsiteError
from schemas.wire.envelope import BATCH, STRUCTURED
from streams.intake import Accepted, Door, Item, Sender, structured
from streams.spans import spans

LONGEST_BATCH: Final = 1000
_ANSWERS: Final = {
    202: "Acknowledged by all replicas; the receipt says where it lies",
    207: "A batch of which some items were not taken; each item has its own status",
    400: "An item is not what its type says: which field, expected, got",
    401: "Key missing or not known",
    403: "The key may not speak for that source",
    408: "The body didn't come whole in time",
    413: "Larger than the limit",
    415: "Another content type or encoding",
    429: "More than the key's share",
    503: "Kafka is away: send it again",
}
_BODY: Final = {
    "required": True,
    "content": {
        STRUCTURED: {"schema": {"type": "object", "description": "See docs/schemas/"}},
        BATCH: {"schema": {"type": "array", "maxItems": LONGEST_BATCH, "items": {}}},
        "application/json": {
            "schema": {"type": "object", "description": "The data; attributes in ce-* headers"}
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushing:
    """What the route needs."""

    door: Door
    keyring: Keyring
    buckets: TokenBuckets
    metrics: DoorMetrics
    limit_bytes: int


def push_routes(parts: Pushing) -> APIRouter:
    """The route of the front door."""
    router = APIRouter()

    @router.post(
        "/v1/events",
        status_code=202,
        summary="Push events",
        description="CloudEvents 1.0 in structured, binary or batch form. Send again what was "
        "not answered: effects happen once.",
        responses={status: {"description": text} for status, text in _ANSWERS.items()},
        openapi_extra={"security": [{"key": []}], "requestBody": _BODY},
    )
    async def push(request: Request) -> Response:
        try:
            with parts.metrics.tally.serving():
                return await _answered(parts, request)
        except ProblemError as problem:
            _count(parts, problem)
            raise
        except OffsiteError as error:
            raise _count(parts, problem_of(error)) from error

    return router


async def _answered(parts: Pushing, request: Request) -> Response:
    shown = source_of(await granted(request, parts.keyring))
    pushed = await read_pushed(request, limit_bytes=parts.limit_bytes)
    sender = Sender(source=shown.grant.source, lane=shown.grant.lane)
    if pushed.form is Form.BATCH:
        return await _take_batch(parts, pushed, sender, shown.key)
    _spend(parts, shown.key, 1)
    return _answer(202, _receipt(await _taken(parts, pushed.item(), sender, pushed.trace)))


def _count(parts: Pushing, problem: ProblemError) -> ProblemError:
    parts.metrics.refused(reason_of(problem), problem.status)
    return problem


def _spend(parts: Pushing, key: str, events: int) -> None:
    wait_s = parts.buckets.take(key, events)
    if wait_s > 0:
        raise ProblemError(
            429, f"key {key}: come again in {wait_s:.1f} s", retry_after_s=max(1, round(wait_s))
        )


async def _take_batch(parts: Pushing, pushed: Pushed, sender: Sender, key: str) -> Response:
    items = spans(pushed.body)
    if len(items) > LONGEST_BATCH:
        raise InvalidValueError(
            expected=f"at most {LONGEST_BATCH} events", got=str(len(items)), field="batch"
        )
    _spend(parts, key, max(1, len(items)))
    answers = await asyncio.gather(
        *(_item_answer(parts, structured(value), sender, pushed.trace) for value in items)
    )
    all_taken = all(answer["status"] == 202 for answer in answers)
    headers = {}
    if any(answer["status"] == 503 for answer in answers):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return _answer(202 if all_taken else 207, {"items": answers}, headers)


async def _item_answer(
    parts: Pushing, item: Item, sender: Sender, trace: str | None
) -> dict[str, object]:
    try:
        return {"status": 202, **_receipt(await _taken(parts, item, sender, trace))}
    except OffsiteError as error:
        return document(_count(parts, problem_of(error)))


async def _taken(parts: Pushing, item: Item, sender: Sender, trace: str | None) -> Accepted:
    began = time.perf_counter()
    accepted = await parts.door.take(item, sender, trace)
    parts.metrics.accepted(
        accepted.receipt.topic, size=len(item.value), seconds=time.perf_counter() - began
    )
    return accepted


def _receipt(accepted: Accepted) -> dict[str, object]:
    address = accepted.receipt.address
    return {
        "id": accepted.id.id,
        "source": accepted.id.source,
        "sha256": accepted.digest,
        "topic": accepted.receipt.topic,
        "topic_id": address.topic_id,
        "partition": address.partition,
        "offset": address.offset,
    }


def _answer(status: int, content: object, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status, headers, "application/json")
