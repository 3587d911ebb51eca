"""What API Gateway says to a function about a socket, and to a client about a function. Pure."""

import base64
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from infra.blueprint import BLUEPRINT
from infra.local.http_api import hostname

_STAGE = "live"
_HOP = frozenset({"connection", "upgrade"})  # these headers end at the gateway
_DEFAULT = "$default"
PING = "ping"
"""The action that the gateway answers itself."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """A request to open a socket, as it came over the wire. `at` is in seconds of the epoch."""

    headers: tuple[tuple[str, str], ...]
    query: str
    peer: str
    port: int
    at: float

    @property
    def agent(self) -> str | None:
        """What the client calls itself."""
        return next((value for name, value in self.headers if name.lower() == "user-agent"), None)


def connect(handshake: Handshake, connection_id: str) -> dict[str, Any]:
    """The event of a socket that is to be opened."""
    pairs = [pair for pair in handshake.headers if pair[0].lower() not in _HOP]
    event = _headers([*pairs, *_forwarded(handshake)])
    event["requestContext"] = _context(
        handshake, connection_id, "CONNECT", "$connect", handshake.at
    )
    query = parse_qsl(handshake.query, keep_blank_values=True)
    if query:
        event["queryStringParameters"] = dict(query)
        event["multiValueQueryStringParameters"] = _many(query)
    return event | {"isBase64Encoded": False}


def decision(answer: object) -> tuple[int, str | None]:
    """The status of a function's answer to a handshake, 200 to open it, and the protocol chosen.

    What cannot be understood is 502.
    """
    status = answer.get("statusCode") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(status, int):
        return 502, None
    headers = answer.get("headers") or {}
    chosen = {name.lower(): value for name, value in headers.items()}.get("sec-websocket-protocol")
    return (200 if status // 100 == 2 else status), chosen  # noqa: PLR2004 - any success opens it


def message(
    handshake: Handshake, connection_id: str, body: str | bytes, at: float
) -> dict[str, Any]:
    """The event of a message."""
    key = route(body) if isinstance(body, str) else _DEFAULT
    context = _context(handshake, connection_id, "MESSAGE", key, at)
    context["messageId"] = connection_id[:11] + uuid.uuid4().hex[:4] + "="
    text = body if isinstance(body, str) else base64.b64encode(body).decode()
    return {
        "requestContext": context,
        "body": text,
        "isBase64Encoded": not isinstance(body, str),
    }


def disconnect(
    handshake: Handshake, connection_id: str, *, code: int, reason: str, at: float
) -> dict[str, Any]:
    """The event of a socket that was closed."""
    host = next((value for name, value in handshake.headers if name.lower() == "host"), "localhost")
    context = _context(handshake, connection_id, "DISCONNECT", "$disconnect", at)
    context |= {"disconnectStatusCode": code, "disconnectReason": reason}
    pairs = [("Host", host), ("x-api-key", ""), ("X-Forwarded-For", ""), ("x-restapi", "")]
    return {**_headers(pairs), "requestContext": context, "isBase64Encoded": False}


def route(text: str) -> str:
    """The route of a message: the one of its action's name, if there is one, else `$default`.

    Sockets cannot choose `$connect` or `$disconnect`, whose names begin with a dollar sign.
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return _DEFAULT
    action = body.get("action") if isinstance(body, dict) else None
    known = {PING, *(key for key in BLUEPRINT.sockets.routes if not key.startswith("$"))}
    return action if isinstance(action, str) and action in known else _DEFAULT


def trouble(what: str, connection_id: str) -> str:
    """Tell a client that its message was not answered."""
    return json.dumps(
        {"message": what, "connectionId": connection_id, "requestId": uuid.uuid4().hex[:16]}
    )


def _context(
    handshake: Handshake, connection_id: str, kind: str, key: str, at: float
) -> dict[str, Any]:
    hosts = [value for name, value in handshake.headers if name.lower() == "host"]
    request_id = uuid.uuid4().hex[:15] + "="
    identity = {"sourceIp": handshake.peer}
    if handshake.agent is not None:
        identity["userAgent"] = handshake.agent
    return {
        "routeKey": key,
        "eventType": kind,
        "extendedRequestId": request_id,
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(at)),
        "messageDirection": "IN",
        "stage": _STAGE,
        "connectedAt": int(handshake.at * 1000),
        "requestTimeEpoch": int(at * 1000),
        "identity": identity,
        "requestId": request_id,
        "domainName": hostname(hosts[0]) if hosts else "localhost",
        "connectionId": connection_id,
        "apiId": "local",
    }


def _forwarded(handshake: Handshake) -> list[tuple[str, str]]:
    return [
        ("X-Amzn-Trace-Id", f"Root=1-{int(handshake.at):08x}-{uuid.uuid4().hex[:24]}"),
        ("X-Forwarded-For", handshake.peer),
        ("X-Forwarded-Port", str(handshake.port)),
        ("X-Forwarded-Proto", "http"),
    ]


def _headers(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    return {"headers": dict(pairs), "multiValueHeaders": _many(pairs)}


def _many(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
