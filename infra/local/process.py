"""One environment of a function, seen from the twin: a child process and a socket to it."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ANSWER = 6 * 1024 * 1024 + 100  # bytes that Lambda lets a function answer
_LENGTH = struct.Struct("!I")

OnLine = Callable[[str, str], None]


class FunctionFailed(Exception):
    """The function raised, crashed, could not be imported, or answered too much."""


class Exited(FunctionFailed):
    """Its process has ended."""

    def __init__(self) -> None:
        super().__init__("Runtime exited without providing a reason")


class FunctionTimedOut(Exception):
    """The function overran its deadline and was killed."""


@dataclass(frozen=True)
class Plan:
    """How to start a function's environments. `timeout` in seconds bounds each invocation.

    `strict` stops the process between invocations, as Lambda freezes it.
    """

    name: str
    arn: str
    timeout: float
    environ: Mapping[str, str]
    directory: Path
    limit: int
    strict: bool = False


class Environment:
    """A process that runs a function. Not usable any more once it died, overran or was retired."""

    def __init__(self, plan: Plan, on_line: OnLine) -> None:
        self._plan = plan
        self._on_line = on_line
        self._retired = False
        self._busy = True
        self._failure = ""
        self._exited = False
        self._process: asyncio.subprocess.Process | None = None
        self._reader = asyncio.StreamReader()
        self._writer: asyncio.StreamWriter | None = None
        self._log: asyncio.Task[None] | None = None

    @property
    def usable(self) -> bool:
        """Whether it can take an event. One that failed to import can: it answers with why.

        One whose process ended before it could say so answers once: the next may have better luck.
        """
        alive = self._process is not None and self._process.returncode is None
        return not self._busy and not self._retired and (alive or bool(self._failure))

    def retire(self) -> None:
        """Take no further events."""
        self._retired = True

    async def start(self) -> None:
        """Start the process and wait until it has imported the function."""
        await self._launch()
        if self._retired:  # while the process was being made
            self._signal(signal.SIGKILL)
        try:
            _answer(await self._receive())
        except FunctionFailed as error:
            self._failure = str(error)
            self._exited = isinstance(error, Exited)
            if not self._retired:
                self._on_line(self._plan.name, self._failure)
        self._busy = False
        self._freeze()

    async def invoke(self, event: bytes, request_id: str) -> Any:
        """Have an event answered by that id. Raises FunctionFailed, FunctionTimedOut."""
        if self._failure:
            self._retired |= self._exited
            raise FunctionFailed(self._failure)
        self._busy = True  # for good if cancelled: its answer would be the next event's
        self._thaw()
        head = {
            "request_id": request_id,
            "deadline": time.time() + self._plan.timeout,
            "arn": self._plan.arn,
        }
        try:
            async with asyncio.timeout(self._plan.timeout):
                self._send(json.dumps(head).encode() + b"\n" + event)
                answer = await self._receive()
        except TimeoutError as error:
            message = f"Task timed out after {self._plan.timeout:.2f} seconds"
            raise FunctionTimedOut(message) from error
        self._busy = False
        self._freeze()
        return _answer(answer)

    async def close(self) -> None:
        """Kill the process and wait for its end."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL)
        await self._process.wait()
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()
        if self._log is not None:
            await self._log

    async def _launch(self) -> None:
        """Start the process, with a way to speak to it."""
        ours, theirs = socket.socketpair()
        with theirs:
            await self._execute(
                *(sys.executable, "-m", "infra.local.environment", str(theirs.fileno())),
                environ=self._plan.environ,
                descriptors=[theirs.fileno()],
            )
        self._reader, self._writer = await asyncio.open_unix_connection(sock=ours)

    async def _execute(
        self, *command: str, environ: Mapping[str, str], descriptors: Sequence[int] = ()
    ) -> None:
        """Start the process, and copy what it writes into the log."""
        self._process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self._plan.directory,
            env=dict(environ),
            pass_fds=descriptors,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            process_group=0,  # Ctrl-C is for the twin alone
        )
        if self._process.stdout is not None:
            self._log = asyncio.create_task(self._copy(self._process.stdout))

    def _send(self, message: bytes) -> None:
        if self._writer is not None:
            self._writer.write(_LENGTH.pack(len(message)) + message)

    async def _receive(self) -> bytes:
        try:
            (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
            return await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Exited from error

    async def _copy(self, stream: asyncio.StreamReader) -> None:
        rest = b""
        while chunk := await stream.read(65536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._on_line(self._plan.name, line.decode(errors="replace"))
        if rest:
            self._on_line(self._plan.name, rest.decode(errors="replace"))

    def _freeze(self) -> None:
        if self._plan.strict:
            self._signal(signal.SIGSTOP)

    def _thaw(self) -> None:
        if self._plan.strict:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                # asyncio's own would reap a process that has just died from under its watcher.
                os.kill(self._process.pid, number)


def _answer(message: bytes) -> Any:
    if len(message) > _ANSWER:
        text = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
        raise FunctionFailed(text)
    reply = json.loads(message)
    if "error" in reply:
        raise FunctionFailed("".join(reply["error"]["stackTrace"]))
    return reply.get("answer")
