"""Query in O(log n + page): bounds in a sorted partition instead of a walk over the table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import total_ordering
from itertools import islice
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from infra.local.engine.partitions import Order, Partitions, Plain, Schema, partitions, plain

_PAGE = 1024 * 1024  # bytes that one Query reads

_query = Table.query
_get_schema = DynamoDBBackend.get_schema


@dataclass(frozen=True)
class _Request:
    """The arguments of moto's `Table.query`, by its names and in its order."""

    hash_key: DynamoType
    range_comparison: str | None
    range_objs: list[DynamoType]
    limit: int | None
    exclusive_start_key: dict[str, Any] | None
    scan_index_forward: bool
    projection_expressions: list[list[str]]
    index_name: str | None = None
    consistent_read: bool = False
    filter_expression: Any = None
    hash_key_conditions: Any = None
    range_key_conditions: Any = None


_ARGUMENTS = {field.name for field in fields(_Request)}


@total_ordering
class _Top:
    """Greater than everything: ends a run of rows that share the beginning of their order."""

    def __lt__(self, other: object) -> bool:
        return False


_TOP: Any = _Top()


@dataclass(frozen=True)
class _Bounds:
    """From where to where in a partition's order, and whether the ends belong to it."""

    low: Order | None = None
    high: Order | None = None
    low_in: bool = True
    high_in: bool = True

    def beyond(self, position: Order, *, forward: bool) -> "_Bounds":
        """What is left after a position, in the direction of reading."""
        if forward and (self.low is None or position >= self.low):
            return replace(self, low=position, low_in=False)
        if not forward and (self.high is None or position <= self.high):
            return replace(self, high=position, high_in=False)
        return self


def query(
    self: Table,
    *args: Any,
    **kwargs: Any,
) -> tuple[list[Item], int, dict[str, DynamoType] | None]:
    """In place of moto's, which still answers legacy filters and keys of many attributes."""
    filed = partitions(self)
    request = _Request(*args, **kwargs) if kwargs.keys() <= _ARGUMENTS else None
    if request is None or request.consistent_read or request.index_name not in filed.schemas:
        return _query(self, *args, **kwargs)
    schema = filed.schemas[request.index_name]
    read, more = _page(_rows(filed, schema, request), request.limit)
    found: Iterable[Item] = _in_index(self, request.index_name, read)
    if request.filter_expression is not None:
        found = [item for item in found if request.filter_expression.expr(item)]
    if request.projection_expressions:
        found = [_project(item, request.projection_expressions) for item in found]
    last = {name: read[-1].attrs[name] for name in schema.types} if more else None
    return list(found), len(read), last


def get_schema(
    self: DynamoDBBackend, table_name: str, index_name: str | None
) -> list[dict[str, Any]]:
    """In place of moto's: the same, but an unknown index is refused as DynamoDB refuses it."""
    if index_name is not None:
        self.get_table(table_name).get_index(index_name, error_if_not=True)
    return _get_schema(self, table_name, index_name)


def _rows(filed: Partitions, schema: Schema, request: _Request) -> Iterator[Item]:
    forward = request.scan_index_forward is not False
    bounds = _bounds(request.range_comparison, [plain(value) for value in request.range_objs])
    if request.exclusive_start_key is not None:
        bounds = bounds.beyond(_position(schema, request), forward=forward)
    rows = filed.rows(schema.index, plain(request.hash_key))
    ends = (bounds.low_in, bounds.high_in)
    if bounds.low is not None and bounds.high is not None and bounds.low > bounds.high:
        return
    for order in rows.irange(bounds.low, bounds.high, ends, reverse=not forward):
        yield rows[order]


def _bounds(comparison: str | None, values: list[Plain]) -> _Bounds:
    if comparison is None:
        return _Bounds()
    first, last = values[0], values[-1]
    if comparison == "BETWEEN" and (first,) > (last,):
        message = "The BETWEEN operator requires upper bound to be greater than or equal to lower"
        raise MockValidationException(message)
    bounds = {
        "=": _Bounds((first,), (first, _TOP)),
        "<": _Bounds(None, (first,), high_in=False),
        "<=": _Bounds(None, (first, _TOP)),
        ">": _Bounds((first, _TOP), None),
        ">=": _Bounds((first,), None),
        "BETWEEN": _Bounds((first,), (last, _TOP)),
    }
    if comparison == "BEGINS_WITH":
        end = _successor(first)
        return _Bounds((first,), None if end is None else (end,), high_in=False)
    if comparison not in bounds:
        message = f"Unsupported operator on KeyCondition: {comparison}"
        raise MockValidationException(message)
    return bounds[comparison]


def _successor(prefix: Plain) -> Plain | None:
    """The first value after all that begin so; None when there is no such value."""
    if isinstance(prefix, str):
        kept = prefix.rstrip("\U0010ffff")
        return kept[:-1] + chr(ord(kept[-1]) + 1) if kept else None
    if isinstance(prefix, bytes):
        raw = prefix.rstrip(b"\xff")
        return raw[:-1] + bytes([raw[-1] + 1]) if raw else None
    message = "begins_with takes text or bytes"
    raise MockValidationException(message)


def _position(schema: Schema, request: _Request) -> Order:
    start = request.exclusive_start_key or {}
    if start.keys() != schema.types.keys():
        message = "The provided starting key is invalid"
        raise MockValidationException(message)
    place = schema.place({name: DynamoType(value) for name, value in start.items()})
    if place is None:
        message = "The provided starting key is invalid"
        raise MockValidationException(message)
    if place[0] != plain(request.hash_key):
        message = (
            "The provided starting key is outside query boundaries based on provided conditions"
        )
        raise MockValidationException(message)
    return place[1]


def _page(rows: Iterator[Item], limit: int | None) -> tuple[list[Item], bool]:
    """The rows up to the limit or 1 MB, and whether either of them stopped the reading."""
    read: list[Item] = []
    size = 0
    for item in islice(rows, limit):
        read.append(item)
        size += item.size()
        if size > _PAGE:
            return read, True
    return read, len(read) == limit


def _in_index(table: Table, index_name: str | None, items: list[Item]) -> list[Item]:
    if index_name is None:
        return items
    index = table.get_index(index_name)
    if index.projection["ProjectionType"] == "ALL":
        return items
    extra = index.projection.get("NonKeyAttributes", [])
    names = {*index.table_key_attrs, *index.schema_key_attrs, *extra}
    return [_project(item, [[name] for name in names]) for item in items]


def _project(item: Item, paths: list[list[str]]) -> Item:
    """Only these attributes of an item: at once for plain names, by moto for paths into a map."""
    if any(len(path) > 1 or "[" in path[0] for path in paths):
        return item.project(paths)
    names = [path[0] for path in paths]
    attributes = {name: item.attrs[name] for name in names if name in item.attrs}
    return Item(item.hash_key, item.range_key, attributes)
