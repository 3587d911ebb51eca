"""The AWS endpoint of the twin: its services behind ordinary HTTP on loopback, with IAM in front.

Every function has an access key id of its own, by which its calls are told from those of others and
held against its grants. A service is one entry in `Services`: how it answers a call.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from threading import Thread
from typing import Any

from infra.blueprint import Function
from infra.local import credentials, grants, objects
from infra.local.calls import Answer, Call, Readable, Service, denial, failure
from infra.local.credentials import Credentials
from infra.local.engine import contents
from infra.local.places import ACCOUNT
from infra.local.s3 import Door

_CREDENTIAL = re.compile(r"Credential=([A-Z0-9]+)/\d+/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_KINDS = {"dynamodb": "table/", "secretsmanager": "secret:", "ses": "identity/"}
_PIECE = 256 * 1024  # bytes of a body that nobody wanted
_POLL = 0.05  # seconds until the server sees that it shall stop

OnCall = Callable[[str, grants.Need], None]
OnRequest = Callable[[Mapping[str, str], Readable, str, str], Answer]
"""Answers a request by its headers (in lower case), body, path and method."""


@dataclass(frozen=True)
class Access:
    """Who may call: a function by access key id, or None for the twin itself, which may do all."""

    prefix: str
    functions: Mapping[str, Function | None]
    services: Mapping[str, Service]
    on_call: list[OnCall] = field(default_factory=list)

    def answer(
        self, headers: Mapping[str, str], body: Readable, path: str = "/", method: str = "POST"
    ) -> Answer:
        """Do what a request asks for, if its caller may. Never raises."""
        credential = _CREDENTIAL.search(headers.get("authorization", ""))
        if credential is None and "s3" in self.services and objects.is_open(path, method):
            return Door(self._known, self._do, contents.rules).answer(headers, body, path, method)
        if credential is None:
            return failure("MissingAuthenticationToken", "Request is missing Authentication Token")
        key, region, service = credential.groups()
        if key not in self.functions:
            message = "The security token included in the request is invalid."
            return failure("UnrecognizedClientException", message)
        if service not in self.services:
            return failure("UnknownServiceException", f"The twin has no service {service}")
        call = Call(service, region, headers, b"", path, method)
        return self._do(key, objects.received(call, body))

    def _known(self, key: str) -> Credentials | None:
        return credentials.of(key) if key in self.functions else None

    def _do(self, key: str, call: Call) -> Answer:
        return objects.settled(call, self._checked(self.functions[key], call))

    def _checked(self, function: Function | None, call: Call) -> Answer:
        if function is not None:
            try:
                wanted = grants.needs(call.service, *asked(call), self.prefix)
            except (ValueError, TypeError, AttributeError):
                return failure("SerializationException", "The request is not in the service's form")
            if refused := grants.missing(function, self.prefix, wanted):
                return denial(call.service, self._denial(function, refused[0], call.region))
            for listener in self.on_call:
                for need in wanted:
                    listener(function.name, need)
        try:
            return self._hidden(function, call, self.services[call.service](call))
        except Exception as error:  # noqa: BLE001 - a fault of moto's is an answer too, as in AWS
            return failure("InternalFailure", f"{type(error).__name__}: {error}", status=500)

    def _hidden(self, function: Function | None, call: Call, answer: Answer) -> Answer:
        """Say that an object is not there only to who may list them all, as S3 does."""
        if function is None or not objects.is_missing(call, answer):
            return answer
        need = grants.Need("s3:ListBucket", objects.place(call.path)[0])
        if not grants.missing(function, self.prefix, {need}):
            return answer
        return denial(call.service, self._denial(function, need, call.region))

    def _denial(self, function: Function, need: grants.Need, region: str) -> str:
        role = f"{self.prefix}{function.name}"
        about = arn(need, region)
        return (
            f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{role} is not authorized to perform:"
            f" {need.action} on resource: {about} "
            f"because no identity-based policy allows the {need.action} action"
        )


def asked(call: Call) -> tuple[str, dict[str, Any]]:
    """The operation of a call, and its arguments as far as grants are about them."""
    if call.service == "s3":
        return objects.asked(call)
    if call.service == "execute-api":
        return call.method, {}
    return call.operation, json.loads(call.body)


def arn(need: grants.Need, region: str) -> str:
    """Write the ARN of what a call is about."""
    service = need.action.partition(":")[0]
    index = f"/index/{need.index}" if need.index else ""
    owner = ":" if service == "s3" else f"{region}:{ACCOUNT}"
    return f"arn:aws:{service}:{owner}:{_KINDS.get(service, '')}{need.resource}{index}"


class Endpoint:
    """An HTTP server for AWS calls on a socket that listens already, in threads of its own."""

    def __init__(self, listening: socket, answer: OnRequest) -> None:
        class Handler(_Handler):
            pass

        Handler.answer = staticmethod(answer)

        self._server = _Server(listening.getsockname()[:2], Handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = listening
        self._thread = Thread(
            target=self._server.serve_forever, args=(_POLL,), name="aws", daemon=True
        )

    def start(self) -> None:
        """Answer from now on; connections made since the socket listens have waited."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections. Threads that still answer end with the process."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has gone: a function may be killed at any time."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Body:
    """What comes with a request, as far as nobody has read it."""

    def __init__(self, stream: Readable, length: int) -> None:
        self._stream = stream
        self._left = length

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        found = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(found)
        return found

    def skip(self) -> None:
        """Read what is left, for who sends it reads no answer before."""
        while self.read(_PIECE):
            pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for head and body
    answer: OnRequest

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = _Body(self.rfile, int(headers.get("content-length", "0")))
        answer = self.answer(headers, body, self.path, self.command)
        body.skip()
        self._send_head(answer)
        if self.command == "HEAD":
            return
        self.wfile.write(answer.body)
        if answer.content is not None:
            for piece in answer.content.pieces():
                self.wfile.write(piece)

    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_PUT = do_POST  # noqa: N815 - the server looks for these

    def _send_head(self, answer: Answer) -> None:
        length = str(len(answer.body) if answer.content is None else answer.content.length)
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() == "content-length":
                length = value if self.command == "HEAD" else length
            elif name.lower() not in {"connection", "status"}:
                self.send_header(name, value)
        if answer.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", length)
        self.end_headers()

    def handle_expect_100(self) -> bool:
        """Let a client that asked whether to send its body do so at once."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_message(self, *_: object) -> None:
        """Say nothing: functions log what they do."""
