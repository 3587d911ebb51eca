"""Reads what a request asks of S3, whose operations are told by method, path, query and headers."""

import shutil
import tempfile
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from infra.local.calls import Answer, Call, Readable

_OBJECT = {
    "GET": "GetObject",
    "HEAD": "HeadObject",
    "PUT": "PutObject",
    "DELETE": "DeleteObject",
    "POST": "PostObject",  # a form, of which only the file is left
}
_BUCKET = {"GET": "ListObjects", "HEAD": "HeadBucket"}
_LISTING = frozenset(
    {"list-type", "prefix", "delimiter", "max-keys", "continuation-token", "start-after"}
    | {"encoding-type", "fetch-owner", "marker"}
)
LARGE = 1024 * 1024
"""Bytes from which on an object is never in memory as a whole."""
_HARMLESS = "response-"  # headers that the caller wants in the answer


def place(path: str) -> tuple[str, str]:
    """The bucket and the key of a path, decoded; either may be empty."""
    bucket, _, key = urlsplit("//host" + path).path.lstrip("/").partition("/")
    return unquote(bucket), unquote(key)


def asked(call: Call) -> tuple[str, dict[str, Any]]:
    """The operation, and the bucket, key and source of a copy that it is about.

    What has a query of another kind (an ACL, a version, a part) is told by that query's name.
    """
    bucket, key = place(call.path)
    query = parse_qs(urlsplit("//host" + call.path).query, keep_blank_values=True)
    known = set() if key else _LISTING
    other = sorted(
        name for name in query if name != "x-id" and name not in known and _HARMLESS not in name
    )
    given = {"Bucket": bucket, "Key": key}
    if other:
        return f"{call.method}?{other[0]}", given
    operation = (_OBJECT if key else _BUCKET).get(call.method, call.method)
    source = call.headers.get("x-amz-copy-source")
    if source is not None and operation == "PutObject":
        return "CopyObject", given | {"CopySource": unquote(source).partition("?")[0].lstrip("/")}
    return operation, given


def received(call: Call, body: Readable) -> Call:
    """The call with what comes with it. A large object comes into a file.

    What is signed piece by piece, and parts of objects, are as yet put together in memory.
    """
    length = int(call.headers.get("content-length", "0"))
    in_pieces = call.headers.get("x-amz-content-sha256", "").startswith("STREAMING")
    if call.service != "s3" or length < LARGE or in_pieces or asked(call)[0] != "PutObject":
        return replace(call, body=body.read())
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever keeps the object closes it
    shutil.copyfileobj(body, file)
    file.seek(0)
    return replace(call, content=file)


def settled(call: Call, answer: Answer) -> Answer:
    """The answer to a call. If it was refused, nobody has kept its content."""
    if call.content is not None and answer.status != HTTPStatus.OK:
        call.content.close()
    return answer


def is_open(path: str, method: str) -> bool:
    """Whether a request is S3's though no header is signed. The other services have one path."""
    return path != "/" or method == "OPTIONS"


def is_missing(call: Call, answer: Answer) -> bool:
    """Whether S3 says that there is no such object, as it does not to everybody."""
    if call.service != "s3" or answer.status != HTTPStatus.NOT_FOUND:
        return False
    operation, _ = asked(call)
    return operation == "HeadObject" or (
        operation in {"CopyObject", "GetObject"} and b"<Code>NoSuchKey</Code>" in answer.body
    )
