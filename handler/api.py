"""The HTTP door: API Gateway -> Mangum -> FastAPI.

A request is one event; whatever the event holds, the answer is a response and never an exception.
"""

import asyncio
from typing import Any

from fastapi import FastAPI
from mangum import Mangum

from handler.accounts import authenticate, load_tokens, recognise
from handler.accounts.router import router as accounts
from handler.audit.router import router as audit
from handler.channels import CHANNELS
from handler.console.router import router as console
from handler.core import auth, aws, events, log, metrics, snapshots, system, viewers
from handler.core.errors import AppError, InternalError
from handler.core.http import Application
from handler.core.settings import settings
from handler.core.starting import started
from handler.files.router import router as files
from handler.items.router import router as items
from handler.jobs.router import router as jobs
from handler.notifications.router import router as notifications
from handler.realtime.router import router as realtime
from handler.transfers.router import router as transfers

__all__ = ["CHANNELS", "ROUTERS", "create_app", "handle"]

# Matched in turn: the busiest first.
ROUTERS = (
    *(items, system.router, accounts, files, jobs, notifications, realtime, audit, transfers),
    console,
)

# Sent as they are, without base 64.
_TEXT = ["text/", "application/json", "application/problem+json", "image/svg+xml"]


def create_app() -> FastAPI:
    """Put the application together. Reads like a table of contents."""
    auth.use(authenticate)
    auth.use_sessions(recognise)
    auth.require_filled()
    app = Application(settings())
    for router in ROUTERS:
        app.serve(router)
    return app


def handle(event: Any, context: Any) -> events.Answer:
    """Answer one event of API Gateway's HTTP API. Never raises."""
    asyncio.set_event_loop(_loop)  # any asyncio.run() in between has taken it away
    try:
        with aws.deadline(context):
            request = viewers.introduced(events.http_request(event))
            answer = events.fitting(_adapter(request, context))
            _write_counters()
            return answer
    except AppError as refusal:
        return _adapter(events.refused(event, refusal), context)
    except Exception as error:  # noqa: BLE001 - a door answers everything
        log.fault(error, request_id=str(getattr(context, "aws_request_id", "")))
        return _adapter(events.refused(event, InternalError()), context)


def _write_counters() -> None:
    """Write the minutes that are over. The request is answered: no fault of this is its own."""
    try:
        metrics.flush()
    except Exception as error:  # noqa: BLE001 - see above
        log.fault(error)


def _start() -> Mangum:
    """Build once what every request needs."""
    asyncio.set_event_loop(_loop)
    adapter = Mangum(create_app(), lifespan="off", text_mime_types=_TEXT)
    aws.client("dynamodb")
    snapshots.register(_warm)
    started()
    return adapter


def _warm() -> None:
    """Do what the first request would, short of asking a service."""
    health = {"requestContext": {"http": {"method": "GET", "path": "/health"}}}
    nobody: Any = None
    _adapter(events.http_request({"version": "2.0", "headers": {}, **health}), nobody)
    load_tokens()
    aws.client("secretsmanager")  # the keys that verify tokens are in it


_loop = asyncio.new_event_loop()
_adapter = _start()
