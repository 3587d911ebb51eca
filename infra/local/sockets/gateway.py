"""The WebSocket gateway: an ASGI application that has every message answered by a function.

Messages of one socket are handled at the same time, as API Gateway does it. The end of a socket is
told as well as it goes: the function may hear of it late, or under whims never.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

from infra.blueprint import BLUEPRINT
from infra.local.asgi import Receive, Scope, Send
from infra.local.invoker import PayloadTooLarge, Pool
from infra.local.process import FunctionFailed, FunctionTimedOut
from infra.local.sockets import events
from infra.local.sockets.events import Handshake
from infra.local.sockets.hub import Hub
from infra.local.whims import Whims

_PATIENCE = 29.0  # seconds in which an integration has to answer
_UNSENT = 1000  # messages that wait for a client, before those who post are told to slow down
_LOOK = 1.0  # seconds between two looks for sockets that were open or idle for too long
FAILED = "Internal server error"
"""What API Gateway tells a client whose message a function did not answer."""
_LATE = "Endpoint request timed out"


class Sockets:
    """Serves a function behind a WebSocket API, at a path. With whims, some ends are not told."""

    def __init__(self, pool: Pool, hub: Hub, path: str, whims: Whims | None = None) -> None:
        self._pool = pool
        self._hub = hub
        self._path = path
        self._whims = whims

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until its end."""
        if scope["type"] != "websocket":
            return
        await receive()  # that it would be opened
        if scope["path"] != self._path:
            await _refuse(send, 403)
            return
        handshake = self._handshake(scope)
        connection_id = self._hub.new_id()
        status, protocol = await self._connect(handshake, connection_id)
        if status != 200:  # noqa: PLR2004 - HTTP's OK
            await _refuse(send, status)
            return
        await send({"type": "websocket.accept", "subprotocol": protocol})
        await self._serve(_Socket(handshake, connection_id, _Line()), receive, send)

    async def run(self) -> None:
        """Close what was open or idle for too long, until cancelled."""
        while True:
            self._hub.expire()
            await asyncio.sleep(_LOOK)

    def _handshake(self, scope: Scope) -> Handshake:
        client, server = scope.get("client") or ("127.0.0.1", 0), scope.get("server") or ("", 80)
        return Handshake(
            headers=tuple(
                (_cased(name), value.decode("latin-1")) for name, value in scope["headers"]
            ),
            query=scope["query_string"].decode("latin-1"),
            peer=client[0],
            port=server[1],
            at=self._hub.now(),
        )

    async def _connect(self, handshake: Handshake, connection_id: str) -> tuple[int, str | None]:
        """The status that a function gives to a handshake, and the protocol that it chooses."""
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await self._pool.invoke(events.connect(handshake, connection_id))
        except (TimeoutError, FunctionTimedOut):
            return 504, None
        except FunctionFailed:
            return 502, None
        return events.decision(answer)

    async def _serve(self, socket: "_Socket", receive: Receive, send: Send) -> None:
        self._hub.open(socket.id, socket.handshake, socket.line)
        writing = asyncio.create_task(socket.line.write(send))
        try:
            async with asyncio.TaskGroup() as answering:
                end = await self._read(socket, receive, answering)
        finally:
            self._hub.closed(socket.id)
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writing
        if self._whims is None or not self._whims.is_dropped():
            await self._disconnect(socket, end)

    async def _read(
        self, socket: "_Socket", receive: Receive, answering: asyncio.TaskGroup
    ) -> dict[str, Any]:
        """Have messages answered until the end of the socket, which is given back."""
        while (message := await receive())["type"] == "websocket.receive":
            self._hub.used(socket.id)
            answering.create_task(self._answer(socket, message))
        self._hub.closed(socket.id)
        return dict(message)

    async def _answer(self, socket: "_Socket", message: Any) -> None:
        body = message.get("text")
        body = message["bytes"] if body is None else body
        event = events.message(socket.handshake, socket.id, body, self._hub.now())
        if event["requestContext"]["routeKey"] == events.PING:
            socket.line.send(BLUEPRINT.sockets.pong)
            return
        trouble = await self._trouble(event)
        if trouble:
            socket.line.send(events.trouble(trouble, socket.id))

    async def _disconnect(self, socket: "_Socket", end: dict[str, Any]) -> None:
        event = events.disconnect(
            socket.handshake,
            socket.id,
            code=end.get("code", 1005),
            reason=end.get("reason") or "",
            at=self._hub.now(),
        )
        await self._trouble(event)

    async def _trouble(self, event: dict[str, Any]) -> str:
        """Have an event answered. Says what went wrong, if something did."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._pool.invoke(event)
        except (TimeoutError, FunctionTimedOut):
            return _LATE
        except (FunctionFailed, PayloadTooLarge):
            return FAILED
        return ""


class _Line:
    """The wire to one client: what is sent from whatever thread waits here for its turn."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def send(self, text: str) -> bool:
        """Send a message after those that wait; False when too many do."""
        if self._waiting.qsize() >= _UNSENT:
            return False
        self._put({"type": "websocket.send", "text": text})
        return True

    def close(self, code: int, reason: str) -> None:
        """Close the socket after what waits."""
        self._put({"type": "websocket.close", "code": code, "reason": reason})

    async def write(self, send: Send) -> None:
        """Send what waits, until cancelled or the client is gone."""
        with contextlib.suppress(OSError):
            while True:
                await send(await self._waiting.get())

    def _put(self, message: dict[str, Any]) -> None:
        self._loop.call_soon_threadsafe(self._waiting.put_nowait, message)


@dataclass(frozen=True, slots=True)
class _Socket:
    handshake: Handshake
    id: str
    line: _Line


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})


def _cased(name: bytes) -> str:
    """A header's name as clients write it, which the server below has made small."""
    return name.decode("latin-1").title().replace("Websocket", "WebSocket")
