"""The HTTP door: API Gateway -> Mangum -> FastAPI.

A request is one event; whatever the event holds, the answer is a response and never an exception.
"""

import asyncio
import gc
from typing import Any

from fastapi import FastAPI
from mangum import Mangum

from handler.core import auth, aws, devtoken, events, log, system
from handler.core.errors import AppError, InternalError
from handler.core.http import Application
from handler.core.http.problems import problem
from handler.core.settings import settings
from handler.items.router import router as items

ROUTERS = (system.router, items)

Answer = dict[str, Any]
_RESPONSE_BYTES = 6 * 1024 * 1024  # Lambda refuses longer answers
_TEXT = ["text/", "application/json", "application/problem+json"]  # sent as they are


class AnswerTooLarge(InternalError):
    """The answer is longer than Lambda passes on."""

    detail = "The answer is too large. Ask for less at once."


def create_app() -> FastAPI:
    """Put the application together. Reads like a table of contents."""
    auth.use(devtoken.authenticate)
    auth.require_filled()
    app = Application(settings())
    for router in ROUTERS:
        app.include_router(router)
    return app


def handle(event: Any, context: Any) -> Answer:
    """Answer one event of API Gateway's HTTP API. Never raises."""
    try:
        asyncio.set_event_loop(_loop)  # any asyncio.run() in between has taken it away
        request = events.http_request(event)
        with aws.deadline(context):
            answer: Answer = _adapter(request, context)
    except AppError as error:
        return _refused(error, context)
    except Exception as error:  # noqa: BLE001 - a door answers everything
        log.fault(error, request_id=_request_id(context))
        return _refused(InternalError(), context)
    if len(answer["body"]) > _RESPONSE_BYTES:
        return _refused(AnswerTooLarge(), context)
    return answer


def _refused(error: AppError, context: object) -> Answer:
    """A problem for a request that never reached the application."""
    response = problem(error, _request_id(context))
    log.line(status=response.status_code, code=error.code(), request_id=_request_id(context))
    return {
        "statusCode": response.status_code,
        "headers": dict(response.headers),
        "body": bytes(response.body).decode(),
        "isBase64Encoded": False,
    }


def _request_id(context: object) -> str:
    return str(getattr(context, "aws_request_id", ""))


def _start() -> Mangum:
    """Build once what every request needs, with the garbage collector out of the way."""
    gc.disable()
    asyncio.set_event_loop(_loop)
    adapter = Mangum(create_app(), lifespan="off", text_mime_types=_TEXT)
    aws.client("dynamodb")
    gc.enable()
    gc.freeze()
    return adapter


_loop = asyncio.new_event_loop()
_adapter = _start()
