"""Reads what a request asks of S3, whose operations are told by method, path, query and headers."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from infra.local.calls import Call

_OBJECT = {
    "GET": "GetObject",
    "HEAD": "HeadObject",
    "PUT": "PutObject",
    "DELETE": "DeleteObject",
}
_BUCKET = {"GET": "ListObjects", "HEAD": "HeadBucket"}
_LISTING = frozenset(
    {"list-type", "prefix", "delimiter", "max-keys", "continuation-token", "start-after"}
    | {"encoding-type", "fetch-owner", "marker"}
)
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
