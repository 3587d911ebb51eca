"""The documents that are generated from the code: `python -m tests.documents` writes them anew."""

import importlib
import os
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

import handler
from handler.core.errors import AppError
from handler.core.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"

_ELSEWHERE = {
    "action_unknown": "`dunlin` commands",
    "console_file_not_found": "files of the console",
    "email_exists": "`dunlin` commands",
    "email_invalid": "`dunlin` commands",
    "idempotency_in_progress": "calls that create",
    "idempotency_mismatch": "calls that create",
    "event_unknown": "events that are no HTTP request",
    "file_not_image": "features that show images",
    "file_unfit": "the job of an import",
    "frame_invalid": "frames of sockets",
    "frame_too_large": "frames of sockets",
    "method_not_allowed": "any path",
    "not_through_edge": "requests around the edge (CloudFront)",
    "only_local": "`dunlin` commands",
    "origin_not_allowed": "CORS preflights",
    "payload_too_large": "calls that enqueue a job",
    "publish_forbidden": "frames of sockets",
    "route_not_found": "any other path",
    "socket_closed": "frames of sockets",
    "socket_event_unknown": "events that are no socket's",
    "socket_origin_foreign": "handshakes of sockets",
    "ticket_invalid": "handshakes of sockets",
    "too_many_subscriptions": "frames of sockets",
}
_ERRORS = """# Errors

Every refusal is an `application/problem+json` (RFC 9457) with one of these codes. A code is part of
the contract: programs switch on it, people read `detail`. Generated from the code by
`python -m tests.documents`; a test fails when it is stale.

| code | status | detail | where |
|---|---|---|---|
"""
_SETTINGS = """# Settings

What varies by deployment is set in the environment, and read by `handler/core/settings.py` alone. A
variable that is empty counts as unset; one that is unsafe stops the start. Stage `local` also reads
`.env`. Generated from the code by `python -m tests.documents`; a test fails when it is stale.

| variable | default | required | meaning |
|---|---|---|---|
"""
_QUEUES = {"QUEUE_BASE": "https://sqs.eu-west-1.amazonaws.com/123456789012/"}
_PRODUCTION = {
    "STAGE": "prod",
    "RESOURCE_PREFIX": "x-",
    "ADMIN_EMAIL": "ann@shop.example",
    "LINK_BASE": "https://shop.example",
    "SOCKETS_URL": "wss://live.shop.example",
    **_QUEUES,
}


def kinds() -> list[type[AppError]]:
    """Every error of the handler, by code."""
    for module in pkgutil.walk_packages(handler.__path__, "handler."):
        importlib.import_module(module.name)
    found = {kind for kind in _below(AppError) if kind.__module__.startswith("handler.")}
    return sorted(found, key=lambda kind: (kind.code(), kind.__name__))


def _below(kind: type[AppError]) -> Iterator[type[AppError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def errors() -> str:
    """`docs/errors.md`: the codes that clients may meet."""
    from handler.api import create_app  # noqa: PLC0415 - it reads the environment

    places: dict[str, list[str]] = {}
    operations = [one for path in create_app().openapi()["paths"].values() for one in path.values()]
    for operation in operations:
        for code in dict.fromkeys(_codes(operation)):
            places.setdefault(code, []).append(f"`{operation['operationId']}`")
    rows = []
    for kind in kinds():
        met = places.get(kind.code(), [])
        if met or not kind.__subclasses__():  # a kind that is only a kind is never answered
            where = "any call" if len(met) == len(operations) else ", ".join(met)
            where = where or _ELSEWHERE[kind.code()]
            rows.append(f"| `{kind.code()}` | {kind.status:d} | {kind.detail} | {where} |\n")
    return _ERRORS + "".join(rows)


def _codes(operation: dict) -> Iterator[str]:
    for answer in operation["responses"].values():
        problem = answer.get("content", {}).get("application/problem+json")
        if problem:
            yield from problem["schema"]["allOf"][1]["properties"]["code"]["enum"]


def settings() -> str:
    """`docs/settings.md`: the variables that a deployment may set."""
    rows = [
        f"| `{name.upper()}` | {_default(field.default)} | {_required(name.upper())} "
        f"| {field.description} |\n"
        for name, field in Settings.model_fields.items()
    ]
    return _SETTINGS + "".join(rows)


def _default(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) and value else ""


def _required(variable: str) -> str:
    if Settings.model_fields[variable.lower()].is_required():
        return "always"
    rest = {name: value for name, value in _PRODUCTION.items() if name != variable}
    try:
        Settings.read(rest)
    except ValidationError:
        return "in production"
    return ""


DOCUMENTS: dict[str, Callable[[], str]] = {"errors.md": errors, "settings.md": settings}

if __name__ == "__main__":
    os.environ |= {"STAGE": "local", "RESOURCE_PREFIX": "x-", **_QUEUES}
    os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"
    for document, written in DOCUMENTS.items():
        (DOCS / document).write_text(written())
