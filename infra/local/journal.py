"""Carries the rows of moto's tables to the state and back."""

import gc
import json
from decimal import Decimal
from threading import Event, Thread

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_json_dump, dynamo_to_dict

from infra.local import engine
from infra.local.engine.partitions import plain
from infra.local.places import ACCOUNT, REGION
from infra.local.state import FLUSH_INTERVAL, Change, State


def load(state: State, tables: list[str]) -> None:
    """Fill moto's tables with their saved rows."""
    backend = dynamodb_backends[ACCOUNT][REGION]
    for name in tables:
        engine.load(backend.get_table(name), state.rows(name))


class Journal:
    """Collects changed rows and writes them to a state from a thread of its own."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._dirty: dict[tuple[str, engine.RowKey], tuple[Table, Item | None]] = {}
        self._ended = Event()
        self._thread = Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Collect and write from now on."""
        self._stop_listening = engine.listen(self._changed)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left."""
        self._stop_listening()
        self._ended.set()
        self._thread.join()

    def flush(self) -> None:
        """Write what changed since the last time: between two calls, so whole transactions."""
        with engine.lock:
            dirty, self._dirty = self._dirty, {}
        if dirty:
            self._state.save([_change(key, *row) for (_, key), row in dirty.items()])

    def _changed(self, table: Table, key: engine.RowKey, item: Item | None) -> None:
        self._dirty[table.name, key] = (table, item)

    def _run(self) -> None:
        while not self._ended.wait(FLUSH_INTERVAL):
            self.flush()
            _spare_rows_from_collections()
        self.flush()


def _spare_rows_from_collections() -> None:
    """Take what has lived until now out of the garbage collector's sight.

    Rows are millions of objects in a large table: a full collection would stop every function for
    seconds, longer than clients wait. They hold no cycles, and go when they are deleted.
    """
    gc.collect(1)
    gc.freeze()


def _change(key: engine.RowKey, table: Table, item: Item | None) -> Change:
    name = json.dumps([_name(part) for part in key if part is not None])
    if item is None:
        return table.name, name, None
    return table.name, name, dynamo_json_dump(dynamo_to_dict(item.attrs))


def _name(part: DynamoType) -> str:
    """One spelling for a key, as `1` and `1.0` are one number."""
    value = plain(part)
    return str(value.normalize() if isinstance(value, Decimal) else value)
