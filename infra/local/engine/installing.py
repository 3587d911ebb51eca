"""Puts the engine in the place of moto's own methods."""

from functools import cache
from threading import RLock
from typing import Any

from moto.core import responses
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import method_names_from_class
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler, DynamoResult
from moto.s3 import notifications
from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response
from moto.sqs.models import Message, Queue, SQSBackend

from infra.local.engine import contents, notices, queries, queues, rows, streams, transactions

lock = RLock()

_call_action = DynamoHandler.call_action
_serialized = BaseResponse.serialized


def install() -> None:
    """Replace the methods, for this process and for good. Again is the same as once."""
    for owner, name, method in _REPLACED:
        setattr(owner, name, method)


def call_action(self: DynamoHandler) -> Any:
    """In place of moto's: the same, one call at a time."""
    with lock:
        return _call_action(self)


def serialized(self: DynamoHandler, action_result: ActionResult) -> Any:
    """In place of moto's, which takes 1 ms a row to walk an answer through botocore's model."""
    if not isinstance(action_result, DynamoResult):
        return _serialized(self, action_result)
    if isinstance(action_result.result, dict):
        action_result.result.pop("ConsumedCapacityUnits", None)  # of no answer of DynamoDB's
    headers = {**self.response_headers, "Content-Type": "application/x-amz-json-1.0"}
    return 200, headers, dynamo_json_dump(action_result.result)


def _untracked(cls: type[Any], *_: object, **__: object) -> Any:
    """Make an object that moto does not list: what it lists is never freed."""
    return object.__new__(cls)


_REPLACED: tuple[tuple[Any, str, Any], ...] = (
    # moto looks through a whole class at every call.
    (responses, "method_names_from_class", cache(method_names_from_class)),
    (DynamoHandler, "call_action", call_action),
    (DynamoHandler, "serialized", serialized),
    (DynamoHandler, "transact_write_items", transactions.transact_once),
    (DynamoDBBackend, "transact_write_items", transactions.transact_write_items),
    (DynamoDBBackend, "update_item", rows.update_item),
    (Table, "put_item", rows.put_item),
    (Table, "delete_item", rows.delete_item),
    (DynamoDBBackend, "get_schema", queries.get_schema),
    (Table, "query", queries.query),
    (Item, "__new__", _untracked),
    (StreamShard, "add", streams.add),
    (Message, "__new__", _untracked),
    (Queue, "add_message", queues.add_message),
    (Queue, "delete_message", queues.delete_message),
    (Queue, "messages", queues.MESSAGES),
    (Queue, "approximate_number_of_messages", queues.VISIBLE),
    (Queue, "approximate_number_of_messages_not_visible", queues.HIDDEN),
    (Queue, "approximate_number_of_messages_delayed", queues.DELAYED),
    (SQSBackend, "change_message_visibility", queues.change_message_visibility),
    (SQSBackend, "purge_queue", queues.purge_queue),
    (SQSBackend, "receive_message", queues.receive_message),
    (FakeKey, "value", contents.VALUE),
    (S3Backend, "put_object", contents.put_object),
    (S3Response, "copy_object", contents.copy_object),
    (notifications, "_get_s3_event", notices.event),
    (notifications, "_get_test_event", notices.test_event),
)
