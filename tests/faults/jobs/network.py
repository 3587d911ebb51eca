"""What stands between botocore and AWS: it carries requests out, counts them, and breaks some.

It takes the place of moto's stub below `before-send`, so that botocore's own repetitions are real.
What is asked of limits and metrics by itself is carried out and not counted.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache
from io import BytesIO
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.signers import RequestSigner
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.utils import camelcase_to_underscores
from moto.sqs import models
from moto.sqs.models import sqs_backends

from infra.blueprint import prefix
from infra.local.calls import Call
from infra.local.mocks import MOTO
from infra.local.pump import Crash
from tests.faults.jobs.database import Database, Rejected

_APART = {prefix("local") + name for name in ("limits", "metrics")}
_FIRST = b"attempt=1"
_REGION = "eu-west-1"
_signed = RequestSigner.sign
_WRITING = {"PutItem", "TransactWriteItems", "UpdateItem"}
_SENDING = {"SendMessage", "SendMessageBatch"}


class Fault(Enum):
    """What may become of a call."""

    CRASH_BEFORE = "the process ends before the request"
    CRASH_AFTER = "the process ends after the request was carried out"
    LOST = "the answer is lost once"
    LOST_FOR_GOOD = "it is carried out, and no answer ever arrives"
    DOWN = "it never arrives"
    DENIED = "it is refused for a reason nobody thought of"
    CONFLICT = "other writers are met"
    FREEZE_BEFORE = "the process stands still beyond its lease before the request"
    FREEZE_AFTER = "the process stands still beyond its lease before it sees the answer"
    DOUBLE = "its messages are handed out a second time just then"
    LATE = "the process ends, and its request arrives a while later"
    TIMEOUT = "the job's time is over when the answer arrives"


GRAVE = {Fault.CRASH_AFTER, Fault.LOST_FOR_GOOD, Fault.DOWN, Fault.FREEZE_BEFORE, Fault.LATE}
"""The others differ little from these: a crash before a call is one after the last call, an answer
that is lost once is botocore's to repeat."""
FOR_GOOD = {Fault.LOST_FOR_GOOD, Fault.DOWN}
LOST = {Fault.LOST, Fault.LOST_FOR_GOOD}


@dataclass(frozen=True)
class Sent:
    """A request that is on its way, without botocore's repetitions of it."""

    number: int
    service: str
    operation: str
    body: Any
    by: str = ""
    """Who asks: a function, or a caller."""
    timed: bool = False
    """Whether a handler's time is running."""

    def concerns(self, fault: Fault) -> bool:
        """Whether a fault can make a difference to it."""
        if fault is Fault.TIMEOUT:
            return self.timed
        if fault is Fault.DOUBLE:
            return self.by.startswith("worker")
        return fault not in {Fault.CONFLICT, Fault.LATE} or self.operation in _WRITING

    def __str__(self) -> str:
        return f"call {self.number} ({self.operation} by {self.by})"


class _Raw(BytesIO):
    """A body as urllib3 hands it on."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """All of it at once."""
        yield self.read()


class Network:
    """Carries requests to the database and to moto's SQS and S3, and has faults.

    `choose` says for each new call what becomes of it; `aside` does what a fault needs of the
    world: to let time pass, to hand messages out again, to let the alarm ring. `who` says who asks,
    `sent` is told of what was carried out, and `delay` is given what arrives late.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.choose: Callable[[Sent], Fault | None] = lambda _sent: None
        self.aside: Callable[[Fault], None] = lambda _fault: None
        self.who: Callable[[], tuple[str, bool]] = lambda: ("nobody", False)
        self.sent: Callable[[Sent], None] = lambda _sent: None
        self.delay: Callable[[Callable[[], Any]], None] = lambda _arrive: None
        self.calls = 0
        self._fault: Fault | None = None

    def clear(self) -> None:
        """Count from 0, and break nothing."""
        self.calls, self._fault = 0, None
        self.choose = lambda _sent: None

    @contextmanager
    def up(self) -> Iterator[None]:
        """Every client of botocore's speaks to it within this block."""

        def send(_stub: Any, event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
            return self._send(event_name, request)

        with (
            mock.patch.object(BotocoreStubber, "__call__", send),
            mock.patch.object(RequestSigner, "sign", _sign),
            mock.patch.object(models, "camelcase_to_underscores", cache(camelcase_to_underscores)),
        ):
            yield

    def _send(self, event_name: str, request: AWSPreparedRequest) -> AWSResponse:
        _, service, operation = event_name.split(".")
        body = None if service == "s3" else json.loads(request.body)
        apart = service == "dynamodb" and body.get("TableName") in _APART
        sent = Sent(self.calls, service, operation, body, *self.who())
        if apart:
            return self._carry_out(sent, request)
        fault = self._fate(sent, request)
        return self._carry_out(sent, request) if fault is None else self._fail(fault, sent, request)

    def _fate(self, sent: Sent, request: AWSPreparedRequest) -> Fault | None:
        if not request.headers["amz-sdk-request"].startswith(_FIRST):
            return self._fault if self._fault in FOR_GOOD else None
        self.calls += 1
        self._fault = self.choose(sent)
        return self._fault

    def _fail(self, fault: Fault, sent: Sent, request: AWSPreparedRequest) -> AWSResponse:
        lost = ReadTimeoutError(endpoint_url=request.url)
        if fault is Fault.LATE:
            self.delay(lambda: self._carry_out(sent, request))
        if fault in {Fault.CRASH_BEFORE, Fault.LATE}:
            raise Crash
        if fault is Fault.DOWN:
            raise lost
        if fault in {Fault.DENIED, Fault.CONFLICT}:
            return self._refuse(fault, sent, request)
        if fault in {Fault.FREEZE_BEFORE, Fault.DOUBLE}:
            self.aside(fault)
            return self._carry_out(sent, request)
        answer = self._carry_out(sent, request)
        if fault is Fault.CRASH_AFTER:
            raise Crash
        if fault in LOST:
            raise lost
        self.aside(fault)
        return answer

    def _refuse(self, fault: Fault, sent: Sent, request: AWSPreparedRequest) -> AWSResponse:
        if fault is Fault.DENIED:
            body: Any = Rejected("AccessDeniedException", message="a secret word").body
        elif sent.operation == "TransactWriteItems":
            reasons = [{"Code": "TransactionConflict"} for _ in sent.body["TransactItems"]]
            body = Rejected("TransactionCanceledException", CancellationReasons=reasons).body
        elif sent.operation in _WRITING:
            body = Rejected("TransactionConflictException", message="a secret word").body
        else:
            return self._carry_out(sent, request)
        return _response(request, 400, json.dumps(body).encode())

    def _carry_out(self, sent: Sent, request: AWSPreparedRequest) -> AWSResponse:
        if sent.service == "dynamodb":
            status, body = self.database.answer(sent.operation, sent.body)
            raw = json.dumps(body).encode()
            headers = {}
        elif sent.operation in _SENDING:
            status, headers, raw = 200, {}, json.dumps(_enqueue(sent.body)).encode()
        else:
            status, headers, raw = _ask_moto(sent, request)
        self.sent(sent)
        return _response(request, status, raw, headers)


def _sign(signer: RequestSigner, operation: str, request: Any, *args: Any, **more: Any) -> None:
    """Sign what moto looks at; it is a fifth of the time of the others, and nobody reads it."""
    if signer.signing_name == "s3":
        _signed(signer, operation, request, *args, **more)


def _enqueue(body: dict[str, Any]) -> dict[str, Any]:
    """Put messages into moto's queues as its SQS does, but without its walk through a class."""
    account, queue = urlsplit(body["QueueUrl"]).path.strip("/").split("/")
    for one in body.get("Entries", [body]):
        sqs_backends[account][_REGION].send_message(
            queue,
            one["MessageBody"],
            delay_seconds=one.get("DelaySeconds"),
            group_id=one.get("MessageGroupId"),
        )
    return {"Successful": [{"Id": one["Id"]} for one in body.get("Entries", [])]}


def _ask_moto(sent: Sent, request: AWSPreparedRequest) -> tuple[int, dict[str, str], bytes]:
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    url = urlsplit(request.url)
    bucket = url.netloc.partition(".s3.")[0] if sent.service == "s3" else ""
    path = f"/{bucket}{url.path}" if bucket and ".s3." in url.netloc else url.path
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    body = body if isinstance(body, bytes) else body.read()
    call = Call(sent.service, _REGION, headers, body, path, request.method)
    answer = MOTO[sent.service](call)
    return answer.status, dict(answer.headers), answer.body


def _response(
    request: AWSPreparedRequest, status: int, raw: bytes, headers: dict[str, str] | None = None
) -> AWSResponse:
    kind = {"content-type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, status, headers or kind, _Raw(raw))
