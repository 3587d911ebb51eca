"""The outermost layer of every answer: request id, timing, security headers, one line of log.

Pure ASGI: Starlette's BaseHTTPMiddleware costs several times as much (performance.md).
"""

import re
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handler.core import aws, ids, log, metrics, viewers
from handler.core.http.problems import REQUEST_ID

_STRICT = "default-src 'none'; frame-ancestors 'none'"
_DOCS = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data: https://fastapi.tiangolo.com; "
    "script-src 'unsafe-inline' https://cdn.jsdelivr.net; worker-src blob:; "
    "style-src 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com; "
    "font-src https://fonts.gstatic.com; frame-ancestors 'none'"
)
_DOCS_PATHS = frozenset({"/docs", "/redoc"})
_SECURITY = [
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")
_NO_STORE = (b"cache-control", b"no-store")


class Edge:
    """Wraps an application; whatever happens inside, an answer leaves with all its headers."""

    def __init__(self, app: ASGIApp, extra: dict[str, str]) -> None:
        self._app = app
        self._extra = [(name.lower().encode(), value.encode()) for name, value in extra.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = _Visit(scope, send, self._extra)
        token = aws.meter.set(visit.meter)
        try:
            await self._app(scope, receive, visit.send)
        except Exception as error:  # noqa: BLE001 - the application has answered; here it is told
            log.fault(error, request_id=visit.id)
        finally:
            aws.meter.reset(token)
            visit.tell()


class _Visit:
    """One request on its way through the edge."""

    def __init__(self, scope: Scope, send: Send, extra: list[tuple[bytes, bytes]]) -> None:
        self._scope = scope
        self._send = send
        self._extra = extra
        self._begun = time.perf_counter()
        self._status = 0
        self.meter: aws.Meter = []
        self.id = scope[REQUEST_ID] = _request_id(scope)
        path = scope["path"]
        if path.endswith("/") and path not in {"/", "//"}:  # ignored, never redirected (api.md)
            scope["path"] = path[:-1]

    async def send(self, message: Message) -> None:
        """Pass a message on; the first one gets the headers."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = [
                *((name, _line(value)) for name, value in message["headers"]),
                *self._headers({name for name, _ in message["headers"]}),
            ]
        await self._send(message)

    def _headers(self, present: set[bytes]) -> list[tuple[bytes, bytes]]:
        spent = (time.perf_counter() - self._begun) * 1000
        remote = sum(self.meter) * 1000
        policy = _DOCS if self._scope["path"] in _DOCS_PATHS else _STRICT
        found = [
            (b"x-request-id", self.id.encode()),
            (b"x-process-time", f"{spent:.1f}".encode()),
            (
                b"server-timing",
                f'app;dur={spent:.1f}, aws;dur={remote:.1f};desc="{len(self.meter)}"'.encode(),
            ),
            *_SECURITY,
            *self._extra,
        ]
        if b"content-security-policy" not in present:
            found.append((b"content-security-policy", policy.encode()))
        standing: dict[str, str] = self._scope.get("dunlin.limit", {})
        found += [
            (name.lower().encode(), value.encode())
            for name, value in standing.items()
            if name.lower().encode() not in present
        ]
        if b"cache-control" not in present and self._authenticated():
            found.append(_NO_STORE)
        return found

    def _authenticated(self) -> bool:
        return any(name == b"authorization" for name, _ in self._scope["headers"])

    def tell(self) -> None:
        """Write the request's line: the route's template, since a path may hold anything."""
        spent = (time.perf_counter() - self._begun) * 1000
        metrics.count(
            requests=1,
            milliseconds=round(spent),
            refusals=400 <= self._status < 500,  # noqa: PLR2004 - HTTP's client errors
            faults=self._status >= 500,  # noqa: PLR2004 - HTTP's server errors
        )
        route = self._scope.get("route")
        log.line(
            method=self._scope["method"][:8],
            route=getattr(route, "path", None),
            status=self._status,
            ms=round(spent, 1),
            aws=len(self.meter),
            code=self._scope.get("dunlin.code"),
            account=self._scope.get("dunlin.caller"),
            request_id=self.id,
            viewer=self._scope.get("aws.event", {}).get(viewers.VIEWER),  # API Gateway logs others
        )


def _line(value: bytes) -> bytes:
    """A header's value without line ends, in UTF-8: Mangum fails on the Latin-1 of ASGI."""
    return _CONTROLS.sub(b"", value).decode("latin-1").encode()


def _request_id(scope: Scope) -> str:
    """Lambda's own id of the invocation, or a new one."""
    context: Any = scope.get("aws.context")
    return str(getattr(context, "aws_request_id", "") or ids.new_id())
