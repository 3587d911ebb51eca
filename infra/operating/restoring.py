"""Brings rows back: a table as it was is restored beside the live one, which takes from it.

DynamoDB restores into a new table only, and functions know tables by their names. So the live table
stays, with its indexes, its backups and its place in the stack, and gets back what it lost.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from infra.blueprint import BLUEPRINT, Table, prefix
from infra.blueprint.data import ACCOUNTS
from infra.operating.account import Account

Row = dict[str, Any]
"""As DynamoDB writes it: attribute to {type: value}."""

_AT_ONCE = 16  # writes: some thousand a second, which the ceiling of a production table bears
_PAGE = 100  # rows: what BatchGetItem gives at most
_POOL = Config(max_pool_connections=_AT_ONCE, retries={"total_max_attempts": 10})
_OF_THE_MOMENT = {ACCOUNTS.name: ("sessions", "links")}
"""Attributes (maps) by table that no restore brings back: a session that was ended stays ended, and
a link that was used stays used."""
_REFUSED = "ConditionalCheckFailedException"


class NotRestorable(Exception):
    """It cannot be done; the text says why."""


class Kind(StrEnum):
    """How a row of the restored table and that of the live one differ."""

    SAME = "same"
    MISSING = "missing"
    """It was there then, and is not any more."""
    CHANGED = "changed"
    ADDED = "added"
    """It is there, and was not then."""
    EXPIRED = "expired"
    """It was there then, and its time is over."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row then and now; None where there was or is none."""

    kind: Kind
    then: Row | None
    now: Row | None


class Restoring:
    """One table of a stage, and the one that is restored beside it."""

    def __init__(self, stage: str, name: str, account: Account) -> None:
        tables = {table.name: table for table in BLUEPRINT.tables}
        if name not in tables:
            raise NotRestorable(f"There is no table {name!r}, only {', '.join(tables)}.")
        self.table: Table = tables[name]
        self.live = prefix(stage) + name
        self.restored = f"{self.live}-restored"
        self._client = account.client("dynamodb", config=_POOL)

    def begin(self, at: datetime) -> None:
        """Have DynamoDB make the restored table, which takes minutes to hours."""
        self._client.restore_table_to_point_in_time(
            SourceTableName=self.live,
            TargetTableName=self.restored,
            RestoreDateTime=at,
            GlobalSecondaryIndexOverride=[],  # nobody queries it
        )

    def require_ready(self) -> None:
        """Raise NotRestorable as long as the restored table is not whole."""
        state = self._client.describe_table(TableName=self.restored)["Table"]["TableStatus"]
        if state != "ACTIVE":
            raise NotRestorable(f"{self.restored} is {state}: wait, and ask again.")

    def differences(self) -> Iterator[list[Difference]]:
        """Every row of either table, a page at a time: first those of then, then what came after.

        Raises NotRestorable.
        """
        self.require_ready()
        for page in self._pages(self.restored):
            live = self._find(self.live, page)
            yield [self._compared(row, live.get(self._key(row))) for row in page]
        for page in self._pages(self.live):
            then = self._find(self.restored, page)
            yield [Difference(Kind.ADDED, None, row) for row in page if self._key(row) not in then]

    def bring_back(self, differences: Iterable[Difference]) -> int:
        """Make live rows what they were. Returns how many: those that change meanwhile stay."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            return sum(threads.map(self._bring_back, differences))

    def _bring_back(self, difference: Difference) -> bool:
        then, now = difference.then, difference.now
        if then is None:
            return self._write(self._client.delete_item, now, Key=self._key_of(now or {}))
        return self._write(self._client.put_item, now, Item=self._newer(then, now))

    def _write(self, call: Callable[..., object], now: Row | None, **what: Any) -> bool:
        """Write, if the live row still is the one that was compared."""
        try:
            call(TableName=self.live, **what, **self._still(now))
        except ClientError as error:
            if error.response["Error"]["Code"] != _REFUSED:
                raise
            return False
        return True

    def _still(self, now: Row | None) -> dict[str, Any]:
        """The condition that a row is as it was seen, attribute by attribute; or still is not."""
        if now is None:
            name = {"#name": self.table.partition.name}
            return {
                "ConditionExpression": "attribute_not_exists(#name)",
                "ExpressionAttributeNames": name,
            }
        seen = dict(enumerate(now.items()))
        return {
            "ConditionExpression": " AND ".join(f"#{number} = :{number}" for number in seen),
            "ExpressionAttributeNames": {f"#{n}": name for n, (name, _) in seen.items()},
            "ExpressionAttributeValues": {f":{n}": value for n, (_, value) in seen.items()},
        }

    def _newer(self, then: Row, now: Row | None) -> Row:
        """A row as it was, but for what is of the moment.

        It counts as one more write: whoever has seen the live one sees a change.
        """
        nothing: Row = {"M": {}}
        row = then | {name: (now or {}).get(name, nothing) for name in self._of_the_moment}
        if now is None or "version" not in now:
            return row
        return row | {"version": {"N": str(int(now["version"]["N"]) + 1)}}

    @property
    def _of_the_moment(self) -> tuple[str, ...]:
        return _OF_THE_MOMENT.get(self.table.name, ())

    def _content(self, row: Row) -> Row:
        """A row without the count of its writes, which bringing back goes on with."""
        ignored = {"version", *self._of_the_moment}
        return {name: value for name, value in row.items() if name not in ignored}

    def _compared(self, then: Row, now: Row | None) -> Difference:
        if now is None:
            kind = Kind.EXPIRED if self._is_over(then) else Kind.MISSING
        else:
            kind = Kind.SAME if self._content(then) == self._content(now) else Kind.CHANGED
        return Difference(kind, then, now)

    def _is_over(self, row: Row) -> bool:
        ends = row.get(self.table.ttl or "", {}).get("N")
        return ends is not None and float(ends) <= time.time()

    def _pages(self, name: str) -> Iterator[list[Row]]:
        pages = self._client.get_paginator("scan").paginate(
            TableName=name, ConsistentRead=True, Limit=_PAGE
        )
        return (page["Items"] for page in pages)

    def _find(self, name: str, rows: list[Row]) -> dict[tuple[str, ...], Row]:
        """Those rows of a table that have the keys of the given ones."""
        left: dict[str, Any] = {}
        if rows:
            keys = [self._key_of(row) for row in rows]
            left = {name: {"Keys": keys, "ConsistentRead": True}}
        found: dict[tuple[str, ...], Row] = {}
        while left:
            answer = self._client.batch_get_item(RequestItems=left)
            found |= {self._key(row): row for row in answer["Responses"].get(name, ())}
            left = answer.get("UnprocessedKeys", {})
        return found

    def _key_of(self, row: Row) -> Row:
        keys = (self.table.partition, self.table.sort)
        return {key.name: row[key.name] for key in keys if key}

    def _key(self, row: Row) -> tuple[str, ...]:
        return tuple(next(iter(value.values())) for value in self._key_of(row).values())
