"""Counts what is asked of AWS, and what DynamoDB would charge for it, while something is done."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from handler.core import aws as core_aws
from infra.blueprint import prefix
from infra.local.units import Raw, read_units, stored_bytes, write_units
from tests.metering import Request, watched

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
        self._at_once.append(threading.current_thread().name.startswith("together"))


class _Meter:
    def __init__(self) -> None:
        self.found = Metered()

    def charge(self, request: Request) -> None:
        """Count a request to DynamoDB, and what it costs."""
        self.found.called(f"dynamodb:{request.name}")
        for table, old, new in request.rows:
            self.found.writes[_short(table)] += write_units(request.name, table, old, new)
            self.found.stored_bytes += _kept(table, new) - _kept(table, old)
        if not request.rows:
            read = read_units(request.name, request.content, request.answer)
            for table, units in read.items():
                self.found.reads[_short(table)] += units

    def note(self, model: Any, **_: Any) -> None:
        """Count a call to another service."""
        self.found.called(f"{model.service_model.service_name}:{model.name}")


def _kept(table: str, row: Raw) -> int:
    """The bytes of a row that stays: most come and go."""
    return 0 if row and "expires_at" in row else stored_bytes(table, row)


def _short(table: str) -> str:
    return table.removeprefix(_PREFIX)


@contextmanager
def metered() -> Iterator[Metered]:
    """What is asked of AWS within this block, all of it."""
    meter = _Meter()
    others = [(f"before-call.{name}.*", core_aws.client(name).meta.events) for name in _OTHERS]
    for event, events in others:
        events.register(event, meter.note, unique_id="bill")
    try:
        with watched(meter.charge):
            yield meter.found
    finally:
        for event, events in others:
            events.unregister(event, unique_id="bill")
