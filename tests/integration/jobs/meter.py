"""What DynamoDB would charge for requests, by its rules: moto does not say.

A write costs a unit for each begun KB of the larger of the row before and after. Each entry of an
index that is put, deleted or changed costs the same by its own size, and one whose key changes is
deleted and put. In a transaction everything that is done to the table's row costs twice; its index
entries do not. A condition that fails costs like the write. A read of a row costs a unit for each
begun 4 KB if it is consistent, else half; a query and a batch by what they read.
(AWS, "DynamoDB read and write operations"; "Using Global Secondary Indexes".)
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import botocore_stubber

from handler.core import aws as core_aws
from infra.blueprint import BLUEPRINT, prefix
from tests import rights

_KB = 1024
_WRITES = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}
_TABLES = {prefix("local") + table.name: table for table in BLUEPRINT.tables}
_APART = {prefix("local") + name for name in ("accounts", "metrics")}
"""What jobs have no part in: authentication, and counters that are written once a minute."""

Raw = dict[str, Any] | None


def size_of(row: Raw) -> int:
    """The bytes of a row: names and values in UTF-8, numbers by their digits."""
    return sum(len(name.encode()) + _bytes(value) for name, value in (row or {}).items())


def _bytes(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "N":
        return ceil(len(content.lstrip("-0")) / 2) + 1
    if kind == "S":
        return len(content.encode())
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "L":
        return 3 + sum(1 + _bytes(one) for one in content)
    return 3 + sum(1 + len(name.encode()) + _bytes(one) for name, one in content.items())


@dataclass
class Bill:
    """Units of writes and of reads, the requests they were for, and messages' requests."""

    writes: int = 0
    reads: float = 0
    calls: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    """Bytes of each row of a job after each write."""


class Meter:
    """Sees the requests to DynamoDB, and the rows before and after."""

    def __init__(self) -> None:
        self.bill = Bill()
        self._looking = False

    def see(self, request: AWSPreparedRequest, **_: Any) -> Any:
        """Have moto do a request, and count what it costs."""
        if self._looking:
            return None
        target = request.headers["X-Amz-Target"]
        name = (target.decode() if isinstance(target, bytes) else target).partition(".")[2]
        content = json.loads(request.body)
        writes = list(_writes(name, content))
        if any(table in _APART for table, _ in writes) or content.get("TableName") in _APART:
            return None
        before = [self._row(*write) for write in writes]
        answer = botocore_stubber("before-send", request)
        self.bill.calls.append(name)
        factor = 2 if name.startswith("Transact") else 1
        for (table, key), old in zip(writes, before, strict=True):
            self._charge(table, old, self._row(table, key), factor)
        if not writes:
            self.bill.reads += _read(name, content, json.loads(answer.content))
        request.url = "https://answered.example/"  # botocore asks moto as well
        return answer

    def _charge(self, table: str, old: Raw, new: Raw, factor: int) -> None:
        self.bill.writes += factor * max(1, ceil(max(size_of(old), size_of(new)) / _KB))
        self.bill.writes += sum(_entry(old, new, table, index) for index in _TABLES[table].indexes)
        if new is not None:
            self.bill.sizes.append(size_of(new))

    def _row(self, table: str, key: dict[str, Any]) -> Raw:
        self._looking = True
        try:
            asked = {"TableName": table, "Key": key, "ConsistentRead": True}
            with rights.acting(None):
                return core_aws.client("dynamodb").get_item(**asked).get("Item")
        finally:
            self._looking = False


def _writes(name: str, content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The table and the key of each row that a request writes or checks."""
    parts = content.get("TransactItems", [])
    if name in _WRITES:
        parts = [{_WRITES[name]: content}]
    for part in parts:
        ((_, said),) = part.items()
        table = _TABLES[said["TableName"]]
        key = said.get("Key") or said["Item"]
        yield said["TableName"], {name: key[name] for name in _names(table)}


def _entry(old: Raw, new: Raw, table: str, index: Any) -> int:
    """What a write costs in an index: nothing where its entry stays as it is."""
    before, after = _projected(old, table, index), _projected(new, table, index)
    if before == after:
        return 0
    moved = before and after and any(before[name] != after[name] for name in _names(index))
    units = [max(1, ceil(size_of(one) / _KB)) for one in (before, after) if one]
    return sum(units) if moved else max(units)


def _projected(row: Raw, table: str, index: Any) -> Raw:
    if row is None or any(name not in row for name in _names(index)):
        return None
    names = [*_names(index), *_names(_TABLES[table])]
    return row if index.projection == "ALL" else {name: row[name] for name in names}


def _names(keyed: Any) -> list[str]:
    """The attributes of a key."""
    return [one.name for one in (keyed.partition, keyed.sort) if one is not None]


def _read(name: str, content: dict[str, Any], answer: dict[str, Any]) -> float:
    if name == "GetItem":
        units = max(1, ceil(size_of(answer.get("Item")) / (4 * _KB)))
        return units if content.get("ConsistentRead") else units / 2
    if name == "BatchGetItem":
        rows = [row for found in answer["Responses"].values() for row in found]
        return sum(max(1, ceil(size_of(row) / (4 * _KB))) / 2 for row in rows)
    read = sum(size_of(row) for row in answer.get("Items", []))
    return max(1, ceil(read / (4 * _KB))) / 2


@contextmanager
def metered() -> Iterator[Bill]:
    """The bill of what is done within this block."""
    meter, events = Meter(), core_aws.client("dynamodb").meta.events
    events.register_first("before-send.dynamodb.*", meter.see, unique_id="meter")
    try:
        yield meter.bill
    finally:
        events.unregister("before-send.dynamodb.*", unique_id="meter")
