"""What the tests of jobs share: hands at the doors, and the sample jobs' traces between tests."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError

from handler import letters, worker
from handler.core import aws as core_aws
from handler.core.errors import Unavailable
from handler.jobs import definitions
from handler.jobs.gateway import queue_url
from handler.jobs.models import MAIN, JobRow, key_of
from infra.local.pump import context
from tests import rights, sample_jobs

_ARN = "arn:aws:sqs:eu-west-1:123456789012:dunlin-local-"


@pytest.fixture(autouse=True)
def traces() -> Iterator[None]:
    """Each test begins without traces of another's jobs."""
    sample_jobs.OUTSIDE.clear()
    sample_jobs.HOOKS.clear()
    yield
    sample_jobs.OUTSIDE.clear()
    sample_jobs.HOOKS.clear()


def row(handle) -> JobRow:
    """The row of a job."""
    found = JobRow.find(handle.id)
    assert found is not None
    return found


def state(handle) -> str:
    """Where a job stands."""
    return row(handle).state


def all_jobs(name: str | None = None) -> list[JobRow]:
    """Every job there is, or those of a name, the oldest first."""
    found = [one for one in JobRow.scan() if one.part == MAIN]
    return sorted((one for one in found if name in (None, one.name)), key=lambda one: one.id)


def locks() -> list[JobRow]:
    """The locks of unique jobs that are there."""
    return [one for one in JobRow.scan() if one.part == "lock"]


def set_row(handle, **values: dict[str, Any]) -> None:
    """Change a job's row behind the engine's back, with values as DynamoDB writes them."""
    request = {
        "TableName": JobRow.Meta.table_name,
        "Key": key_of(handle.id),
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values),
        "ExpressionAttributeNames": {f"#{name}": name for name in values},
        "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
    }
    core_aws.call("dynamodb", "UpdateItem", request)


def purge(queue: str) -> None:
    """Lose all messages of a queue."""
    core_aws.call("sqs", "PurgeQueue", {"QueueUrl": queue_url(queue)})


def record(body: Any, id_: str = "m1", *, receives: int = 1, queue: str = "fast") -> dict[str, Any]:
    """A message as Lambda's poller hands it out; a body that is no text becomes JSON."""
    return {
        "messageId": id_,
        "receiptHandle": f"receipt of {id_}",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {
            "ApproximateReceiveCount": str(receives),
            "SentTimestamp": "1772366400000",
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": _ARN + queue,
    }


def hint(handle, id_: str = "m1", **more: Any) -> dict[str, Any]:
    """A message about a job."""
    return record({"job": handle.id, "name": row(handle).name}, id_, **more)


@pytest.fixture
def hand(time, jobs) -> Callable[..., list[str]]:
    """Hands records to a worker, which has so many seconds; the ids that come again."""

    def call(*records: Any, seconds: float = 30, function: str = "worker-fast") -> list[str]:
        event = {"Records": list(records)}
        with rights.acting(function):
            answer = worker.handle(event, context(time, function, seconds=seconds))
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]

    return call


@pytest.fixture
def bury(time, jobs) -> Callable[..., list[str]]:
    """Hands dead letters to their function; the ids that it could not take."""

    def call(*records: Any) -> list[str]:
        with rights.acting("letters"):
            answer = letters.handle({"Records": list(records)}, context(time, "letters"))
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]

    return call


@pytest.fixture
def forgotten(monkeypatch) -> Callable[[str], None]:
    """Makes this release one that does not know a name."""
    return lambda name: monkeypatch.delitem(definitions._definitions, name)


@pytest.fixture
def sent(jobs) -> Iterator[list[dict[str, Any]]]:
    """The messages that are sent to queues from now on, as SQS is given them."""
    client = core_aws.client("sqs")
    seen: list[dict[str, Any]] = []

    def see(request: AWSPreparedRequest, **_: Any) -> None:
        said = json.loads(request.body)
        queue = said["QueueUrl"].rpartition("dunlin-local-")[2]
        seen.extend({**one, "queue": queue} for one in said.get("Entries", [said]))

    for operation in ("SendMessage", "SendMessageBatch"):
        name = f"before-send.sqs.{operation}"
        client.meta.events.register_first(name, see, unique_id=f"sent {operation}")
    yield seen
    for operation in ("SendMessage", "SendMessageBatch"):
        name = f"before-send.sqs.{operation}"
        client.meta.events.unregister(name, unique_id=f"sent {operation}")


ERRORS = {
    "away": Unavailable(),
    "refused": ClientError(
        {"Error": {"Code": "ValidationException"}, "ResponseMetadata": {"HTTPStatusCode": 400}},
        "Whatever",
    ),
}
"""Why DynamoDB may not do what it is asked."""


@pytest.fixture
def breaks(wire) -> Callable[..., None]:
    """Has each request of an operation fail from now on that names all those words."""

    def call(operation: str, *words: str, error: str = "refused") -> None:
        def fault(request: AWSPreparedRequest) -> None:
            said = f"{request.headers['X-Amz-Target']} {request.body}"
            if f".{operation}" in said and all(word in said for word in words):
                raise ERRORS[error]

        wire.break_all(fault)

    return call


def objects() -> list[str]:
    """The keys of the payloads that are in S3."""
    listed = core_aws.client("s3").list_objects_v2(Bucket="dunlin-local-payloads")
    return [one["Key"] for one in listed.get("Contents", [])]
