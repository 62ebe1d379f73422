"""`/healthz`, `/readyz`, `/metrics`, `/v1/health`: what operations look at."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from infra.api.problems import RETRY_AFTER_S, ProblemError
from infra.health.report import HealthReport
from infra.health.wording import health_json
from infra.metrics import StreamMetrics
from schemas.errors import TemporarilyUnavailableError

LOOK_WITHIN_S = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What the routes need. `look` and `reach_kafka` raise when a neighbour is away."""

    look: Callable[[], Awaitable[HealthReport]]
    reach_kafka: Callable[[], Awaitable[None]]
    registry: CollectorRegistry
    metrics: StreamMetrics


def watch_routes(parts: Watching) -> APIRouter:
    """The routes of operations. They need no key: keep the port inside."""
    router = APIRouter()

    @router.get("/healthz", summary="Is this process alive?")
    async def healthz() -> Response:
        return _json({"status": "alive"})

    @router.get("/readyz", summary="Can this door take events?")
    async def readyz() -> Response:
        try:
            async with asyncio.timeout(LOOK_WITHIN_S):
                await parts.reach_kafka()
        except (TemporarilyUnavailableError, TimeoutError) as error:
            raise _away(error) from error
        return _json({"status": "ready"})

    @router.get("/metrics", summary="For Prometheus")
    async def metrics() -> Response:
        try:
            async with asyncio.timeout(LOOK_WITHIN_S):
                parts.metrics.set(await parts.look())
        except (TemporarilyUnavailableError, TimeoutError):
            parts.metrics.set(None)
        return Response(generate_latest(parts.registry), media_type=CONTENT_TYPE_LATEST)

    @router.get("/v1/health", summary="Lag and verdicts, cameras, processes, brokers, troubles")
    async def health() -> Response:
        try:
            async with asyncio.timeout(LOOK_WITHIN_S):
                return _json(health_json(await parts.look()))
        except (TemporarilyUnavailableError, TimeoutError) as error:
            raise _away(error) from error

    return router


def _away(error: Exception) -> ProblemError:
    return ProblemError(503, str(error) or "no answer in time", retry_after_s=RETRY_AFTER_S)


def _json(content: object) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
