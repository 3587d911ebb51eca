"""What every PynamoDB model shares: one client, quick reading, and what a row knows of itself."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.constants import GLOBAL_SECONDARY_INDEXES, NULL
from pynamodb.models import Model

from handler.core import aws, clock, log, patience
from handler.core.attributes import IntegerAttribute
from handler.core.errors import Unavailable
from handler.core.settings import settings


def table(name: str) -> str:
    """The deployed name of a table."""
    return settings().resource_prefix + name


RawRow = dict[str, Any]
"""A row as DynamoDB writes it: attribute to {type: value}."""
Convert = Callable[[RawRow], RawRow]
"""Makes a row of another schema one of the current; what it is given is its own to change."""


class _Connection(Connection):
    """PynamoDB's connection over the one shared client, whose failures are ours."""

    def dispatch(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        return aws.call("dynamodb", operation_name, operation_kwargs)


_connection = _Connection(region="unused")  # the shared client knows its region


class Row(Model):
    """A row of a table, over the one shared client.

    `SCHEMA` is the version of its shape that this release writes. `READS` says how rows of other
    versions are read: of the previous one, say, while a backfill writes them anew.
    """

    SCHEMA: ClassVar[int] = 1
    READS: ClassVar[Mapping[int, Convert]] = {}
    _current: ClassVar[dict[str, str]] = {"N": "1"}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._current = {"N": str(cls.SCHEMA)}

    @classmethod
    def is_current(cls, data: RawRow) -> bool:
        """Whether a raw row has the schema that is written; one that tells none has."""
        return bool(data.get("schema", cls._current) == cls._current)

    @classmethod
    def renewed(cls, data: RawRow) -> RawRow:
        """A raw row of another schema in the current one.

        Raises Unavailable for one that this release does not read: newer, or long past.
        """
        stored = int(data["schema"]["N"])
        if stored not in cls.READS:
            log.line(
                level="error", metric="schema_unknown", table=cls.Meta.table_name, schema=stored
            )
            raise Unavailable("Another release has written this. Try again.")
        return {**cls.READS[stored](dict(data)), "schema": cls._current}

    @classmethod
    def page_of_all(cls, after: RawRow | None) -> tuple[list[RawRow], RawRow | None]:
        """Some rows of the whole table behind a key, and where they stopped: one call."""
        place = {
            "TableName": cls.Meta.table_name,
            **({"ExclusiveStartKey": after} if after else {}),
        }
        found = _connection.dispatch("Scan", place)
        return found["Items"], found.get("LastEvaluatedKey")

    @classmethod
    def _get_connection(cls) -> TableConnection:
        own = super()._get_connection()
        if own.connection is not _connection:  # add_meta_table fails when two threads get here
            mine = own.get_meta_table()
            known = _connection._tables.setdefault(own.table_name, mine)  # noqa: SLF001
            if mine.data[GLOBAL_SECONDARY_INDEXES] and not known.data[GLOBAL_SECONDARY_INDEXES]:
                _connection._tables[own.table_name] = mine  # noqa: SLF001 - another model's has none
            own.connection = _connection
        return own

    @classmethod
    def raw_one(cls, key: RawRow) -> RawRow | None:
        """The row of a raw key as DynamoDB writes it, read consistently: one call."""
        asked = {"TableName": cls.Meta.table_name, "Key": key, "ConsistentRead": True}
        found: RawRow | None = _connection.dispatch("GetItem", asked).get("Item")
        return found

    @classmethod
    def _one(cls, key: RawRow) -> Self | None:
        """The row of a raw key, read consistently: one call."""
        found = cls.raw_one(key)
        return cls.from_raw_data(found) if found else None

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """As PynamoDB does for a model without discriminator, at a quarter of the cost.

        It sets every default twice, then every value through its descriptor (performance.md, W3).
        Raises Unavailable for a row of a schema that it does not read.
        """
        if data.get("schema", cls._current) != cls._current:
            data = cls.renewed(data)
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


class MarkedRow(Row):
    """A row whose last write is known again after its answer was lost."""

    write_id = UnicodeAttribute(default_for_new=lambda: secrets.token_hex(8))


class Record(MarkedRow):
    """Base of the models of things.

    `version` counts the writes of a row. `write_id` is the mark of the last one. `schema` is the
    version of the row's shape, which is written with every row.
    """

    schema = IntegerAttribute(default=1)
    version = IntegerAttribute(default=1)
    created_at = UTCDateTimeAttribute(default_for_new=clock.now)
    updated_at = UTCDateTimeAttribute(default_for_new=clock.now)

    def __init__(self, *keys: Any, **attributes: Any) -> None:
        super().__init__(*keys, **{"schema": self.SCHEMA, **attributes})

    def mark_changed(self) -> None:
        """Count a write of the whole row that is about to happen."""
        self.version += 1
        self.write_id = secrets.token_hex(8)
        self.updated_at = clock.now()


Versions = tuple[int, ...] | None
"""Versions of a row that a caller accepts, or None for any."""


def read_batch(
    model: type[Row], keys: Sequence[dict[str, Any]], *, consistent: bool = False
) -> list[dict[str, Any]]:
    """The rows of up to 100 different keys as DynamoDB writes them, in any order: one call.

    More calls, when DynamoDB leaves keys over. Raises Unavailable when it keeps answering none.
    """
    name = model.Meta.table_name
    strictly = {"ConsistentRead": True} if consistent else {}
    found: list[dict[str, Any]] = []
    left, attempt = list(keys), 1
    while left and attempt <= patience.ATTEMPTS:
        request = {"RequestItems": {name: {"Keys": left, **strictly}}}
        answer = _connection.dispatch("BatchGetItem", request)
        found += answer["Responses"].get(name, [])
        unread = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys", [])
        attempt = 1 if len(unread) < len(left) else attempt + 1
        left = unread
        if left:
            patience.pause(attempt)
    if left:
        raise Unavailable
    return found


def probe() -> None:
    """Read one row that does not exist. Raises Unavailable when DynamoDB does not answer."""
    arguments = {"TableName": table("idempotency"), "Key": {"key": {"S": "probe"}}}
    _connection.dispatch("GetItem", arguments)
