"""Every row of a table filed by partition and in order, for the table and each of its indexes.

An item in moto's table is never changed in place (`rows` copies it first), so where an item is
filed can always be told from the item itself.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from sortedcontainers import SortedDict  # type: ignore[import-untyped] # ships no types

Plain = str | bytes | Decimal
Order = tuple[Plain, ...]


def plain(value: DynamoType) -> Plain:
    """A key's value as Python compares it: text by code point, numbers as numbers, raw bytes."""
    if value.type == "N":
        return Decimal(value.value)
    return bytes(value.value) if value.type == "B" else str(value.value)


@dataclass(frozen=True)
class Schema:
    """The keys of a table or an index: (name, type) of its partition and of what orders its rows.

    Rows of an index that agree in its sort key are in the order of the table's own key.
    """

    index: str | None
    partition: tuple[str, str]
    sort: tuple[str, str] | None
    order: tuple[tuple[str, str], ...]

    @cached_property
    def types(self) -> dict[str, str]:
        """The attributes of an `ExclusiveStartKey`, and their types."""
        return dict((self.partition, *self.order))

    def place(self, attributes: dict[str, DynamoType]) -> tuple[Plain, Order] | None:
        """Where a row is filed, or None when it lacks a key and so is not in the index."""
        found = [(attributes.get(name), type_) for name, type_ in (self.partition, *self.order)]
        if any(value is None or value.type != type_ for value, type_ in found):
            return None
        hash_value, *order = (plain(value) for value, _ in found if value is not None)
        return hash_value, tuple(order)

    def check(self, item: Item) -> None:
        """Refuse an item whose key for this index is of another type, as DynamoDB does."""
        for name, type_ in self.types.items():
            value = item.attrs.get(name)
            if value is not None and value.type != type_:
                message = (
                    "One or more parameter values were invalid: "
                    f"Type mismatch for Index Key {name} Expected: {type_} Actual: {value.type} "
                    f"IndexName: {self.index}"
                )
                raise MockValidationException(message)


class Partitions:
    """The rows of one table, filed once for the table itself and once for each index."""

    def __init__(self, table: Table) -> None:
        self.source = table.global_indexes  # moto puts a new list here when indexes change
        self.schemas = {schema.index: schema for schema in _schemas(table)}
        self._rows: dict[str | None, dict[Plain, SortedDict]] = {name: {} for name in self.schemas}
        for schema in self.schemas.values():
            self._fill(schema, _items(table))

    def rows(self, index: str | None, hash_value: Plain) -> SortedDict:
        """The rows of a partition, by their order. Empty when there are none."""
        return self._rows[index].get(hash_value, _EMPTY)

    def replace(self, before: Item | None, after: Item | None) -> None:
        """File a row anew. Raises without any effect when a key of an index has a wrong type."""
        for schema in self.schemas.values():
            if after is not None:
                schema.check(after)
        for schema in self.schemas.values():
            self._remove(schema, before)
            self._add(schema, after)

    def _fill(self, schema: Schema, items: list[Item]) -> None:
        """File all rows at once, which is several times quicker than one by one."""
        groups: dict[Plain, dict[Order, Item]] = {}
        for item in items:
            place = schema.place(item.attrs)
            if place is not None:
                groups.setdefault(place[0], {})[place[1]] = item
        self._rows[schema.index] = {value: SortedDict(group) for value, group in groups.items()}

    def _add(self, schema: Schema, item: Item | None) -> None:
        place = schema.place(item.attrs) if item is not None else None
        if place is not None:
            self._rows[schema.index].setdefault(place[0], SortedDict())[place[1]] = item

    def _remove(self, schema: Schema, item: Item | None) -> None:
        place = schema.place(item.attrs) if item is not None else None
        if place is None:
            return
        rows = self._rows[schema.index].get(place[0])
        if rows is not None:
            rows.pop(place[1], None)
            if not rows:
                del self._rows[schema.index][place[0]]


_EMPTY = SortedDict()
_known: WeakKeyDictionary[Table, Partitions] = WeakKeyDictionary()


def partitions(table: Table) -> Partitions:
    """The filed rows of a table: read from its rows at first, kept up to date from then on."""
    known = _known.get(table)
    if known is None or known.source is not table.global_indexes:
        return refile(table)
    return known


def refile(table: Table) -> Partitions:
    """File all rows of a table, whatever was known of it."""
    _known[table] = Partitions(table)
    return _known[table]


def _items(table: Table) -> list[Item]:
    rows: dict[DynamoType, Any] = table.items
    if not table.has_range_key:
        return list(rows.values())
    return [item for group in rows.values() for item in group.values()]


def _schemas(table: Table) -> list[Schema]:
    """The schemas that can be filed: those with one attribute a key, as all used to be."""
    types = {definition["AttributeName"]: definition["AttributeType"] for definition in table.attr}
    base = [(name, types[name]) for name in table.table_key_attrs]
    schemas = [Schema(None, base[0], base[1] if base[1:] else None, tuple(base[1:]))]
    for index in table.all_indexes():
        keys = [(key["AttributeName"], key["KeyType"]) for key in index.schema]
        hashes, sorts = (
            [(name, types[name]) for name, role in keys if role == wanted]
            for wanted in ("HASH", "RANGE")
        )
        if len(hashes) == 1 and len(sorts) <= 1:
            order = (*sorts, *(key for key in base if key not in (*hashes, *sorts)))
            schemas.append(Schema(index.name, hashes[0], sorts[0] if sorts else None, tuple(order)))
    return schemas
