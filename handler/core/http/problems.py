"""Errors as RFC 9457 problems: the one place where an exception becomes an answer."""

from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from handler.core.errors import (
    AppError,
    BadRequest,
    InputInvalid,
    InternalError,
    NotFound,
    Unavailable,
    Unprocessable,
)
from handler.core.events import AnswerTooLarge, RequestMalformed
from handler.core.schemas import Problem
from handler.core.strict_json import BodyTooLarge, JsonInvalid

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "dunlin.request_id"
"""Key in the ASGI scope under which the request's id travels."""
OAUTH = "dunlin.oauth"
"""Key in the ASGI scope of routes that OAuth's clients call: those that take a form."""
_OAUTH_CODES = {
    401: "invalid_grant",
    403: "invalid_grant",
    429: "temporarily_unavailable",
    500: "server_error",
    503: "temporarily_unavailable",
}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_MESSAGE = 200  # characters of a validation message


class RouteNotFound(NotFound):
    """No path here has that form."""

    detail = "There is nothing at this path."


class MethodNotAllowed(AppError):
    """The path exists, and does not know this method."""

    status = HTTPStatus.METHOD_NOT_ALLOWED
    detail = "This path does not know this method."


class ContentTypeUnsupported(AppError):
    """A body that should be JSON and does not say so."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    detail = "Send JSON, with Content-Type: application/json."


class FormExpected(AppError):
    """A body that should be a form and does not say so."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    detail = "Send a form, with Content-Type: application/x-www-form-urlencoded."


class MultipartExpected(AppError):
    """A body that should be a form with files and does not say so."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    detail = "Send a form, with Content-Type: multipart/form-data."


class FormInvalid(BadRequest):
    """The form cannot be read, or could be in two ways."""

    detail = "The form is malformed (UTF-8, each field once)."


_BY_STATUS: dict[int, type[AppError]] = {
    400: RequestMalformed,
    404: RouteNotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    415: ContentTypeUnsupported,
}
EVERYWHERE: tuple[type[AppError], ...] = (
    RequestMalformed,
    InputInvalid,
    InternalError,
    AnswerTooLarge,
    Unavailable,
)
"""What any route may answer."""
WITH_FORM: tuple[type[AppError], ...] = (FormInvalid, BodyTooLarge, FormExpected)
"""What any route that takes a form may answer."""
WITH_FILES: tuple[type[AppError], ...] = (FormInvalid, MultipartExpected)
"""What any route that takes files in a form may answer."""
WITH_BODY: tuple[type[AppError], ...] = (JsonInvalid, BodyTooLarge, ContentTypeUnsupported)
"""What any route that takes JSON may answer."""


def problem(error: AppError, request_id: str, *, oauth: bool = False) -> Response:
    """The answer that an error is, with `oauth` for those who look for OAuth's members."""
    body = Problem(
        title=error.status.phrase,
        status=error.status,
        code=error.code(),
        detail=error.detail,
        request_id=request_id,
        errors=error.errors if isinstance(error, InputInvalid) else None,  # type: ignore[arg-type] # pydantic checks
        **(_oauth(error) if oauth else {}),
    )
    text = body.model_dump_json(exclude_none=True)
    return Response(text, int(error.status), error.headers(), MEDIA_TYPE)


async def answer_error(request: Request, error: Exception) -> Response:
    """Answer any exception: ours as it is, FastAPI's translated, everything else as a fault."""
    refusal = _refusal(error)
    oauth = request.scope.get(OAUTH, False)
    answer = problem(refusal, request.scope.get(REQUEST_ID, ""), oauth=oauth)
    if answer.status_code == MethodNotAllowed.status:
        answer.headers["Allow"] = _allowed(request)
    request.scope["dunlin.code"] = refusal.code()
    return answer


def _oauth(error: AppError) -> dict[str, str]:
    """What OAuth's clients look for; without it they take a refusal for a token that lacks much."""
    code = _OAUTH_CODES.get(error.status, "invalid_request")
    if isinstance(error, InputInvalid) and error.errors[0]["loc"] == ["body", "grant_type"]:
        code = "unsupported_grant_type"
    return {"error": code, "error_description": error.detail}


def _allowed(request: Request) -> str:
    """Every method of a path; Starlette names those of its first route alone."""
    return ", ".join(
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    )


def _refusal(error: Exception) -> AppError:
    if isinstance(error, AppError):
        return error
    if isinstance(error, RequestValidationError):
        return InputInvalid([_told(one) for one in error.errors()])
    if isinstance(error, HTTPException):
        return _BY_STATUS.get(error.status_code, Unprocessable)()
    return InternalError()


def _told(error: Any) -> dict[str, object]:
    """Location, type and message of a validation error; pydantic's own repeats the input."""
    loc = [part if isinstance(part, int) else str(part)[:_MESSAGE] for part in error["loc"]]
    return {
        "loc": [
            part.encode(errors="replace").decode() if isinstance(part, str) else part
            for part in loc
        ],
        "type": str(error["type"]),
        "msg": str(error["msg"])[:_MESSAGE],
    }
