"""DynamoDB's streams: what each row of a table was, and what it is, in the order of the changes.

moto tells twice of an update that creates a row, and tells of writes that change nothing. Here a
change is told once. Changes stay until whoever reads them says up to which one they are done.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import StreamShard, Table

Listener = Callable[[Table], None]
now: Callable[[], float] = time.time
"""What stamps changes, in seconds of the epoch."""

_FIRST = 100_000_000_000_000_000_001
_numbers = count(_FIRST)
_listeners: list[Listener] = []


@dataclass(slots=True)
class Change:
    """One change of a row. Items are never changed once they were replaced: reading may wait."""

    table: Table
    old: Item | None
    new: Item | None
    number: int = field(default_factory=lambda: next(_numbers))
    at: float = field(default_factory=lambda: now())  # noqa: PLW0108 - tests move it
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def name(self) -> str:
        """What happened, in DynamoDB's words."""
        if self.old is None:
            return "INSERT"
        return "REMOVE" if self.new is None else "MODIFY"

    def to_json(self) -> dict[str, Any]:
        """The record, as a function is given it."""
        told = self._told()
        return {
            "eventID": self.id,
            "eventName": self.name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.table.region_name,
            "dynamodb": told,
            "eventSourceARN": arn(self.table),
        }

    def _told(self) -> dict[str, Any]:
        kind = str((self.table.stream_specification or {}).get("StreamViewType"))
        images: dict[str, Any] = {}
        if self.new is not None and kind in {"NEW_IMAGE", "NEW_AND_OLD_IMAGES"}:
            images["NewImage"] = self.new.to_json()["Attributes"]
        if self.old is not None and kind in {"OLD_IMAGE", "NEW_AND_OLD_IMAGES"}:
            images["OldImage"] = self.old.to_json()["Attributes"]
        return {
            "ApproximateCreationDateTime": int(self.at),
            "Keys": self._keys(),
            **images,
            "SequenceNumber": str(self.number),
            "SizeBytes": sum(item.size() for item in (self.old, self.new) if item is not None),
            "StreamViewType": kind,
        }

    def _keys(self) -> dict[str, Any]:
        item = self.old if self.new is None else self.new
        attributes = {} if item is None else item.to_json()["Attributes"]
        return {name: attributes[name] for name in self.table.table_key_attrs}


def listen(listener: Listener) -> Callable[[], None]:
    """Have every change told, by its table, under the engine's lock. Returns how to stop it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def add(self: StreamShard, old: Item | None, new: Item | None) -> None:
    """In place of moto's: a change once, and none if nothing changed."""
    changes: list[Any] = self.items
    if changes and new is not None and changes[-1].new is new:
        return  # an update that creates a row puts it first
    if old is not None and new is not None and old.attrs == new.attrs:
        return
    changes.append(Change(self.table, old, new))
    for listener in _listeners:
        listener(self.table)


def changes(table: Table) -> list[Change]:
    """The changes of a table that nobody has dropped, the oldest first; it is the stream itself."""
    found: list[Any] = table.stream_shard.items if table.stream_shard else []
    return found


def drop(table: Table, number: int) -> None:
    """Forget the changes of a table up to that one."""
    held = changes(table)
    done = 0
    while done < len(held) and held[done].number <= number:
        done += 1
    del held[:done]


def arn(table: Table) -> str:
    """The ARN of a table's stream."""
    return f"{table.table_arn}/stream/{table.latest_stream_label}"
