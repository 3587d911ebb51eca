"""The one module that calls S3 for files.

What is uploaded waits in a bucket of its own until it is checked; what passes is copied to where
files stay. Keys are made of ids alone: no name that anybody chose is in one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from handler.core import aws
from handler.core.errors import Unavailable
from handler.core.settings import settings
from handler.files.models import File
from handler.files.states import Size

UPLOAD_SECONDS = 300
DOWNLOAD_SECONDS = 120
"""How long a signed form and a signed URL hold (parameters.md, "Uploads"); both end before the
credentials that signed them."""
CHUNK = 1_000_000
"""Bytes of a stream that are in memory at once."""
UPLOADS = "uploads"
"""The bucket of what waits to be checked."""
_STORED = "files"
_GONE = frozenset({"404", "NoSuchKey"})
_MOVED = frozenset({"412", "PreconditionFailed"})


class ObjectGone(Exception):
    """No object is there."""


class ObjectMoved(Exception):
    """The object is another than the one that was read."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form that a client posts to S3 by itself: where to, its fields, and for how long."""

    url: str
    fields: dict[str, str]
    expires_in: int = UPLOAD_SECONDS


@dataclass(frozen=True, slots=True)
class Link:
    """A URL under which an object can be read for so many seconds."""

    url: str
    expires_in: int = DOWNLOAD_SECONDS


@dataclass(frozen=True, slots=True)
class Upload:
    """An object that waits to be checked: the tag of its bytes, and the bytes in chunks."""

    etag: str
    chunks: Iterator[bytes]


def sign_upload(file: File) -> Form:
    """A form that puts exactly one file: this key, this type, this size. Raises Unavailable."""
    fields = {"Content-Type": file.content_type}
    conditions = [fields, ["content-length-range", file.size, file.size]]
    with _answered():
        signed = _client().generate_presigned_post(
            **_waiting(file.owner_id, file.id),
            Fields=fields,
            Conditions=conditions,
            ExpiresIn=UPLOAD_SECONDS,
        )
    return Form(signed["url"], signed["fields"])


def sign_download(file: File) -> Link:
    """A URL that downloads a file under its name, with its checked type. Raises Unavailable."""
    shown = {
        "ResponseContentDisposition": attachment(file.name),
        "ResponseContentType": file.content_type,
    }
    return _sign({**_stored(original(file.id)), **shown})


def sign_thumbnail(file_id: str, size: Size) -> Link:
    """A URL that shows a thumbnail. Raises Unavailable."""
    shown = {"ResponseContentType": "image/webp"}
    return _sign({**_stored(thumbnail(file_id, size)), **shown})


def origins() -> tuple[str, ...]:
    """Where signed forms and URLs lead, for pages that have to name whom they talk to."""
    with _answered():
        signed = [
            _client().generate_presigned_url(operation, _place(bucket, "a"))
            for operation, bucket in (("put_object", UPLOADS), ("get_object", _STORED))
        ]
    places = [urlsplit(url) for url in signed]
    return tuple(sorted({f"{place.scheme}://{place.netloc}" for place in places}))


def attachment(name: str) -> str:
    """A Content-Disposition that saves under a name (RFC 6266; RFC 8187 for all of Unicode)."""
    plain = "".join(one if one.isascii() and one not in '"\\%' else "_" for one in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def put_upload(file: File, content: BinaryIO | bytes) -> None:
    """Put a file's bytes where they wait to be checked. Raises Unavailable."""
    _put({**_waiting(file.owner_id, file.id), "ContentType": file.content_type}, content)


def open_upload(file: File) -> Upload:
    """The bytes of a file that wait to be checked. Raises ObjectGone, Unavailable."""
    answer = _call("GetObject", _waiting(file.owner_id, file.id))
    return Upload(answer["ETag"], _chunks(answer["Body"]))


def is_uploaded(file: File) -> bool:
    """Whether bytes of a file wait to be checked. Raises Unavailable."""
    place = _waiting(file.owner_id, file.id)
    asked = {"Bucket": place["Bucket"], "Prefix": place["Key"], "MaxKeys": 1}
    return bool(_call("ListObjectsV2", asked).get("Contents"))


def accept(file: File, etag: str) -> None:
    """Copy checked bytes to where they stay, if they are still those of that tag.

    Raises ObjectGone, ObjectMoved, Unavailable.
    """
    source = _waiting(file.owner_id, file.id)
    copied = {
        "CopySource": f"{source['Bucket']}/{source['Key']}",
        "CopySourceIfMatch": etag,
        "ContentType": file.content_type,
        "MetadataDirective": "REPLACE",
    }
    _call("CopyObject", {**_stored(original(file.id)), **copied})


def put_original(file: File, content: BinaryIO | bytes) -> None:
    """Put the bytes of a file that we made where files stay. Raises Unavailable."""
    _put({**_stored(original(file.id)), "ContentType": file.content_type}, content)


def put_thumbnail(file_id: str, size: Size, content: bytes) -> None:
    """Put a thumbnail where it stays. Raises Unavailable."""
    _put({**_stored(thumbnail(file_id, size)), "ContentType": "image/webp"}, content)


def open_original(file_id: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The accepted bytes of a file in chunks, from a byte on, up to another or to the end.

    Raises ObjectGone, Unavailable.
    """
    last = "" if end is None else end - 1
    ranged = {"Range": f"bytes={start}-{last}"} if start or end else {}
    answer = _call("GetObject", {**_stored(original(file_id)), **ranged})
    return _chunks(answer["Body"])


def get_thumbnail(file_id: str, size: Size) -> bytes:
    """A thumbnail. Raises ObjectGone, Unavailable."""
    return b"".join(_chunks(_call("GetObject", _stored(thumbnail(file_id, size)))["Body"]))


def delete_all(owner_id: str, file_id: str) -> None:
    """Delete whatever there is of a file, waiting or stored. Raises Unavailable."""
    _call("DeleteObject", _waiting(owner_id, file_id))
    for key in (original(file_id), *(thumbnail(file_id, size) for size in Size)):
        _call("DeleteObject", _stored(key))


def original(file_id: str) -> str:
    """The key of a file's accepted bytes."""
    return f"originals/{file_id}"


def thumbnail(file_id: str, size: Size) -> str:
    """The key of a thumbnail."""
    return f"thumbnails/{file_id}/{size}.webp"


def _waiting(owner_id: str, file_id: str) -> dict[str, str]:
    return _place(UPLOADS, f"{owner_id}/{file_id}")


def _stored(key: str) -> dict[str, str]:
    return _place(_STORED, key)


def _place(bucket: str, key: str) -> dict[str, str]:
    here = settings()
    return {"Bucket": f"{here.resource_prefix}{bucket}{here.bucket_suffix}", "Key": key}


def _client() -> Any:
    return aws.client("s3")


def _sign(asked: dict[str, str]) -> Link:
    with _answered():
        return Link(_client().generate_presigned_url("get_object", asked, DOWNLOAD_SECONDS))


def _put(place: dict[str, str], content: BinaryIO | bytes) -> None:
    _call("PutObject", {**place, "Body": content})


def _call(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    with _answered():
        return aws.call("s3", operation, arguments)


def _chunks(body: Any) -> Iterator[bytes]:
    with _answered():
        yield from body.iter_chunks(CHUNK)


@contextmanager
def _answered() -> Iterator[None]:
    """Tell what S3 refuses by its meaning; botocore also fails while a body is read."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _GONE:
            raise ObjectGone from error
        if code in _MOVED:
            raise ObjectMoved from error
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error
