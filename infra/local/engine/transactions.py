"""TransactWriteItems: all or nothing without copying a table, and once for each request token."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    DynamodbException,
    MockValidationException,
    MultipleTransactionsException,
    ProvidedKeyDoesNotExist,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler

from infra.local.engine.rows import RowKey, key_of, read, restore

_MOST_PARTS = 100
_TOKEN_LIFETIME = 600  # seconds in which DynamoDB remembers a ClientRequestToken

_transact_write_items = DynamoHandler.transact_write_items
Reason = tuple[str | None, str | None, dict[str, Any] | None]


class IdempotentParameterMismatch(DynamodbException):
    """A ClientRequestToken came again with another request."""

    def __init__(self) -> None:
        super().__init__(
            "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException",
            "Request contains parameters that differ from those of an earlier request "
            "with the same ClientRequestToken",
        )


@dataclass(frozen=True)
class _Part:
    """One operation of a transaction, and the row it is about."""

    kind: str
    operation: dict[str, Any]
    table: Table
    key: RowKey


def transact_once(self: DynamoHandler) -> ActionResult:
    """In place of moto's: what a token has done already succeeds without being done again."""
    token = self.body.get("ClientRequestToken")
    if token is None:
        return _transact_write_items(self)
    done = self.dynamodb_backend.__dict__.setdefault("client_request_tokens", OrderedDict())
    now = time.monotonic()
    while done and next(iter(done.values()))[0] < now - _TOKEN_LIFETIME:
        done.popitem(last=False)
    request = dynamo_json_dump(self.body["TransactItems"])
    if token in done:
        if done[token][1] != request:
            raise IdempotentParameterMismatch
        return ActionResult({})
    answer = _transact_write_items(self)
    done[token] = (now, request)
    return answer


def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """In place of moto's: checks all conditions, then writes, and undoes it if a part fails."""
    if len(transact_items) > _MOST_PARTS:
        raise TooManyTransactionsException
    parts = [_part(self, entry) for entry in transact_items]
    if len({(part.table.name, part.key) for part in parts}) < len(parts):
        raise MultipleTransactionsException
    _refuse([_check(part) for part in parts])
    before = [(part.table, part.key, read(part.table, part.key)) for part in parts]
    shards = [part.table.stream_shard for part in parts if part.table.stream_shard]
    lengths = [len(shard.items) for shard in shards]
    try:
        _refuse([_write(self, part) for part in parts])
    except BaseException:
        for row in before:
            restore(*row)
        for shard, length in zip(shards, lengths, strict=True):
            del shard.items[length:]
        raise


def _part(backend: DynamoDBBackend, entry: dict[str, Any]) -> _Part:
    if len(entry) != 1:
        raise TransactWriteSingleOpException
    kind, operation = next(iter(entry.items()))
    table = backend.get_table(operation["TableName"])
    key = key_of(table, operation["Item"] if kind == "Put" else operation["Key"])
    if key is None:
        raise ProvidedKeyDoesNotExist
    return _Part(kind, operation, table, key)


def _check(part: _Part) -> Reason:
    current = read(part.table, part.key)
    condition = get_filter_expression(
        part.operation.get("ConditionExpression"),
        part.operation.get("ExpressionAttributeNames"),
        part.operation.get("ExpressionAttributeValues"),
    )
    if condition.expr(current):
        return None, None, None
    shown = part.operation.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    return "ConditionalCheckFailed", "The conditional request failed", _shown(current, shown)


def _shown(item: Item | None, shown: bool) -> dict[str, Any] | None:  # noqa: FBT001 - internal
    return item.to_json()["Attributes"] if item is not None and shown else None


def _write(backend: DynamoDBBackend, part: _Part) -> Reason:
    operation, name = part.operation, part.table.name
    try:
        if part.kind == "Put":
            part.table.put_item(operation["Item"], overwrite=True)
        elif part.kind == "Delete":
            part.table.delete_item(*part.key)
        elif part.kind == "Update":
            backend.update_item(
                name,
                operation["Key"],
                update_expression=operation["UpdateExpression"],
                expression_attribute_names=operation.get("ExpressionAttributeNames", {}),
                expression_attribute_values=operation.get("ExpressionAttributeValues", {}),
            )
    except MockValidationException as error:
        return "ValidationError", error.message, None
    return None, None, None


def _refuse(reasons: list[Reason]) -> None:
    if any(code is not None for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)
