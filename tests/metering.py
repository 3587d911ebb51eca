"""Sees every request to DynamoDB, with the rows that it wrote as they were before and after."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import botocore_stubber

from handler.core import aws as core_aws
from infra.local.units import Raw, rows_written
from tests import rights


@dataclass(frozen=True, slots=True)
class Request:
    """One that moto has answered. `rows` are those that it wrote or checked, by their table."""

    name: str
    content: dict[str, Any]
    answer: dict[str, Any]
    rows: tuple[tuple[str, Raw, Raw], ...]


class _Watch:
    def __init__(self, note: Callable[[Request], None]) -> None:
        self._note = note
        self._own = threading.local()
        self._lock = threading.Lock()  # shards are asked by threads

    def see(self, request: AWSPreparedRequest, **_: Any) -> Any:
        """Have moto do a request, and tell of it."""
        if getattr(self._own, "looking", False):
            return None
        with self._lock:
            answer = self._seen(request)
        request.url = "https://answered.example/"  # botocore asks moto as well
        return answer

    def _seen(self, request: AWSPreparedRequest) -> Any:
        target = request.headers["X-Amz-Target"]
        name = (target.decode() if isinstance(target, bytes) else target).partition(".")[2]
        content = json.loads(request.body)
        writes = list(rows_written(name, content))
        before = [self._row(*write) for write in writes]
        answer = botocore_stubber("before-send", request)
        rows = [
            (table, old, self._row(table, key))
            for (table, key), old in zip(writes, before, strict=True)
        ]
        self._note(Request(name, content, json.loads(answer.content), tuple(rows)))
        return answer

    def _row(self, table: str, key: dict[str, Any]) -> Raw:
        self._own.looking = True
        try:
            asked = {"TableName": table, "Key": key, "ConsistentRead": True}
            with rights.acting(None):
                return core_aws.client("dynamodb").get_item(**asked).get("Item")
        finally:
            self._own.looking = False


@contextmanager
def watched(note: Callable[[Request], None]) -> Iterator[None]:
    """Tell of every request to DynamoDB that is made within this block."""
    watch, events = _Watch(note), core_aws.client("dynamodb").meta.events
    events.register_first("before-send.dynamodb.*", watch.see, unique_id="metering")
    try:
        yield
    finally:
        events.unregister("before-send.dynamodb.*", unique_id="metering")
