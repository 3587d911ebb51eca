"""Writes of one row, each in one call that can be repeated safely.

An answer can be lost and the client then repeats the call (threats K7, K8): a write leaves its own
mark in the row and recognises it. Transactions have a client token instead.
"""

import secrets
from collections.abc import Sequence
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from pynamodb.constants import ALL_NEW, ALL_OLD, KEY
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from handler.core import clock
from handler.core.errors import Unavailable
from handler.core.patience import ATTEMPTS, patiently, row_refused
from handler.core.records import MarkedRow, RawRow, Record
from handler.core.renewing import renew

R = TypeVar("R", bound=Record)
M = TypeVar("M", bound=MarkedRow)


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
    *,
    counted: bool = True,
) -> R:
    """Change one existing row in one call, and return it as it then is.

    `counted` moves its version and time. Raises Refused (no row, or not so), Unavailable.
    """
    counting = (model.version.add(1), model.updated_at.set(clock.now())) if counted else ()
    current = model.schema == model.SCHEMA  # and so it exists: every stored row has one
    holds = current if condition is None else current & condition
    for _ in range(ATTEMPTS):
        try:
            return model.from_raw_data(upsert(model, (key, None), [*actions, *counting], holds))
        except Refused as refused:
            if refused.row is None or not renew(model, refused.row):
                refused.row = model.from_raw_data(refused.row) if refused.row else None
                raise
    raise Unavailable


def upsert(
    model: type[MarkedRow],
    key: tuple[str, str | None],
    actions: Sequence[Action],
    condition: Condition | None = None,
) -> RawRow:
    """Change one row, or make it, by its keys in one call; returns it raw, as it then is.

    Its mark recognises a repetition. Raises Refused with the raw row that stood there, Unavailable.
    """
    mark = secrets.token_hex(8)
    guard = model.write_id != mark
    arguments = model._get_connection().get_operation_kwargs(  # noqa: SLF001 - PynamoDB names it so
        key[0],
        range_key=key[1],
        key=KEY,
        actions=[*actions, model.write_id.set(mark)],
        condition=guard if condition is None else guard & condition,
        return_values=ALL_NEW,
        return_values_on_condition_failure=ALL_OLD,
    )
    try:
        row: RawRow = patiently("UpdateItem", arguments)["Attributes"]
    except ClientError as error:
        row = row_refused(error)
        if row.get("write_id") != {"S": mark}:
            raise Refused(row or None) from error
    return row


def put(row: MarkedRow, condition: Condition) -> None:
    """Put one row in one call. Raises Refused, Unavailable; knows its own write again."""
    arguments = row.get_save_kwargs_from_instance(condition, ALL_OLD)
    try:
        patiently("PutItem", arguments)
    except ClientError as error:
        stood = _refused_row(type(row), error)
        if stood is None or stood.write_id != row.write_id:
            raise Refused(stood) from error


def remove(row: MarkedRow, condition: Condition) -> None:
    """Delete one row in one call if the condition holds. Raises Unavailable."""
    arguments = row.get_delete_kwargs_from_instance(condition)
    try:
        patiently("DeleteItem", arguments)
    except ClientError as error:
        _refused_row(type(row), error)


def _refused_row(model: type[M], error: ClientError) -> M | None:
    """The row that a failed condition shows, if any; any other failure is raised again."""
    item = row_refused(error)
    return model.from_raw_data(item) if item else None
