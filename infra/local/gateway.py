"""The HTTP gateway: an ASGI application that has every request answered by the `api` function.

It has API Gateway's limits and its answers when they are broken. Paths under `/_local/` are the
twin's own.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable

from infra.local import http_api
from infra.local.asgi import Receive, Scope, Send
from infra.local.http_api import Request, Response, refusal
from infra.local.invoker import PayloadTooLarge, Pool
from infra.local.mailbox import Mailbox
from infra.local.process import FunctionFailed, FunctionTimedOut
from infra.local.sockets import Sockets

_BODY = 10 * 1024 * 1024  # bytes of a request's body
_HEADERS = 10_240  # bytes of a request's line and headers
_PATIENCE = 30.0  # seconds in which an integration has to answer
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

Own = Callable[[Request], Awaitable[Response | None]]
"""Answers requests to what is the twin's own, or None where there is nothing."""


class Api:
    """Serves a function behind an HTTP API."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        body = await _read(receive)
        if body is None:
            return  # the client has gone
        await _respond(send, await self._answer(_request(scope, body), scope["path"]))

    async def _answer(self, request: Request, _path: str) -> Response:
        size = sum(len(name) + len(value) + 4 for name, value in request.headers)
        if size + len(request.path) + len(request.query) > _HEADERS:
            return refusal(431, "Request Header Fields Too Large")
        if len(request.body) > _BODY:
            return refusal(413, "Request Entity Too Large")
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await self._pool.invoke(http_api.event(request))
            return http_api.response(answer)
        except PayloadTooLarge:
            return refusal(413, "Request Entity Too Large")
        except (TimeoutError, FunctionTimedOut):
            return refusal(503, "Service Unavailable")
        except (FunctionFailed, http_api.AnswerMalformed):
            return refusal(500, "Internal Server Error")


class Gateway(Api):
    """Serves the function that the blueprint names for HTTP, sockets, and the twin's own paths."""

    def __init__(
        self, pools: dict[str, Pool], http: str, mailbox: Mailbox, sockets: Sockets, workbench: Own
    ) -> None:
        super().__init__(pools[http])
        self._workbench = workbench
        self._pools = pools
        self._mailbox = mailbox
        self._sockets = sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, or serve one socket."""
        serve = self._sockets if scope["type"] == "websocket" else super().__call__
        await serve(scope, receive, send)

    async def _answer(self, request: Request, path: str) -> Response:
        if path.startswith("/_local/"):
            return await self._own(request, path)
        return await super()._answer(request, path)

    async def _own(self, request: Request, path: str) -> Response:
        headers = dict(request.headers)
        is_for_pages = _is_of_own_page(headers)
        if is_for_pages and (answer := await self._workbench(request)):
            return answer
        if not is_for_pages or "origin" in headers:
            return refusal(403, "Only for this machine's own tools")
        if request.method == "POST":
            return await self._invoke(path.removeprefix("/_local/functions/"), request.body)
        return self._look(request, path, headers)

    def _look(self, request: Request, path: str, headers: dict[str, str]) -> Response:
        if path == "/_local/health":
            return http_api.response({"status": "ok"})
        if request.method == "GET" and path == "/_local/mail":
            return self._mailbox.shown(request.query, headers.get("accept", ""))
        return refusal(404, "Not Found")

    async def _invoke(self, name: str, body: bytes) -> Response:
        if name not in self._pools:
            return refusal(404, "Not Found")
        try:
            event = json.loads(body)
            answer = await self._pools[name].invoke(event)
        except ValueError:
            return refusal(400, "The event is not JSON")
        except PayloadTooLarge:
            return refusal(413, "Request Entity Too Large")
        except (FunctionFailed, FunctionTimedOut) as error:
            return refusal(500, str(error).strip().rpartition("\n")[2])
        return Response(200, (("content-type", "application/json"),), json.dumps(answer).encode())


def _is_of_own_page(headers: dict[str, str]) -> bool:
    """Whether this machine asks at an address of its own, and no other page's script."""
    host = headers.get("host", "")
    is_here = http_api.hostname(host) in _LOOPBACK
    is_same = headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    return is_here and is_same and headers.get("origin", f"http://{host}") == f"http://{host}"


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or just over the limit of it; None when the client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > _BODY:
            return bytes(body)


def _request(scope: Scope, body: bytes) -> Request:
    client, server = scope.get("client") or ("127.0.0.1", 0), scope.get("server") or ("", 80)
    return Request(
        method=scope["method"],
        path=scope["raw_path"],
        query=scope["query_string"],
        headers=tuple(
            (n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in scope["headers"]
        ),
        body=body,
        peer=client[0],
        port=server[1],
    )


async def _respond(send: Send, answer: Response) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.headers
        if name.lower() not in {"content-length", "transfer-encoding", "connection"}
    ]
    if answer.status not in {204, 304}:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
