"""What the tests of files share: files to upload, and hands that bring them through S3."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest

from handler.core import aws as core_aws
from handler.core import clock
from handler.files import storage
from handler.files.models import File
from handler.jobs.gateway import queue_url

UPLOADS = "dunlin-local-uploads"
STORED = "dunlin-local-files"
TEXT = b"Brass lamp\nTurned, with a linen shade.\n"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


def announcement(content: bytes = TEXT, **fields: Any) -> dict[str, Any]:
    """The body that announces a file."""
    return {"name": "lamp.txt", "content_type": "text/plain", "size": len(content), **fields}


def keys(bucket: str) -> list[str]:
    """The keys of the objects in a bucket."""
    listed = core_aws.client("s3").list_objects_v2(Bucket=bucket)
    return [one["Key"] for one in listed.get("Contents", [])]


def stored(file_id: str) -> bytes:
    """The accepted bytes of a file."""
    return b"".join(storage.open_original(file_id))


def message(key: str, *, bucket: str = UPLOADS, at: str | None = None, order: str = "1") -> str:
    """What S3 writes of a new object."""
    told = {"key": quote_plus(key, safe="/"), "size": 1, "eTag": "e", "sequencer": order}
    at = at or clock.now().isoformat()
    return json.dumps(
        {
            "Records": [
                {
                    "eventSource": "aws:s3",
                    "eventName": "ObjectCreated:Post",
                    "eventTime": at,
                    "s3": {"bucket": {"name": bucket}, "object": told},
                }
            ]
        }
    )


def tell(body: str) -> None:
    """Have a message of S3's come to the queue."""
    request = {"QueueUrl": queue_url("fast"), "MessageBody": body}
    core_aws.call("sqs", "SendMessage", request)


def arrive(file: File, content: bytes = TEXT) -> None:
    """Have a file's bytes come to S3, as by its form, which then tells the queue."""
    storage.put_upload(file, content)
    tell(message(f"{file.owner_id}/{file.id}"))


@pytest.fixture
def announce(ann) -> Callable[..., File]:
    """Announces a file of ann's."""

    def call(content: bytes = TEXT, **fields: Any) -> File:
        answer = ann.post("/files", announcement(content, **fields))
        assert answer.status == 201, answer
        file = File.find(answer.body["file"]["id"])
        assert file is not None
        return file

    return call


@pytest.fixture
def upload(announce, jobs) -> Callable[..., File]:
    """Announces a file of ann's, brings its bytes, and lets jobs run; the file as it then is."""

    def call(content: bytes = TEXT, **fields: Any) -> File:
        file = announce(content, **fields)
        arrive(file, content)
        jobs.deliver()
        found = File.find(file.id)
        assert found is not None
        return found

    return call
