"""Hands for transfers: files of accounts, imports to their end, and what is in a result's file."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from handler import files
from handler.core import aws as core_aws
from handler.files import File
from tests import rights

Import = Callable[..., dict[str, Any]]
_TRANSACTION = "before-send.dynamodb.TransactWriteItems"


def stored(owner: str, content: str | bytes, format_: str = "csv") -> str:
    """A ready file of an account."""
    data = content.encode() if isinstance(content, str) else content
    type_ = {"csv": "text/csv", "jsonl": "application/jsonl"}[format_]
    return files.store(owner, name=f"rows.{format_}", content_type=type_, content=data).id


def content_of(file: dict[str, Any]) -> str:
    """What is in the file that a result names."""
    found = File.find(file["file_id"])
    assert found
    return b"".join(files.open_content(found)).decode()


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def import_(jobs) -> Import:
    """Imports a text for an account, to the job's end."""

    def done(client, owner: str, content: str | bytes, format_: str = "csv") -> dict[str, Any]:
        file_id = stored(owner, content, format_)
        answer = client.post("/imports", {"file_id": file_id, "format": format_})
        assert answer.status == 202, answer
        jobs.deliver()
        return client.get(answer.body["url"]).body

    return done


@pytest.fixture
def export(jobs) -> Callable[..., dict[str, Any]]:
    """Exports for an account, to the job's end."""

    def done(client, **asked: str) -> dict[str, Any]:
        answer = client.post("/exports", {"kind": "account", "format": "csv", **asked})
        assert answer.status == 202, answer
        jobs.deliver()
        return client.get(answer.body["url"]).body

    return done


@pytest.fixture
def at_each_transaction(aws: None) -> Iterator[Callable[[Callable[[bytes], object]], None]]:
    """Calls something with the body of each transaction, before it is carried out."""
    events = core_aws.client("dynamodb").meta.events

    def register(do: Callable[[bytes], object]) -> None:
        def see(request: AWSPreparedRequest, **_: Any) -> None:
            with rights.acting(None):
                do(request.body)

        events.register_first(_TRANSACTION, see, unique_id="transfers")

    yield register
    events.unregister(_TRANSACTION, unique_id="transfers")


def nights(time, jobs, number=1):
    """Let some nights come, each with what its calendar has."""
    for _ in range(number):
        time.now = time.now.replace(hour=0, minute=9, second=0, microsecond=0) + timedelta(days=1)
        jobs.pass_(seconds=180)


def days(client, query: str = "") -> dict[str, dict]:
    """Reports by day."""
    answer = client.get("/reports/daily", query=query)
    assert answer.status == 200, answer
    return {one["day"]: one for one in answer.body["items"]}
