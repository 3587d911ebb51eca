"""A DynamoDB for tens of thousands of short lives: what the engine asks of it, and no more.

moto takes 5 ms for an update, most of it to parse it. Requests and answers are those of the wire;
`test_database.py` holds them against moto's. A row is never changed in place, only replaced.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.blueprint import BLUEPRINT, prefix
from infra.local.resources import definition
from tests.faults.jobs.expressions import Row, condition, update

Body = dict[str, Any]
Change = tuple[str, Row | None, Row | None]
"""The table, a row as it was, and as it is now."""

_FAILED = "The conditional request failed"


class Rejected(Exception):
    """An error answer."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more}


@dataclass
class Table:
    """Rows by their key. `narrow` are the indexes that hold keys alone."""

    keys: tuple[str, ...]
    indexes: dict[str, tuple[str, ...]]
    narrow: frozenset[str]
    rows: dict[tuple[str, ...], Row] = field(default_factory=dict)

    def key(self, row: Row) -> tuple[str, ...]:
        """The key among a row's attributes."""
        return tuple(row[name]["S"] for name in self.keys)


@dataclass(frozen=True)
class _Write:
    """One operation: the row it is about, as it stands; refused, or what it becomes."""

    kind: str
    body: Body
    table: Table
    key: tuple[str, ...]

    @property
    def before(self) -> Row | None:
        """The row as it stands."""
        return self.table.rows.get(self.key)

    @property
    def refused(self) -> bool:
        """Whether its condition fails."""
        text = self.body.get("ConditionExpression")
        return text is not None and not condition(text)(self._facts(self.before or {}))

    @property
    def after(self) -> Row | None:
        """The row as it becomes."""
        if self.kind == "Put":
            return dict(self.body["Item"])
        if self.kind == "Update":
            return update(self.body["UpdateExpression"])(
                self._facts(self.before or self.body["Key"])
            )
        return None if self.kind == "Delete" else self.before

    @property
    def shown(self) -> Body:
        """What a refusal shows of the row."""
        wanted = self.body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return {"Item": self.before} if wanted and self.before else {}

    def _facts(self, row: Row) -> tuple[Row, dict[str, str], dict[str, Any]]:
        names = self.body.get("ExpressionAttributeNames") or {}
        return row, names, self.body.get("ExpressionAttributeValues") or {}


class Database:
    """All tables of the blueprint. `changed` is told of every change, before it is made."""

    def __init__(self, changed: Callable[[list[Change]], None]) -> None:
        self.tables: dict[str, Table] = {}
        self._changed = changed
        self._tokens: dict[str, str] = {}
        for table in BLUEPRINT.tables:
            made = definition(table, prefix("local"))
            indexes = made.get("GlobalSecondaryIndexes") or []
            self.tables[made["TableName"]] = Table(
                _names(made),
                {one["IndexName"]: _names(one) for one in indexes},
                frozenset(one.name for one in table.indexes if one.projection == "KEYS_ONLY"),
            )

    def clear(self) -> None:
        """Forget everything."""
        self._tokens.clear()
        for table in self.tables.values():
            table.rows.clear()

    def rows(self, table: str) -> list[Row]:
        """The rows of a table."""
        return list(self.tables[prefix("local") + table].rows.values())

    def answer(self, operation: str, body: Body) -> tuple[int, Body]:
        """Do a request: status and body."""
        try:
            return 200, _OPERATIONS[operation](self, body)
        except Rejected as rejected:
            return 400, rejected.body

    def _get(self, body: Body) -> Body:
        table = self.tables[body["TableName"]]
        row = table.rows.get(table.key(body["Key"]))
        return {"Item": row} if row else {}

    def _get_batch(self, body: Body) -> Body:
        found = {}
        for name, wanted in body["RequestItems"].items():
            table = self.tables[name]
            rows = (table.rows.get(table.key(key)) for key in wanted["Keys"])
            found[name] = [row for row in rows if row]
        return {"Responses": found, "UnprocessedKeys": {}}

    def _query(self, body: Body) -> Body:
        table = self.tables[body["TableName"]]
        order = table.indexes[body["IndexName"]] if "IndexName" in body else table.keys
        names = {*order, *table.keys} if body.get("IndexName") in table.narrow else None
        holds = condition(body["KeyConditionExpression"])
        facts = body["ExpressionAttributeNames"], body["ExpressionAttributeValues"]
        found = [row for row in table.rows.values() if {*order} <= {*row} and holds((row, *facts))]
        found.sort(
            key=lambda row: [row[name]["S"] for name in (*order, *table.keys)],
            reverse=not body.get("ScanIndexForward", True),
        )
        page = found[: body.get("Limit", len(found))]
        last = {}
        if len(page) < len(found) or len(page) == body.get("Limit"):
            last = {name: page[-1][name] for name in (*order, *table.keys)}
        if wanted := body.get("ProjectionExpression"):
            names = {facts[0].get(name.strip(), name.strip()) for name in wanted.split(",")}
        items = [{k: v for k, v in row.items() if names is None or k in names} for row in page]
        answer = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
        return answer | ({"LastEvaluatedKey": last} if last else {})

    def _write_one(self, kind: str, body: Body) -> Body:
        write = self._write(kind, body)
        if write.refused:
            raise Rejected("ConditionalCheckFailedException", message=_FAILED, **write.shown)
        after = write.after
        self._make([write])
        return {"Attributes": after} if body.get("ReturnValues") == "ALL_NEW" else {}

    def _put(self, body: Body) -> Body:
        return self._write_one("Put", body)

    def _update(self, body: Body) -> Body:
        return self._write_one("Update", body)

    def _delete(self, body: Body) -> Body:
        return self._write_one("Delete", body)

    def _transact(self, body: Body) -> Body:
        token, request = body["ClientRequestToken"], json.dumps(body["TransactItems"])
        if token in self._tokens:
            if self._tokens[token] != request:
                raise Rejected("IdempotentParameterMismatchException")
            return {}
        writes = [self._write(*one) for entry in body["TransactItems"] for one in entry.items()]
        if len({(id(write.table), write.key) for write in writes}) < len(writes):
            raise Rejected("ValidationException", message="two operations on one item")
        reasons = [
            {"Code": "ConditionalCheckFailed", "Message": _FAILED, **write.shown}
            if write.refused
            else {"Code": "None"}
            for write in writes
        ]
        if any(write.refused for write in writes):
            raise Rejected("TransactionCanceledException", CancellationReasons=reasons)
        self._tokens[token] = request
        self._make(writes)
        return {}

    def _write(self, kind: str, body: Body) -> _Write:
        table = self.tables[body["TableName"]]
        key = table.key(body["Item"] if kind == "Put" else body["Key"])
        return _Write(kind, body, table, key)

    def _make(self, writes: list[_Write]) -> None:
        changes = [(one, one.before, one.after) for one in writes if one.kind != "ConditionCheck"]
        self._changed([(one.body["TableName"], before, after) for one, before, after in changes])
        for one, _, after in changes:
            if after is None:
                one.table.rows.pop(one.key, None)
            else:
                one.table.rows[one.key] = after


def _names(made: Body) -> tuple[str, ...]:
    return tuple(key["AttributeName"] for key in made["KeySchema"])


_OPERATIONS: dict[str, Callable[[Database, Body], Body]] = {
    "BatchGetItem": Database._get_batch,
    "DeleteItem": Database._delete,
    "GetItem": Database._get,
    "PutItem": Database._put,
    "Query": Database._query,
    "TransactWriteItems": Database._transact,
    "UpdateItem": Database._update,
}
