"""API Gateway's events, made safe: what Mangum would raise on is refused or mended here.

traps.md "Mangum" lists what was seen. No event whatever may make a door raise: Lambda would answer
a bare 500, and API Gateway would retry nothing.
"""

import base64
import binascii
import json
import re
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from handler.core.errors import AppError, BadRequest, InternalError

REFUSAL = "dunlin.refusal"
"""Key of an event under which a request that is not served brings its answer along."""

_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?", re.ASCII)
_METHOD = re.compile(r"[A-Za-z]{1,20}", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_PROTOCOL = re.compile(r"https?", re.ASCII)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]{1,200}", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

_READ_BY_MANGUM = {"host": _HOST, "x-forwarded-port": _PORT, "x-forwarded-proto": _PROTOCOL}

Event = dict[str, Any]
Answer = dict[str, Any]
_RESPONSE_BYTES = 6 * 1024 * 1024  # Lambda refuses longer answers
_ESCAPED = 6  # bytes that a character may take in JSON


class EventUnknown(BadRequest):
    """The event is no HTTP request of API Gateway (payload version 2.0)."""

    detail = "This function answers HTTP requests of API Gateway, payload version 2.0."


class RequestMalformed(BadRequest):
    """A part of the HTTP request cannot be read: its host, path, query, headers or body."""

    detail = "The request's host, path, query, headers or body is malformed."


class AnswerTooLarge(InternalError):
    """The answer is longer than Lambda passes on."""

    detail = "The answer is too large. Ask for less at once."


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
        "headers": _headers(event.get("headers")),
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


def refused(event: Any, refusal: AppError) -> Event:
    """An event in the place of one that is not served, so that its answer has all headers."""
    headers = event.get("headers") if isinstance(event, dict) else None
    origin = headers.get("origin") if isinstance(headers, dict) else None
    return {
        "version": "2.0",
        "headers": {"origin": _line(origin)} if isinstance(origin, str) else {},
        "requestContext": {"http": {"method": "-", "path": "/", "sourceIp": ""}},
        "body": "",
        REFUSAL: refusal,
    }


def fitting(answer: Answer) -> Answer:
    """The answer, if Lambda passes on so much. Raises AnswerTooLarge."""
    if len(answer["body"]) >= _RESPONSE_BYTES // _ESCAPED:
        text = json.dumps(answer, ensure_ascii=False)
        if len(text.encode()) > _RESPONSE_BYTES:
            raise AnswerTooLarge
    return answer


def _text(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise RequestMalformed
    return value


def _path(value: object, stage: object) -> str:
    """The path, quoted again: API Gateway has decoded it, and Mangum decodes once more.

    Characters that no path of ours holds become U+FFFD, which no route matches.
    """
    if not isinstance(value, str) or not value.startswith("/"):
        raise RequestMalformed
    if isinstance(stage, str) and f"{value}/".startswith(f"/{stage}/"):
        value = value.removeprefix(f"/{stage}") or "/"
    return quote(_UNSPEAKABLE.sub("\ufffd", value))


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
    """Lower-cased headers, without those whose names are none; an odd host is refused."""
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise RequestMalformed
    lowered = {str(name).lower(): _line(content) for name, content in value.items()}
    found = {name: content for name, content in lowered.items() if _NAME.fullmatch(name)}
    for name, pattern in _READ_BY_MANGUM.items():
        if name in found:
            _text(found[name], pattern)
    return found


def _line(text: str) -> str:
    """What a header may hold: no controls, nothing outside Latin-1."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub("", text).encode("latin-1", "replace").decode("latin-1")


def _cookies(value: object) -> list[str]:
    if not isinstance(value, list):
        raise RequestMalformed
    return [_line(cookie) for cookie in value if isinstance(cookie, str)]


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
