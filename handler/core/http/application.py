"""The FastAPI application that every door to HTTP is built on."""

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from handler.core import events
from handler.core.errors import AppError, BadRequest
from handler.core.http import documented, problems
from handler.core.http.edge import Edge
from handler.core.settings import Settings

_EXPOSED = (
    "ETag",
    "Location",
    "Content-Disposition",
    "Retry-After",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "X-Request-Id",
    "Idempotent-Replayed",
)
_ASKED = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
_PREFLIGHT_SECONDS = 7200  # Chromium's upper limit


class OriginNotAllowed(BadRequest):
    """A browser asked whether a page may call this API, and it may not."""

    detail = "Pages of this origin may not do this here."


class Application(FastAPI):
    """FastAPI with problems for errors, and the edge and CORS around everything, faults included.

    Starlette's own middleware list lies inside its error handler, whose answers would then lack
    the headers; so the two are wrapped around the outside.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        docs = not settings.production
        super().__init__(
            title=settings.app_name,
            redirect_slashes=False,
            openapi_url="/openapi.json" if docs else None,
            telemetry={"tracing": False, "metrics": False, "logs": False},  # `Edge` tells it all
        )
        for error in (AppError, RequestValidationError, HTTPException, Exception):
            self.add_exception_handler(error, problems.answer_error)

    def serve(self, router: APIRouter) -> None:
        """Serve a room's routes as they are.

        `include_router` would build every route again and match every request twice.
        """
        self.router.routes.extend(router.routes)

    def build_middleware_stack(self) -> ASGIApp:
        """FastAPI's stack, within CORS, within the edge."""
        cors = _Cors(
            _Served(super().build_middleware_stack()),
            allow_origins=self._settings.allowed_origins,
            allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=_ASKED,
            expose_headers=_EXPOSED,
            max_age=_PREFLIGHT_SECONDS,
        )
        return Edge(cors, self._settings.response_headers)

    def openapi(self) -> dict[str, Any]:
        """The document, with the shape of all problems, and without what FastAPI gets wrong."""
        if self.openapi_schema is None:
            document = super().openapi()
            shapes = document.setdefault("components", {}).setdefault("schemas", {})
            shapes.update(documented.problem_shapes())
            documented.tell_absent_from_null(document["paths"])
            documented.close_forms(document["paths"], shapes)
        return self.openapi_schema or {}


class _Served:
    """Lets requests through, and answers those that the door refused with their refusal."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = scope.get("aws.event", {}).get(events.REFUSAL)
        app = self._app
        if refusal is not None:
            app = await problems.answer_error(Request(scope), refusal)
        await app(scope, receive, send)


class _Cors(CORSMiddleware):
    """Starlette's CORS, whose refusals are problems too."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except OriginNotAllowed as error:
            answer = problems.problem(error, scope[problems.REQUEST_ID])
            await answer(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        answer = super().preflight_response(request_headers)
        if answer.status_code >= 400:  # noqa: PLR2004 - HTTP's errors begin here
            raise OriginNotAllowed
        return answer
