"""Where the parts of an export wait until all of them are there: objects in S3, for a few days."""

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from handler.core import aws
from handler.core.errors import Unavailable
from handler.core.settings import settings

_BUCKET = "payloads"
_FOLDER = "exports"  # which S3 empties by itself
_BLOCK = 1024 * 1024  # bytes in memory


def put_part(export_id: str, number: int, content: bytes) -> None:
    """Keep a part; again is the same as once. Raises Unavailable."""
    try:
        aws.call("s3", "PutObject", {**_object(export_id, number), "Body": content})
    except ClientError as error:
        raise Unavailable from error


def open_part(export_id: str, number: int) -> Iterator[bytes]:
    """A part, block by block. Raises Unavailable."""
    try:
        body = aws.call("s3", "GetObject", _object(export_id, number))["Body"]
        yield from body.iter_chunks(_BLOCK)
    except (BotoCoreError, ClientError) as error:  # the former also while the body is read
        raise Unavailable from error


def delete_part(export_id: str, number: int) -> None:
    """Let a part go. Raises Unavailable."""
    try:
        aws.call("s3", "DeleteObject", _object(export_id, number))
    except ClientError as error:
        raise Unavailable from error


def _object(export_id: str, number: int) -> dict[str, str]:
    bucket = f"{settings().resource_prefix}{_BUCKET}{settings().bucket_suffix}"
    return {"Bucket": bucket, "Key": f"{_FOLDER}/{export_id}/{number}"}
