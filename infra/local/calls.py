"""Calls to AWS, answers and refusals, as they are on the wire."""

import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from xml.sax.saxutils import escape

JSON = {"Content-Type": "application/x-amz-json-1.0"}
_REST = {"/v2/email/outbound-emails": "SendEmail"}
_PIECE = 256 * 1024  # bytes of a large object that are in memory at once


class Readable(Protocol):
    """What comes with a request, whole or piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, as many as that if there are; all of them without a size."""
        ...


@dataclass(frozen=True, slots=True)
class Content:
    """A stretch of a file, which is closed when it was sent: a large object, or a part of one."""

    file: BinaryIO
    start: int
    length: int

    def pieces(self) -> Iterator[bytes]:
        """All of it, piece by piece. The file may be read by others meanwhile."""
        with self.file:
            position, end = self.start, self.start + self.length
            while position < end:
                piece = os.pread(self.file.fileno(), min(_PIECE, end - position), position)
                position += len(piece)
                yield piece


@dataclass(frozen=True, slots=True)
class Call:
    """One request to AWS: which service and region, its headers in lower case, its body.

    The path is as it came: encoded, and with the query. A large object comes as a file, its
    `content`, which belongs to whoever answers.
    """

    service: str
    region: str
    headers: Mapping[str, str]
    body: bytes
    path: str = "/"
    method: str = "POST"
    content: BinaryIO | None = None

    @property
    def operation(self) -> str:
        """The operation: the JSON protocols name it in a header, REST in the path."""
        if self.path in _REST:
            return _REST[self.path]
        return self.headers.get("x-amz-target", "").rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of AWS. A large object is its `content`, and no body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    content: Content | None = None


Service = Callable[[Call], Answer]


def failure(code: str, message: str, status: int = 400) -> Answer:
    """Make an error as AWS's JSON protocols write it."""
    body = {"__type": f"com.amazon.coral.service#{code}", "Message": message, "message": message}
    return Answer(status, JSON, json.dumps(body).encode())


def denial(service: str, message: str) -> Answer:
    """Refuse a call as its service does: S3 in XML, SQS by the code of its old protocol."""
    if service == "s3":
        return xml_failure("AccessDenied", message, status=403)
    if service == "execute-api":
        return failure("ForbiddenException", message, status=403)
    refused = failure("AccessDeniedException", message)
    if service == "sqs":
        return Answer(403, {**JSON, "x-amzn-query-error": "AccessDenied;Sender"}, refused.body)
    return refused


def xml_failure(
    code: str, message: str, status: int, told: Mapping[str, str] | None = None
) -> Answer:
    """Make an error as S3 writes it; `told` are further elements."""
    more = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in (told or {}).items())
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>{more}"
        f"<RequestId>{uuid.uuid4().hex[:16].upper()}</RequestId></Error>"
    )
    return Answer(status, {"Content-Type": "application/xml"}, body.encode())
