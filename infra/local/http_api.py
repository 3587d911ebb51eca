"""API Gateway's HTTP API as pure functions: the event of a request, the response of an answer.

The event is that of payload format 2.0, in each detail that a function can see.
"""

import base64
import json
import re
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.local.places import ACCOUNT

_TEXT = re.compile(r"text/|application/(json|xml|javascript|[\w.-]+\+(json|xml))\b", re.IGNORECASE)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came over the wire, header names in lower case; `port` is the gateway's."""

    method: str
    path: bytes
    query: bytes
    headers: tuple[tuple[str, str], ...]
    body: bytes
    peer: str
    port: int


@dataclass(frozen=True, slots=True)
class Response:
    """A response, its headers in order."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class AnswerMalformed(Exception):
    """The function answered something that API Gateway does not take."""


def event(request: Request) -> dict[str, Any]:
    """Make the event that API Gateway sends for a request."""
    headers = _headers(request)
    query = request.query.decode("latin-1")
    path = unquote(request.path.decode("latin-1"))
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": _context(request, path, headers),
        "isBase64Encoded": False,
    }
    cookies = [c for name, value in request.headers if name == "cookie" for c in value.split("; ")]
    if cookies:
        made["cookies"] = cookies
    if query:
        made["queryStringParameters"] = _joined(parse_qsl(query, keep_blank_values=True))
    if request.body:
        made["body"], made["isBase64Encoded"] = _body(request.body, headers)
    return made


def response(answer: object) -> Response:
    """Make the response of a function's answer. Raises AnswerMalformed.

    Without a `statusCode` the whole answer is the body, as JSON, and the status 200.
    """
    if not isinstance(answer, dict) or "statusCode" not in answer:
        body = answer if isinstance(answer, str) else json.dumps(answer)
        return Response(200, (("content-type", "application/json"),), body.encode())
    status, body = answer["statusCode"], answer.get("body") or ""
    if not str(status).isdecimal() or not 100 <= int(status) <= 599 or not isinstance(body, str):  # noqa: PLR2004 - HTTP's statuses
        raise AnswerMalformed
    headers = _written(answer)
    raw = _decoded(body) if answer.get("isBase64Encoded") else body.encode(errors="replace")
    if raw and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain;charset=UTF-8"))
    return Response(int(status), tuple(headers), raw)


def refusal(status: int, message: str) -> Response:
    """Make an answer of API Gateway itself."""
    body = json.dumps({"message": message}).encode()
    return Response(status, (("content-type", "application/json"),), body)


def hostname(host: str) -> str:
    """Take the port off a Host header."""
    return re.sub(r":\d*$", "", host)


def _headers(request: Request) -> dict[str, str]:
    headers = _joined([pair for pair in request.headers if pair[0] != "cookie"])
    forwarded = headers.get("x-forwarded-for")
    return headers | {
        "x-amzn-trace-id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}",
        "x-forwarded-for": f"{forwarded}, {request.peer}" if forwarded else request.peer,
        "x-forwarded-port": str(request.port),
        "x-forwarded-proto": "http",
    }


def _context(request: Request, path: str, headers: dict[str, str]) -> dict[str, Any]:
    now = time.time()
    domain = hostname(headers.get("host", "localhost"))
    return {
        "accountId": ACCOUNT,
        "apiId": "local",
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.peer,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": uuid.uuid4().hex[:16],
        "routeKey": "$default",
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1000),
    }


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _body(body: bytes, headers: dict[str, str]) -> tuple[str, bool]:
    if _TEXT.match(headers.get("content-type", "")) and "content-encoding" not in headers:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass  # whatever it says it is, only base64 can carry it
    return base64.b64encode(body).decode(), True


def _written(answer: dict[str, Any]) -> list[tuple[str, str]]:
    given, cookies = answer.get("headers") or {}, answer.get("cookies") or []
    if not isinstance(given, dict):
        raise AnswerMalformed
    headers = [(name, _text(value)) for name, value in given.items()]
    headers += [("set-cookie", _text(cookie)) for cookie in cookies]
    if not all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in headers):
        raise AnswerMalformed
    return headers


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise AnswerMalformed


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise AnswerMalformed from error
