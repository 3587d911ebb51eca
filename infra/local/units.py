"""What DynamoDB would charge for requests, by its rules: moto does not say.

A write costs a unit for each begun KB of the larger of the row before and after. Each entry of an
index that is put, deleted or changed costs the same by its own size, and one whose key changes is
deleted and put. In a transaction everything that is done to the table's row costs twice; its index
entries do not. A condition that fails costs like the write. A read of a row costs a unit for each
begun 4 KB if it is consistent, else half; a query and a batch by what they read.
(AWS, "DynamoDB read and write operations"; "Using Global Secondary Indexes".)
"""

from collections import Counter
from collections.abc import Iterator
from math import ceil
from typing import Any

from infra.blueprint import BLUEPRINT, prefix

_KB = 1024
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
_READS = frozenset({"GetItem", "Query", "Scan"})
_TABLES = {prefix("local") + table.name: table for table in BLUEPRINT.tables}
_OVERHEAD = 100  # bytes that storage counts beside each row (AWS, "Storage and backup")

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
    if kind == "B":
        return len(content) * 3 // 4  # it comes in base64
    return _several(kind, content)


def _several(kind: str, content: Any) -> int:
    if kind in ("SS", "NS", "BS"):
        return sum(_bytes({kind[0]: one}) for one in content)
    if kind == "L":
        return 3 + sum(1 + _bytes(one) for one in content)
    return 3 + sum(1 + len(name.encode()) + _bytes(one) for name, one in content.items())


def rows_written(name: str, content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The table and the key of each row that a request writes or checks."""
    for said in _parts(name, content):
        key = said.get("Key") or said["Item"]
        names = _names(_TABLES[said["TableName"]])
        yield said["TableName"], {name: key[name] for name in names}


def _parts(name: str, content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if name == "TransactWriteItems":
        for part in content["TransactItems"]:
            yield from part.values()
    elif name == "BatchWriteItem":
        for table, parts in content["RequestItems"].items():
            yield from ({**said, "TableName": table} for part in parts for said in part.values())
    elif name in _WRITES:
        yield content


def write_units(name: str, table: str, old: Raw, new: Raw) -> int:
    """What a request costs for a row that was old and is new, with its index entries."""
    factor = 2 if name.startswith("Transact") else 1
    row = max(1, ceil(max(size_of(old), size_of(new)) / _KB))
    return factor * row + sum(_entry(old, new, table, index) for index in _TABLES[table].indexes)


def read_units(name: str, content: dict[str, Any], answer: dict[str, Any]) -> Counter[str]:
    """What a request costs that reads, by table."""
    if name == "BatchGetItem":
        found = {
            table: _keys_read(keys, answer["Responses"].get(table, []))
            for table, keys in content["RequestItems"].items()
        }
        return Counter(found)
    if name not in _READS:
        return Counter()
    rows = [answer["Item"]] if "Item" in answer else answer.get("Items", [])
    return Counter({content["TableName"]: _read(rows, content)})


def stored_bytes(table: str, row: Raw) -> int:
    """What a row takes, with its index entries."""
    entries = [_projected(row, table, index) for index in _TABLES[table].indexes]
    return sum(size_of(one) + _OVERHEAD for one in (row, *entries) if one)


def _keys_read(asked: dict[str, Any], rows: list[dict[str, Any]]) -> float:
    """Each key is read by itself; one that is not there costs like a small row."""
    missing = len(asked["Keys"]) - len(rows)
    return sum(_read([row], asked) for row in rows) + missing * _read([], asked)


def _read(rows: list[dict[str, Any]], asked: dict[str, Any]) -> float:
    units = max(1, ceil(sum(map(size_of, rows)) / (4 * _KB)))
    return units if asked.get("ConsistentRead") else units / 2


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
