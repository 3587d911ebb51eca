"""What an AWS call needs, in IAM's terms, and whether a function was granted it.

Pure: an operation and its body in, the actions and resources out. Operations not known here need an
action of their own name, which no grant has, so they are refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from infra.blueprint import BLUEPRINT, MAIL, Function

_TRANSACTION = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
_S3 = {"HeadObject": "GetObject", "HeadBucket": "ListBucket"}
_S3 |= {"ListObjects": "ListBucket", "ListObjectsV2": "ListBucket", "PostObject": "PutObject"}
_SQS = {
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "DeleteMessageBatch": "DeleteMessage",
    "SendMessageBatch": "SendMessage",
}
_SECRET_SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")


@dataclass(frozen=True, order=True, slots=True)
class Need:
    """One IAM action on one resource: the deployed name of what it is about, and the index."""

    action: str
    resource: str = "*"
    index: str = ""


def needs(service: str, operation: str, body: dict[str, Any], prefix: str = "") -> frozenset[Need]:
    """All that a call needs. A body without the names that an operation requires needs `*`.

    Mail has one sender, whatever its address, so that needs the sender with this prefix; and there
    is one API of sockets.
    """
    if service == "dynamodb":
        return frozenset(_dynamodb(operation, body))
    if service == "ses":
        return frozenset({Need(f"ses:{operation}", prefix + MAIL.name)})
    if service == "execute-api":
        return frozenset({Need("execute-api:ManageConnections", prefix + BLUEPRINT.sockets.name)})
    if service == "s3":
        return frozenset(_s3(operation, body))
    if service == "sqs":
        queue = str(body.get("QueueUrl", "*")).rpartition("/")[2]
        return frozenset({Need(f"sqs:{_SQS.get(operation, operation)}", queue)})
    name = _secret(str(body.get("SecretId", "*")))
    return frozenset({Need(f"{service}:{operation}", name)})


def missing(function: Function, prefix: str, wanted: Iterable[Need]) -> list[Need]:
    """What of all that is wanted the function was not granted, in order."""
    return sorted(need for need in wanted if not _granted(function, prefix, need))


def _granted(function: Function, prefix: str, need: Need) -> bool:
    return any(
        need.action in grant.actions
        and need.resource == prefix + grant.resource
        and (need.index in grant.indexes if grant.indexes else not need.index)
        for grant in function.grants
    )


def _dynamodb(operation: str, body: dict[str, Any]) -> list[Need]:
    if operation in {"BatchGetItem", "BatchWriteItem"}:
        return [_on(operation, table) for table in body.get("RequestItems", {})] or [_on(operation)]
    if operation in {"TransactGetItems", "TransactWriteItems"}:
        parts = [part for entry in body.get("TransactItems", []) for part in entry.items()]
        found = [_on(_TRANSACTION.get(kind, kind), _table(on)) for kind, on in parts]
        return found or [_on(operation)]
    return [_on(operation, _table(body), str(body.get("IndexName", "")))]


def _s3(operation: str, given: dict[str, Any]) -> list[Need]:
    bucket = given["Bucket"] or "*"
    if operation == "CopyObject":
        source = given["CopySource"].partition("/")[0]
        return [Need("s3:GetObject", source), Need("s3:PutObject", bucket)]
    return [Need(f"s3:{_S3.get(operation, operation)}", bucket)]


def _on(operation: str, table: str = "*", index: str = "") -> Need:
    return Need(f"dynamodb:{operation}", table.rpartition("table/")[2], index)


def _table(body: dict[str, Any]) -> str:
    return str(body.get("TableName", "*"))


def _secret(name: str) -> str:
    """A secret's name, also when it was given as an ARN, which ends in six random characters."""
    _, arn, rest = name.partition(":secret:")
    return _SECRET_SUFFIX.sub("", rest) if arn else name
