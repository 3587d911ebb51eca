"""Notes each call that an invocation makes to AWS, with the units that DynamoDB would charge."""

import json
import time
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from infra.local import aws, engine, units
from infra.local.calls import Answer, Call, Service
from infra.local.engine.rows import key_of, read
from infra.local.history import History, Made
from infra.local.places import ACCOUNT, REGION

_FAILED_WRITES = (b"ConditionalCheckFailedException", b"TransactionCanceledException")
_OK = 200


@dataclass(frozen=True, slots=True)
class _Units:
    reads: float = 0
    writes: float = 0


def noting(service: Service, history: History, *, is_metered: bool = False) -> Service:
    """The same service, noted in a history; metered if it is the DynamoDB of this process."""

    def answer(call: Call) -> Answer:
        invocation = history.traced(call.headers.get("x-amzn-trace-id", ""))
        if invocation is None:  # the twin itself, or a function that is imported
            return service(call)
        operation, arguments = aws.asked(call)
        begun = time.perf_counter()
        found, cost = _metered(service, call) if is_metered else (service(call), _Units())
        spent = round((time.perf_counter() - begun) * 1000, 1)
        about = _about(arguments)
        invocation.calls.append(
            Made(call.service, operation, about, found.status, spent, cost.reads, cost.writes)
        )
        return found

    return answer


def _metered(service: Service, call: Call) -> tuple[Answer, _Units]:
    content = json.loads(call.body)
    rows = list(units.rows_written(call.operation, content))
    before = [_row(*row) for row in rows]
    found = service(call)
    if rows:
        is_charged = found.status == _OK or any(one in found.body for one in _FAILED_WRITES)
        after = [_row(*row) for row in rows] if is_charged else []
        changes = zip(rows, before, after, strict=False)
        writes = [units.write_units(call.operation, row[0], old, new) for row, old, new in changes]
        return found, _Units(writes=sum(writes))
    if found.status != _OK:
        return found, _Units()
    read_ = units.read_units(call.operation, content, json.loads(found.body))
    return found, _Units(reads=sum(read_.values()))


def _row(table: str, key: dict[str, Any]) -> units.Raw:
    kept = dynamodb_backends[ACCOUNT][REGION].get_table(table)
    with engine.lock:
        row = key_of(kept, key)
        item = read(kept, row) if row else None
        return item.to_json()["Attributes"] if item else None


def _about(arguments: dict[str, Any]) -> str:
    """The table, queue, secret or object that a call is about."""
    if "Bucket" in arguments:
        return "/".join(filter(None, (arguments["Bucket"], arguments.get("Key"))))
    parts = [one for part in arguments.get("TransactItems", []) for one in part.values()]
    named = [str(one.get("TableName", "")) for one in (arguments, *parts)]
    named += arguments.get("RequestItems", {})
    named += [arguments.get("QueueUrl", "").rpartition("/")[2], arguments.get("SecretId", "")]
    return ", ".join(dict.fromkeys(filter(None, named)))
