"""What every PynamoDB model shares: one client, row metadata, guarded updates and transactions.

Every write can be repeated safely, because its answer can be lost and the client then repeats it
(threats K7, K8): an update leaves its own mark in the row and recognises it, and a transaction has
a client token.
"""

import random
import secrets
import time
from collections.abc import Sequence
from typing import Any, Self, TypeVar

from botocore.exceptions import ClientError
from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.constants import ALL_NEW, ALL_OLD, KEY, NULL
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from handler.core import aws, clock
from handler.core.attributes import IntegerAttribute
from handler.core.errors import Unavailable
from handler.core.settings import settings

_ATTEMPTS = 4  # one and three repetitions against conflicting writers (threats K6)
_PAUSE = 0.03  # seconds, times the attempt, with full jitter


def table(name: str) -> str:
    """The deployed name of a table."""
    return settings().resource_prefix + name


class _Connection(Connection):
    """PynamoDB's connection over the one shared client, whose failures are ours."""

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        return aws.call("dynamodb", operation_name, operation_kwargs)


_connection = _Connection(region="unused")  # the shared client knows its region


class Row(Model):
    """A row of a table, over the one shared client."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        own = super()._get_connection()
        if own.connection is not _connection:  # add_meta_table fails when two threads get here
            _connection._tables.setdefault(own.table_name, own.get_meta_table())  # noqa: SLF001
            own.connection = _connection
        return own

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """As PynamoDB does for a model without discriminator, at a quarter of the cost.

        It sets every default twice, then every value through its descriptor (performance.md, W3).
        """
        row = cls.__new__(cls)
        row.attribute_values = {}
        for name, attribute in cls.get_attributes().items():
            stored = data.get(attribute.attr_name)
            if stored and NULL not in stored:
                value = attribute.deserialize(attribute.get_value(stored))
            else:
                value = attribute.default() if callable(attribute.default) else attribute.default
            if value is not None:
                row.attribute_values[name] = value
        return row


class Record(Row):
    """Base of the models of things.

    `version` counts the writes of a row. `write_id` is the mark of the last one. `schema` is the
    version of the row's shape: readers accept the previous one.
    """

    schema = IntegerAttribute(default=1)
    version = IntegerAttribute(default=1)
    write_id = UnicodeAttribute(default_for_new=lambda: secrets.token_hex(8))
    created_at = UTCDateTimeAttribute(default_for_new=clock.now)
    updated_at = UTCDateTimeAttribute(default_for_new=clock.now)

    def mark_changed(self) -> None:
        """Count a write of the whole row that is about to happen."""
        self.version += 1
        self.write_id = secrets.token_hex(8)
        self.updated_at = clock.now()


Versions = tuple[int, ...] | None
"""Versions of a row that a caller accepts, or None for any."""

R = TypeVar("R", bound=Record)


class Refused(Exception):
    """The condition of a write did not hold. `row` is what stood there instead, or None."""

    def __init__(self, row: Any) -> None:
        super().__init__("condition failed")
        self.row = row


def update(
    model: type[R],
    key: str,
    actions: Sequence[Action],
    condition: Condition | None = None,
) -> R:
    """Change one existing row in one call, and return it as it then is.

    Raises Refused when the row is not there or the condition does not hold, Unavailable when
    DynamoDB does not answer. A repetition after a lost answer is recognised by the row's mark.
    """
    mark = secrets.token_hex(8)
    guard = model.write_id.exists() & (model.write_id != mark)  # every stored row has one
    arguments = model._get_connection().get_operation_kwargs(  # noqa: SLF001 - PynamoDB names it so
        key,
        key=KEY,
        actions=[*actions, *_bookkeeping(model, mark)],
        condition=guard if condition is None else guard & condition,
        return_values=ALL_NEW,
        return_values_on_condition_failure=ALL_OLD,
    )
    try:
        answer = patiently("UpdateItem", arguments)
    except ClientError as error:
        row = _refused_row(model, error)
        if row is not None and row.write_id == mark:
            return row
        raise Refused(row) from error
    return model.from_raw_data(answer["Attributes"])


def put(row: Record, condition: Condition) -> None:
    """Put one row in one call. Raises Refused, Unavailable; knows its own write again."""
    arguments = row.get_save_kwargs_from_instance(condition, ALL_OLD)
    try:
        patiently("PutItem", arguments)
    except ClientError as error:
        stood = _refused_row(type(row), error)
        if stood is None or stood.write_id != row.write_id:
            raise Refused(stood) from error


def remove(row: Record, condition: Condition) -> None:
    """Delete one row in one call if the condition holds. Raises Unavailable."""
    arguments = row.get_delete_kwargs_from_instance(condition)
    try:
        patiently("DeleteItem", arguments)
    except ClientError as error:
        _refused_row(type(row), error)


def _bookkeeping(model: type[Record], mark: str) -> tuple[Action, ...]:
    return (
        model.version.add(1),
        model.write_id.set(mark),
        model.updated_at.set(clock.now()),
    )


def _refused_row(model: type[R], error: ClientError) -> R | None:
    """The row that a failed condition shows, if any; any other failure is raised again."""
    if not _condition_failed(error):
        raise error
    item = error.response.get("Item")
    return model.from_raw_data(item) if item else None


def patiently(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do a write that may meet other writers; repeat it a few times when it does.

    Raises ClientError when a condition failed, Unavailable when the others never stopped.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _connection.dispatch(operation, arguments)
        except ClientError as error:
            if _condition_failed(error) or not _met_others(error):
                raise
        _pause(attempt)
    raise Unavailable


def _pause(attempt: int) -> None:
    time.sleep(random.random() * _PAUSE * attempt)  # noqa: S311 - jitter is no secret


def read_batch(model: type[Row], keys: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of up to 100 different keys as DynamoDB writes them, in any order: one call.

    More calls, when DynamoDB leaves keys over. Raises Unavailable when it keeps answering none.
    """
    name = model.Meta.table_name
    found: list[dict[str, Any]] = []
    left, attempt = list(keys), 1
    while left and attempt <= _ATTEMPTS:
        request = {"RequestItems": {name: {"Keys": left}}}
        answer = _connection.dispatch("BatchGetItem", request)
        found += answer["Responses"].get(name, [])
        unread = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys", [])
        attempt = 1 if len(unread) < len(left) else attempt + 1
        left = unread
        if left:
            _pause(attempt)
    if left:
        raise Unavailable
    return found


_MEETINGS = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ThrottlingError",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def reasons(error: ClientError) -> list[dict[str, Any]]:
    """Why each operation of a cancelled transaction failed, in the order they were given."""
    found: list[dict[str, Any]] = error.response.get("CancellationReasons") or []
    return found


def _condition_failed(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException" or any(
        reason.get("Code") == "ConditionalCheckFailed" for reason in reasons(error)
    )


def _met_others(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in _MEETINGS or any(
        reason.get("Code") in _MEETINGS for reason in reasons(error)
    )


def probe() -> None:
    """Read one row that does not exist. Raises Unavailable when DynamoDB does not answer."""
    arguments = {"TableName": table("idempotency"), "Key": {"key": {"S": "probe"}}}
    _connection.dispatch("GetItem", arguments)
