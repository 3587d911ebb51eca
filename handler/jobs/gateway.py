"""The one module that calls SQS and S3 for jobs.

A message is a hint that a job is due: it may be lost, so sending never fails for its caller.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from handler.core import aws, log
from handler.core.errors import Unavailable
from handler.core.ids import ID_PATTERN
from handler.core.settings import settings

BATCH = 10
"""Messages that SQS takes at once."""
_BUCKET = "payloads"


@dataclass(frozen=True, slots=True)
class Hint:
    """A message: which job, of which name; when (seconds from now); and whose turn it takes."""

    queue: str
    job_id: str
    name: str
    group: str
    delay: int = 0

    def entry(self) -> dict[str, Any]:
        """The message as SQS takes it. Groups share a standard queue fairly among themselves."""
        return {
            "MessageBody": json.dumps({"job": self.job_id, "name": self.name}),
            "MessageGroupId": self.group,
            "DelaySeconds": self.delay,
        }


def is_hint(body: Any) -> bool:
    """Whether a message is one about a job."""
    job_id = body.get("job") if isinstance(body, dict) else None
    return isinstance(job_id, str) and re.fullmatch(ID_PATTERN, job_id) is not None


def send(hints: Sequence[Hint]) -> None:
    """Send messages at best effort; what is not sent is a line of log, and the clock's to do."""
    by_queue: defaultdict[str, list[Hint]] = defaultdict(list)
    for hint in hints:
        by_queue[hint.queue].append(hint)
    for queue, waiting in by_queue.items():
        for first in range(0, len(waiting), BATCH):
            _send(queue, waiting[first : first + BATCH])


def _send(queue: str, hints: Sequence[Hint]) -> None:
    place = {"QueueUrl": queue_url(queue)}
    try:
        if len(hints) == 1:
            aws.call("sqs", "SendMessage", place | hints[0].entry())
            return
        entries = [{"Id": str(number), **hint.entry()} for number, hint in enumerate(hints)]
        answer = aws.call("sqs", "SendMessageBatch", place | {"Entries": entries})
        unsent = len(answer.get("Failed", []))
    except (ClientError, Unavailable):
        unsent = len(hints)
    if unsent:
        log.line(level="warning", metric="hints_unsent", queue=queue, count=unsent)


def send_body(queue: str, body: str) -> None:
    """Send a text as it is. Raises Unavailable."""
    try:
        aws.call("sqs", "SendMessage", {"QueueUrl": queue_url(queue), "MessageBody": body})
    except ClientError as error:
        raise Unavailable from error


def show_again(queue: str, receipts: Sequence[str]) -> None:
    """Let messages that were not touched be received at once, by their receipt handles.

    Where that fails they come when their visibility is over.
    """
    for first in range(0, len(receipts), BATCH):
        entries = [
            {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
            for number, receipt in enumerate(receipts[first : first + BATCH])
        ]
        request = {"QueueUrl": queue_url(queue), "Entries": entries}
        try:
            aws.call("sqs", "ChangeMessageVisibilityBatch", request)
        except (ClientError, Unavailable):
            log.line(level="warning", metric="messages_unshown", queue=queue, count=len(entries))


def queue_url(queue: str) -> str:
    """Where a queue is."""
    return f"{settings().queue_base}{settings().resource_prefix}{queue}"


def queue_of(arn: str) -> str:
    """The short name of the queue that an event names."""
    return arn.rpartition(":")[2].removeprefix(settings().resource_prefix)


def put_object(key: str, text: str) -> None:
    """Keep a text that is too large for a row. Raises Unavailable."""
    try:
        aws.call("s3", "PutObject", {**_object(key), "Body": text.encode()})
    except ClientError as error:
        raise Unavailable from error


def get_object(key: str) -> str:
    """A text that was kept. Raises Unavailable."""
    try:
        text: bytes = aws.call("s3", "GetObject", _object(key))["Body"].read()
    except (BotoCoreError, ClientError) as error:  # the former also while the body is read
        raise Unavailable from error
    return text.decode()


def delete_object(key: str) -> None:
    """Delete what was kept. Raises Unavailable."""
    try:
        aws.call("s3", "DeleteObject", _object(key))
    except ClientError as error:
        raise Unavailable from error


def _object(key: str) -> dict[str, str]:
    bucket = f"{settings().resource_prefix}{_BUCKET}{settings().bucket_suffix}"
    return {"Bucket": bucket, "Key": key}
