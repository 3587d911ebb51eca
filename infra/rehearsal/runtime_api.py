"""Lambda's Runtime API, which a function's process asks for its next event and tells what came."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PATH = "/2018-06-01/runtime/"
_LAST_CHUNK = 0


@dataclass(frozen=True, slots=True)
class Event:
    """An event on its way to the function; `deadline` in seconds of the epoch."""

    id: str
    deadline: float
    arn: str
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """What the function is told of it."""
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.id,
            "Lambda-Runtime-Deadline-Ms": str(int(self.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-00000000-{self.id.replace('-', '')[:24]};Sampled=0",
        }


class RuntimeApi:
    """The API of one environment. What it says comes as messages: `ready`, `answer` or `error`."""

    def __init__(self) -> None:
        self.messages: asyncio.Queue[bytes] = asyncio.Queue()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._server: asyncio.Server | None = None
        self._asked = False
        self._busy: str | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Listen. Returns where, as `AWS_LAMBDA_RUNTIME_API` says it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    def give(self, event: Event) -> None:
        """Have the next event be this one."""
        self._events.put_nowait(event)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            await self._server.wait_closed()

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.ensure_future(self._converse(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until it ends."""
        try:
            while line := await reader.readline():
                method, path, _ = line.decode().split(" ")
                headers = await _headers(reader)
                body = await _body(reader, headers)
                status, told, answer = await self._answered(method, path.removeprefix(_PATH), body)
                writer.write(_written(status, told, answer))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the process has ended, which its environment notices itself
        finally:
            writer.close()

    async def _answered(
        self, method: str, path: str, body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        if (method, path) == ("GET", "invocation/next"):
            return 200, *await self._next()
        if (method, path) == ("POST", "init/error"):
            self.messages.put_nowait(_error(body))
            return 202, {}, b"{}"
        kind, _, rest = path.partition("/")
        id_, _, what = rest.partition("/")
        if (method, kind) != ("POST", "invocation") or what not in {"response", "error"}:
            return 404, {}, b"{}"
        if id_ != self._busy:
            return 400, {}, b'{"errorMessage": "There is no such invocation"}'
        self._busy = None
        self.messages.put_nowait(_answer(body) if what == "response" else _error(body))
        return 202, {}, b"{}"

    async def _next(self) -> tuple[Mapping[str, str], bytes]:
        """Wait for an event. Who asks for the first time has imported its handler."""
        if not self._asked:
            self._asked = True
            self.messages.put_nowait(b'{"ready":true}')
        event = await self._events.get()
        self._busy = event.id
        return event.headers, event.body


def _answer(body: bytes) -> bytes:
    return b'{"answer":' + (body or b"null") + b"}"


def _error(body: bytes) -> bytes:
    told: dict[str, Any] = json.loads(body)
    trace = "".join(told.get("stackTrace") or [])
    summary = f"{told.get('errorType')}: {told.get('errorMessage')}"
    return json.dumps({"error": {**told, "stackTrace": [trace, summary]}}).encode()


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    found = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        found[name.lower()] = value.strip()
    return found


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "chunked" not in headers.get("transfer-encoding", ""):
        return await reader.readexactly(int(headers.get("content-length", "0")))
    body = b""
    while (size := int(await reader.readline(), 16)) != _LAST_CHUNK:
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def _written(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} -", *(f"{name}: {value}" for name, value in headers.items())]
    head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body
