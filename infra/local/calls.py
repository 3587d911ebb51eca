"""Calls to AWS, answers and refusals, as they are on the wire."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

JSON = {"Content-Type": "application/x-amz-json-1.0"}
_REST = {"/v2/email/outbound-emails": "SendEmail"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request to AWS: which service and region, its headers in lower case, its body.

    The path is as it came: encoded, and with the query.
    """

    service: str
    region: str
    headers: Mapping[str, str]
    body: bytes
    path: str = "/"
    method: str = "POST"

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


def failure(code: str, message: str, status: int = 400) -> Answer:
    """Make an error as AWS's JSON protocols write it."""
    body = {"__type": f"com.amazon.coral.service#{code}", "Message": message, "message": message}
    return Answer(status, JSON, json.dumps(body).encode())


def denial(service: str, message: str) -> Answer:
    """Refuse a call as its service does: S3 in XML, SQS by the code of its old protocol."""
    if service == "s3":
        return xml_failure("AccessDenied", message, status=403)
    refused = failure("AccessDeniedException", message)
    if service == "sqs":
        return Answer(403, {**JSON, "x-amzn-query-error": "AccessDenied;Sender"}, refused.body)
    return refused


def xml_failure(code: str, message: str, status: int) -> Answer:
    """Make an error as S3 writes it."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{uuid.uuid4().hex[:16].upper()}</RequestId></Error>"
    )
    return Answer(status, {"Content-Type": "application/xml"}, body.encode())
