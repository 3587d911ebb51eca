"""The bill of jobs: units of writes and reads, and the requests they were for (`tests.units`)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import botocore_stubber

from handler.core import aws as core_aws
from infra.blueprint import prefix
from tests import rights
from tests.units import Raw, read_units, rows_written, size_of, write_units

_APART = {prefix("local") + name for name in ("accounts", "metrics")}
"""What jobs have no part in: authentication, and counters that are written once a minute."""


@dataclass
class Bill:
    """Units of writes and of reads, the requests they were for, and messages' requests."""

    writes: int = 0
    reads: float = 0
    calls: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    """Bytes of each row of a job after each write."""


class Meter:
    """Sees the requests to DynamoDB, and the rows before and after."""

    def __init__(self) -> None:
        self.bill = Bill()
        self._looking = False

    def see(self, request: AWSPreparedRequest, **_: Any) -> Any:
        """Have moto do a request, and count what it costs."""
        if self._looking:
            return None
        target = request.headers["X-Amz-Target"]
        name = (target.decode() if isinstance(target, bytes) else target).partition(".")[2]
        content = json.loads(request.body)
        writes = list(rows_written(name, content))
        if any(table in _APART for table, _ in writes) or content.get("TableName") in _APART:
            return None
        before = [self._row(*write) for write in writes]
        answer = botocore_stubber("before-send", request)
        self.bill.calls.append(name)
        for (table, key), old in zip(writes, before, strict=True):
            self._charge(name, table, old, self._row(table, key))
        if not writes:
            self.bill.reads += read_units(name, content, json.loads(answer.content)).total()
        request.url = "https://answered.example/"  # botocore asks moto as well
        return answer

    def _charge(self, name: str, table: str, old: Raw, new: Raw) -> None:
        self.bill.writes += write_units(name, table, old, new)
        if new is not None:
            self.bill.sizes.append(size_of(new))

    def _row(self, table: str, key: dict[str, Any]) -> Raw:
        self._looking = True
        try:
            asked = {"TableName": table, "Key": key, "ConsistentRead": True}
            with rights.acting(None):
                return core_aws.client("dynamodb").get_item(**asked).get("Item")
        finally:
            self._looking = False


@contextmanager
def metered() -> Iterator[Bill]:
    """The bill of what is done within this block."""
    meter, events = Meter(), core_aws.client("dynamodb").meta.events
    events.register_first("before-send.dynamodb.*", meter.see, unique_id="meter")
    try:
        yield meter.bill
    finally:
        events.unregister("before-send.dynamodb.*", unique_id="meter")
