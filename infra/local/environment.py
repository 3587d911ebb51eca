"""A function's environment: a process that imports its handler once, then takes event by event.

Run as `python -m infra.local.environment FD`. Messages on the socket FD are JSON, each after its
length in four bytes. The handler is named by `_HANDLER`, as on Lambda. Standard output and error
are the function's log.
"""

import importlib
import io
import json
import os
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

_LENGTH = struct.Struct("!I")

Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Context:
    """What Lambda tells a function about an invocation. `deadline` is in seconds of the epoch."""

    aws_request_id: str
    deadline: float
    function_name: str
    function_version: str
    memory_limit_in_mb: str
    invoked_function_arn: str
    log_group_name: str
    log_stream_name: str
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run, never below 0."""
        return max(0, int((self.deadline - time.time()) * 1000))


class Channel:
    """Messages over a socket, each after its length."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._stream = connection.makefile("rb")

    def receive(self) -> bytes | None:
        """The next message, or None when the other side has gone."""
        head = self._stream.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack(head)
        body = self._stream.read(length)
        return body if len(body) == length else None

    def send(self, body: bytes) -> None:
        """Send one message."""
        self._connection.sendall(_LENGTH.pack(len(body)) + body)

    def close(self) -> None:
        """Let the other side know that there is no more."""
        self._stream.close()
        self._connection.close()


def load(name: str) -> Handler:
    """Import a handler by its name, `package.module.function`."""
    module, _, function = name.rpartition(".")
    handler: Handler = getattr(importlib.import_module(module), function)
    return handler


def serve(channel: Channel, handler: Handler) -> None:
    """Say that the function is ready, then answer events until the other side goes."""
    channel.send(b'{"ready":true}')
    while (message := channel.receive()) is not None:
        head, _, event = message.partition(b"\n")
        told = json.loads(head)
        os.environ["_X_AMZN_TRACE_ID"] = trace(told["request_id"])
        answer = invoke(handler, event, _context(told))
        sys.stdout.flush()
        channel.send(answer)


def invoke(handler: Handler, event: bytes, context: Context) -> bytes:
    """Run a handler on an event. What it raises is an answer too, as Lambda gives it."""
    try:
        answer = handler(json.loads(event), context)
        return b'{"answer":' + json.dumps(answer).encode() + b"}"
    except Exception as error:  # noqa: BLE001 - whatever a function raises is its answer
        return json.dumps(failure(error)).encode()


def trace(request_id: str) -> str:
    """Name the trace of an invocation, which AWS's clients send with what they ask."""
    digits = request_id.replace("-", "")
    return f"Root=1-{digits[:8]}-{digits[8:]};Sampled=0"


def failure(error: BaseException) -> dict[str, Any]:
    """Describe an error as Lambda does."""
    return {
        "error": {
            "errorType": type(error).__name__,
            "errorMessage": str(error),
            "stackTrace": traceback.format_exception(error),
        }
    }


def _context(head: dict[str, Any]) -> Context:
    name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    return Context(
        aws_request_id=head["request_id"],
        deadline=head["deadline"],
        function_name=name,
        function_version=os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        memory_limit_in_mb=os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        invoked_function_arn=head["arn"],
        log_group_name=os.environ["AWS_LAMBDA_LOG_GROUP_NAME"],
        log_stream_name=os.environ["AWS_LAMBDA_LOG_STREAM_NAME"],
    )


def main(descriptor: int) -> None:
    """Be an environment on that socket."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # a crash must not lose the log before it
    with closing(Channel(socket.socket(fileno=descriptor))) as channel:
        try:
            handler = load(os.environ["_HANDLER"])
        except BaseException as error:  # noqa: BLE001 - also SystemExit: the twin shows why
            channel.send(json.dumps(failure(error)).encode())
        else:
            serve(channel, handler)


if __name__ == "__main__":
    main(int(sys.argv[1]))
