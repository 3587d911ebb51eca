"""Counts what is asked of AWS, and what DynamoDB would charge for it, while something is done."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.models import botocore_stubber

from handler.core import aws as core_aws
from infra.blueprint import prefix
from tests import rights
from tests.units import Raw, read_units, rows_written, stored_bytes, write_units

_OTHERS = ("s3", "secretsmanager", "sesv2", "sqs")
_PREFIX = prefix("local")


@dataclass
class Metered:
    """Calls by operation, units by table, and the bytes by which tables grew for good."""

    calls: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    stored_bytes: int = 0
    _at_once: list[bool] = field(default_factory=list)

    @property
    def waits(self) -> int:
        """How often somebody waits for AWS: shards that are asked at once are waited for once."""
        runs = [(at_once, len(list(run))) for at_once, run in groupby(self._at_once)]
        return sum(1 if at_once else length for at_once, length in runs)

    def called(self, operation: str) -> None:
        """Note a call, and whether others are made beside it."""
        self.calls[operation] += 1
        self._at_once.append(threading.current_thread().name.startswith("shards"))


class _Meter:
    def __init__(self) -> None:
        self.found = Metered()
        self._looking = False
        self._lock = threading.Lock()  # shards are asked by threads

    def see(self, request: AWSPreparedRequest, **_: Any) -> Any:
        """Have moto do a request to DynamoDB, and count what it costs."""
        if self._looking:
            return None
        with self._lock:
            answer = self._metered(request)
        request.url = "https://answered.example/"  # botocore asks moto as well
        return answer

    def note(self, model: Any, **_: Any) -> None:
        """Count a call to another service."""
        self.found.called(f"{model.service_model.service_name}:{model.name}")

    def _metered(self, request: AWSPreparedRequest) -> Any:
        target = request.headers["X-Amz-Target"]
        name = (target.decode() if isinstance(target, bytes) else target).partition(".")[2]
        content = json.loads(request.body)
        writes = list(rows_written(name, content))
        before = [self._row(*write) for write in writes]
        answer = botocore_stubber("before-send", request)
        self.found.called(f"dynamodb:{name}")
        for (table, key), old in zip(writes, before, strict=True):
            new = self._row(table, key)
            self.found.writes[_short(table)] += write_units(name, table, old, new)
            self.found.stored_bytes += _kept(table, new) - _kept(table, old)
        if not writes:
            for table, units in read_units(name, content, json.loads(answer.content)).items():
                self.found.reads[_short(table)] += units
        return answer

    def _row(self, table: str, key: dict[str, Any]) -> Raw:
        self._looking = True
        try:
            asked = {"TableName": table, "Key": key, "ConsistentRead": True}
            with rights.acting(None):
                return core_aws.client("dynamodb").get_item(**asked).get("Item")
        finally:
            self._looking = False


def _kept(table: str, row: Raw) -> int:
    """The bytes of a row that stays: most come and go."""
    return 0 if row and "expires_at" in row else stored_bytes(table, row)


def _short(table: str) -> str:
    return table.removeprefix(_PREFIX)


@contextmanager
def metered() -> Iterator[Metered]:
    """What is asked of AWS within this block, all of it."""
    meter = _Meter()
    dynamodb = core_aws.client("dynamodb").meta.events
    others = [(f"before-call.{name}.*", core_aws.client(name).meta.events) for name in _OTHERS]
    dynamodb.register_first("before-send.dynamodb.*", meter.see, unique_id="bill")
    for event, events in others:
        events.register(event, meter.note, unique_id="bill")
    try:
        yield meter.found
    finally:
        dynamodb.unregister("before-send.dynamodb.*", unique_id="bill")
        for event, events in others:
            events.unregister(event, unique_id="bill")
