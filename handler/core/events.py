"""API Gateway's events, made safe: what Mangum would raise on is refused or mended here.

traps.md "Mangum" lists what was seen. No event whatever may make a door raise: Lambda would answer
a bare 500, and API Gateway would retry nothing.
"""

import base64
import binascii
import re
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from handler.core.errors import BadRequest

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?", re.ASCII)
_METHOD = re.compile(r"[A-Za-z]{1,20}", re.ASCII)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]{1,200}", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

Event = dict[str, Any]


class EventUnknown(BadRequest):
    """The event is no HTTP request of API Gateway (payload version 2.0)."""

    detail = "This function answers HTTP requests of API Gateway, payload version 2.0."


class RequestMalformed(BadRequest):
    """A part of the HTTP request cannot be read: its host, path, query, headers or body."""

    detail = "The request's host, path, query, headers or body is malformed."


def http_request(event: Any) -> Event:
    """The event as Mangum can read it. Raises EventUnknown, RequestMalformed."""
    if not isinstance(event, dict) or event.get("version") != "2.0":
        raise EventUnknown
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, dict) else None
    if not isinstance(context, dict) or not isinstance(http, dict):
        raise EventUnknown
    return {
        "version": "2.0",
        "rawQueryString": _query(event.get("rawQueryString") or ""),
        "headers": _headers(event.get("headers") or {}),
        "cookies": _cookies(event.get("cookies") or []),
        "requestContext": {
            "http": {
                "method": _text(http.get("method"), _METHOD),
                "path": _path(http.get("path"), context.get("stage")),
                "sourceIp": _source(http.get("sourceIp")),
            },
        },
        **_body(event.get("body"), encoded=event.get("isBase64Encoded") is True),
    }


def _text(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise RequestMalformed
    return value


def _path(value: object, stage: object) -> str:
    """The path, quoted again: API Gateway has decoded it, and Mangum decodes once more."""
    if not isinstance(value, str) or not value.startswith("/") or _CONTROLS.search(value):
        raise RequestMalformed
    if isinstance(stage, str) and stage not in ("", "$default"):
        value = value.removeprefix(f"/{stage}") or "/"
    return quote(_utf8(value))


def _utf8(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise RequestMalformed from error
    if "\ufffd" in value:  # what API Gateway makes of bytes that are not UTF-8
        raise RequestMalformed
    return value


def _query(value: object) -> str:
    if not isinstance(value, str):
        raise RequestMalformed
    try:
        plain = unquote_to_bytes(value.replace("+", " ")).decode("utf-8")
        value.encode("ascii")
    except ValueError as error:
        raise RequestMalformed from error
    if "\0" in plain or "\ufffd" in plain:
        raise RequestMalformed
    return value


def _headers(value: object) -> dict[str, str]:
    """Lower-cased headers with readable names and values; an odd host is refused."""
    if not isinstance(value, dict):
        raise RequestMalformed
    found = {
        str(name).lower(): _CONTROLS.sub("", content).encode("latin-1", "replace").decode("latin-1")
        for name, content in value.items()
        if isinstance(content, str) and _NAME.fullmatch(str(name).lower())
    }
    if "host" in found:
        _text(found["host"], _HOST)
    if not found.get("x-forwarded-port", "443").isdecimal():
        raise RequestMalformed
    if found.get("x-forwarded-proto", "https") not in ("http", "https"):
        raise RequestMalformed
    return found


def _cookies(value: object) -> list[str]:
    if not isinstance(value, list):
        raise RequestMalformed
    return [_CONTROLS.sub("", cookie) for cookie in value if isinstance(cookie, str)]


def _source(value: object) -> str:
    return value if isinstance(value, str) else ""


def _body(value: object, *, encoded: bool) -> Event:
    if value is None:
        return {"body": "", "isBase64Encoded": False}
    if not isinstance(value, str):
        raise RequestMalformed
    try:
        raw = base64.b64decode(value, validate=True) if encoded else value.encode()
    except (ValueError, binascii.Error) as error:
        raise RequestMalformed from error
    return {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
