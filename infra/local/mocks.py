"""The services that moto answers, in this process."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from threading import Lock
from typing import Any

from moto.core.request import Request
from moto.dynamodb.responses import DynamoHandler
from moto.s3.responses import S3Response
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.sqs.responses import SQSResponse

from infra.local import objects
from infra.local.calls import Answer, Call, Service
from infra.local.engine import contents
from infra.local.places import REGION, Refused

_SUMMED = "x-amz-checksum-algorithm"  # a copy with a sum of its own
_NAMES = {
    "AmazonSQS": "sqs",
    "DynamoDB_20120810": "dynamodb",
    "secretsmanager": "secretsmanager",
}


def moto(handler: Any) -> Service:
    """A service of a JSON protocol that moto answers."""

    def answer(call: Call) -> Answer:
        url = f"https://{call.service}.{call.region}.amazonaws.com/"
        request = Request.from_primitives("POST", url, call.headers, call.body)
        return _answer(handler.dispatch(request, url, request.headers))

    return answer


def moto_s3() -> Service:
    """S3 as moto answers it, one call at a time, with its buckets in the path."""
    turn = Lock()

    def answer(call: Call) -> Answer:
        url = f"http://{call.headers.get('host', 'localhost')}{call.path}"
        is_object = bool(objects.place(call.path)[1])
        dispatch = S3Response.key_dispatch if is_object else S3Response.bucket_dispatch
        with turn, _handled(call) as (method, headers):
            request = Request.from_primitives(method, url, headers, call.body)
            return _answer(dispatch(request, url, request.headers))

    return answer


@contextmanager
def _handled(call: Call) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Handle contents of objects as files where nothing has to look at all of one."""
    operation, _ = objects.asked(call)
    if call.content is not None:
        headers = {**call.headers, "content-length": "0"}
        how = "POST" if operation == "PostObject" else "PUT"
        with contents.streaming(call.content, how):
            yield "PUT", headers
    elif operation in {"CopyObject", "GetObject"} and _SUMMED not in call.headers:
        with contents.streaming():
            yield call.method, call.headers
    else:
        yield call.method, call.headers


def _answer(found: Any) -> Answer:
    status, headers, body = found
    told = {str(name): str(value) for name, value in headers.items()}
    if isinstance(body, contents.Stretch):
        if len(body) >= objects.LARGE:
            return Answer(int(status), told, b"", body.opened())
        body = body.read()
    return Answer(int(status), told, body.encode() if isinstance(body, str) else bytes(body))


def request(service: Service, target: str, body: dict[str, Any]) -> dict[str, Any]:
    """Do one call of the JSON protocols for the twin itself. Raises Refused."""
    name = _NAMES[target.partition(".")[0]]
    headers = {"x-amz-target": target, "content-type": "application/x-amz-json-1.0"}
    answer = service(Call(name, REGION, headers, json.dumps(body).encode()))
    found: dict[str, Any] = json.loads(answer.body or b"{}")
    if answer.status != HTTPStatus.OK:
        code = str(found.get("__type", answer.status)).rpartition("#")[2]
        raise Refused(code, str(found.get("message", found.get("Message", ""))))
    return found


MOTO: dict[str, Service] = {
    "dynamodb": moto(DynamoHandler),
    "s3": moto_s3(),
    "secretsmanager": moto(SecretsManagerResponse),
    "sqs": moto(SQSResponse),
}
