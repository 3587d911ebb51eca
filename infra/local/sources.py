"""What Lambda's poller says to a function, and how it understands the answer. Pure.

A message here is one of the list that ReceiveMessage answers, with all of its attributes.
"""

from collections.abc import Iterable
from typing import Any

Message = dict[str, Any]


def event(messages: Iterable[Message], queue: str, region: str, account: str) -> dict[str, Any]:
    """The event that a function gets for a batch of a queue's messages."""
    arn = f"arn:aws:sqs:{region}:{account}:{queue}"
    return {"Records": [_record(message, arn, region) for message in messages]}


def left_over(answer: Any, ids: Iterable[str]) -> frozenset[str]:
    """Which of a batch's messages stay in the queue after a function's answer.

    No answer, or one that names no failures, means that all are done. One that cannot be understood
    means that all have failed: also when it names a message that was not in the batch.
    """
    everything = frozenset(ids)
    if answer is None:
        return frozenset()
    if not isinstance(answer, dict):
        return everything
    failures = answer.get("batchItemFailures")
    if failures is None:
        return frozenset()
    if not isinstance(failures, list):
        return everything
    named = {_identifier(entry) for entry in failures}
    return frozenset(named) if named <= everything else everything


def _identifier(entry: Any) -> str:
    """What a failure names; the empty text, which is no message's id, when it names nothing."""
    name = entry.get("itemIdentifier") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""


def _record(message: Message, arn: str, region: str) -> dict[str, Any]:
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message["Attributes"]),
        "messageAttributes": {
            name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    }
    if "MD5OfMessageAttributes" in message:
        record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return record


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    given = {
        name[0].lower() + name[1:]: value[name]
        for name in ("StringValue", "BinaryValue")
        if name in value
    }
    return {
        **given,
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value["DataType"],
    }
