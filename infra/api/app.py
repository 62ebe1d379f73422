"""Builds the HTTP application out of its routes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from infra.api.acting import ActingParts, act_routes
from infra.api.problems import ProblemError, problem_of, response
from infra.api.pushing import Pushing, push_routes
from infra.api.reference import reference_page
from infra.api.watching import Watching, watch_routes
from schemas.errors import OffsiteError


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What goes on behind the routes: loops for as long as they are served, then the end."""

    loops: Sequence[Callable[[], Coroutine[None, None, None]]]
    at_end: Callable[[], Awaitable[None]]


def build_api(
    pushing: Pushing, acting: ActingParts, watching: Watching, *, version: str, life: Life
) -> FastAPI:
    """The front door, where sources push and people act, with what operations need."""

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(loop()) for loop in life.loops]
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await life.at_end()

    app = FastAPI(
        title="offsite: the front door",
        version=version,
        lifespan=living,
        docs_url=None,  # the stock page loads scripts from elsewhere, which closed networks lack
        redoc_url=None,
    )
    app.include_router(push_routes(pushing))
    app.include_router(act_routes(acting))
    app.include_router(watch_routes(watching))
    app.openapi = _described(app)  # type: ignore[method-assign]  # FastAPI's documented way

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return Response(reference_page(app.openapi()), media_type="text/html; charset=utf-8")

    _tell_problems(app)
    return app


def _tell_problems(app: FastAPI) -> None:
    @app.exception_handler(ProblemError)
    async def told(_: Request, problem: ProblemError) -> Response:
        return response(problem)

    @app.exception_handler(OffsiteError)
    async def ours(_: Request, error: OffsiteError) -> Response:
        return response(problem_of(error))

    @app.exception_handler(HTTPException)
    async def stock(request: Request, error: HTTPException) -> Response:
        detail = f"{request.method} {request.url.path}: {error.detail}"
        answer = response(ProblemError(error.status_code, detail))
        answer.headers.update(error.headers or {})
        return answer


def _described(app: FastAPI) -> Callable[[], dict[str, object]]:
    def description() -> dict[str, object]:
        if not app.openapi_schema:
            schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
            schema.setdefault("components", {})["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer", "description": "`offsite key add`"}
            }
            app.openapi_schema = schema
        return app.openapi_schema

    return description
