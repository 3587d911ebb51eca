"""Every change of a row passes here: filed in the partitions, undone when refused, announced.

An item that is in a table is never changed again: an update works on a copy. A row can therefore be
put back by its old item, and read without copying it.
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from infra.local.engine.partitions import partitions, refile

RowKey = tuple[DynamoType, DynamoType | None]
Listener = Callable[[Table, RowKey, Item | None], None]

_put_item = Table.put_item
_delete_item = Table.delete_item
_update_item = DynamoDBBackend.update_item
_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Have every change of a row announced: its table, its key, and the item or None.

    A change that is undone is announced again, with what the row was. Returns how to stop it.
    """
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def key_of(table: Table, attributes: dict[str, Any]) -> RowKey | None:
    """The key among some attributes, or None when it is missing or of a wrong type."""
    found: list[DynamoType] = []
    types = (table.hash_key_type, table.range_key_type)
    for name, type_ in zip(table.table_key_attrs, types, strict=False):
        value = attributes.get(name)
        if not value or next(iter(value)) != type_:
            return None
        found.append(DynamoType(value))
    return found[0], found[1] if found[1:] else None


def read(table: Table, key: RowKey) -> Item | None:
    """The item of a key."""
    hash_key, range_key = key
    rows: dict[DynamoType, Any] = table.items
    found = rows.get(hash_key) if range_key is None else rows.get(hash_key, {}).get(range_key)
    return found if isinstance(found, Item) else None


def restore(table: Table, key: RowKey, item: Item | None) -> None:
    """Make a row what it was, and announce it."""
    now = read(table, key)
    _place(table, key, item)
    partitions(table).replace(now, item)
    _announce(table, key, item)


def load(table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Fill a table with rows that it once held: unchecked, unannounced."""
    for attributes in rows:
        typed = LimitedSizeDict()
        # Not one by one: each would be measured against all that are there already.
        dict.update(typed, {name: DynamoType(value) for name, value in attributes.items()})
        sort = typed[table.range_key_attr] if table.range_key_attr else None
        item = Item(typed[table.hash_key_attr], sort, {})
        item.attrs = typed
        _place(table, (item.hash_key, sort), item)
    refile(table)


def put_item(self: Table, item_attrs: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
    """In place of moto's: the same, with the row filed and announced."""
    key = key_of(self, item_attrs)
    if key is None:
        return _put_item(self, item_attrs, *args, **kwargs)  # refuses it
    with _changing(self, key):
        return _put_item(self, item_attrs, *args, **kwargs)


def delete_item(self: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    """In place of moto's: the same, with the row filed and announced."""
    with _changing(self, (hash_key, range_key)):
        return _delete_item(self, hash_key, range_key)


def update_item(
    self: DynamoDBBackend,
    table_name: str,
    key: dict[str, Any],
    *args: Any,
    **kwargs: Any,
) -> Item:
    """In place of moto's: the same on a copy, so that a refused update leaves no trace."""
    table = self.get_table(table_name)
    row = key_of(table, key)
    if row is None:
        return _update_item(self, table_name, key, *args, **kwargs)  # refuses it
    with _changing(table, row) as before:
        if before is not None:
            _place(table, row, copy.deepcopy(before))
        return _update_item(self, table_name, key, *args, **kwargs)


@contextmanager
def _changing(table: Table, key: RowKey) -> Iterator[Item | None]:
    filed = partitions(table)  # before the change: they are read from the table's rows at first
    before = read(table, key)
    try:
        yield before
        after = read(table, key)
        filed.replace(before, after)
    except BaseException:
        restore(table, key, before)
        raise
    if after is not before:
        _announce(table, key, after)


def _place(table: Table, key: RowKey, item: Item | None) -> None:
    hash_key, range_key = key
    rows: dict[DynamoType, Any] = table.items if range_key is None else table.items[hash_key]
    name = hash_key if range_key is None else range_key
    if item is None:
        rows.pop(name, None)
    else:
        rows[name] = item


def _announce(table: Table, key: RowKey, item: Item | None) -> None:
    for listener in _listeners:
        listener(table, key, item)
