"""The AWS endpoint of the twin: moto behind ordinary HTTP on loopback, with IAM in front.

Every function has an access key id of its own, by which its calls are told from those of others and
held against its grants. A service is one entry in `Services`: how it answers a call.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from threading import Thread
from typing import Any

from moto.core.request import Request
from moto.dynamodb.responses import DynamoHandler
from moto.secretsmanager.responses import SecretsManagerResponse

from infra.blueprint import Function
from infra.local import grants
from infra.local.places import ACCOUNT, REGION, Refused

_CREDENTIAL = re.compile(r"Credential=([A-Z0-9]+)/\d+/([a-z0-9-]+)/([a-z]+)/aws4_request")
_REST = {"/v2/email/outbound-emails": "SendEmail"}
_KINDS = {"dynamodb": "table/", "secretsmanager": "secret:", "ses": "identity/"}
_POLL = 0.05  # seconds until the server sees that it shall stop
_JSON = {"Content-Type": "application/x-amz-json-1.0"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request to AWS: which service and region, its headers in lower case, its body."""

    service: str
    region: str
    headers: Mapping[str, str]
    body: bytes
    path: str = "/"

    @property
    def operation(self) -> str:
        """The operation: the JSON protocols name it in a header, REST in the path."""
        if self.path in _REST:
            return _REST[self.path]
        return self.headers.get("x-amz-target", "").rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of AWS."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Service = Callable[[Call], Answer]
OnCall = Callable[[str, grants.Need], None]


def moto(handler: Any) -> Service:
    """A service that moto answers, in this process."""

    def answer(call: Call) -> Answer:
        url = f"https://{call.service}.{call.region}.amazonaws.com/"
        request = Request.from_primitives("POST", url, call.headers, call.body)
        status, headers, body = handler.dispatch(request, url, request.headers)
        raw = body.encode() if isinstance(body, str) else bytes(body)
        return Answer(int(status), {str(k): str(v) for k, v in headers.items()}, raw)

    return answer


def request(service: Service, target: str, body: dict[str, Any]) -> dict[str, Any]:
    """Do one call of the JSON protocols for the twin itself. Raises Refused."""
    name = "dynamodb" if target.startswith("DynamoDB") else target.partition(".")[0]
    headers = {"x-amz-target": target, "content-type": "application/x-amz-json-1.0"}
    answer = service(Call(name, REGION, headers, json.dumps(body).encode()))
    found: dict[str, Any] = json.loads(answer.body or b"{}")
    if answer.status != HTTPStatus.OK:
        code = str(found.get("__type", answer.status)).rpartition("#")[2]
        raise Refused(code, str(found.get("message", found.get("Message", ""))))
    return found


MOTO: dict[str, Service] = {
    "dynamodb": moto(DynamoHandler),
    "secretsmanager": moto(SecretsManagerResponse),
}


@dataclass(frozen=True)
class Access:
    """Who may call: a function by access key id, or None for the twin itself, which may do all."""

    prefix: str
    functions: Mapping[str, Function | None]
    services: Mapping[str, Service]
    on_call: list[OnCall] = field(default_factory=list)

    def answer(self, headers: Mapping[str, str], body: bytes, path: str = "/") -> Answer:
        """Do what a request asks for, if its caller may. Never raises."""
        credential = _CREDENTIAL.search(headers.get("authorization", ""))
        if credential is None:
            return failure("MissingAuthenticationToken", "Request is missing Authentication Token")
        key, region, service = credential.groups()
        if key not in self.functions:
            message = "The security token included in the request is invalid."
            return failure("UnrecognizedClientException", message)
        if service not in self.services:
            return failure("UnknownServiceException", f"The twin has no service {service}")
        return self._checked(self.functions[key], Call(service, region, headers, body, path))

    def _checked(self, function: Function | None, call: Call) -> Answer:
        if function is not None:
            try:
                body = json.loads(call.body)
                wanted = grants.needs(call.service, call.operation, body, self.prefix)
            except (ValueError, TypeError, AttributeError):
                return failure("SerializationException", "The request is not in the service's form")
            if refused := grants.missing(function, self.prefix, wanted):
                message = self._denial(function, refused[0], call.region)
                return failure("AccessDeniedException", message)
            for listener in self.on_call:
                for need in wanted:
                    listener(function.name, need)
        try:
            return self.services[call.service](call)
        except Exception as error:  # noqa: BLE001 - a fault of moto's is an answer too, as in AWS
            return failure("InternalFailure", f"{type(error).__name__}: {error}", status=500)

    def _denial(self, function: Function, need: grants.Need, region: str) -> str:
        role = f"{self.prefix}{function.name}"
        service, _, _ = need.action.partition(":")
        kind = _KINDS.get(service, "")
        index = f"/index/{need.index}" if need.index else ""
        return (
            f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{role} is not authorized to perform:"
            f" {need.action} on resource: "
            f"arn:aws:{service}:{region}:{ACCOUNT}:{kind}{need.resource}{index} "
            f"because no identity-based policy allows the {need.action} action"
        )


def failure(code: str, message: str, status: int = 400) -> Answer:
    """Make an error as AWS's JSON protocols write it."""
    body = {"__type": f"com.amazon.coral.service#{code}", "Message": message, "message": message}
    return Answer(status, _JSON, json.dumps(body).encode())


class Endpoint:
    """An HTTP server for AWS calls on a socket that listens already, in threads of its own."""

    def __init__(self, listening: socket, access: Access) -> None:
        class Handler(_Handler):
            answer = staticmethod(access.answer)

        self._server = ThreadingHTTPServer(
            listening.getsockname()[:2], Handler, bind_and_activate=False
        )
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


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for head and body
    answer: Callable[[Mapping[str, str], bytes, str], Answer]

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        answer = self.answer(headers, body, self.path)
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in {"content-length", "connection", "status"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Say nothing: functions log what they do."""
