"""What the tests measured: `bill.json`, which `python -m tests.bill` writes anew."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "bill.json"


class StageUnmeasured(ValueError):
    """The bill does not know the stage."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one request or job of a kind asks of AWS, and which function does it.

    Calls are by operation, units of DynamoDB by table. `waits` counts the calls that are waited for
    one after the other. `log_bytes` are lines of ours, without those of Lambda.
    """

    function: str
    calls: Mapping[str, int]
    waits: int
    reads: Mapping[str, float]
    writes: Mapping[str, float]
    stored_bytes: int
    log_bytes: int
    response_bytes: int

    @property
    def sent(self) -> int:
        """Requests to SQS of its own; pollers make others."""
        return sum(count for call, count in self.calls.items() if call.startswith("sqs:"))


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the templates of a stage and is billed, or decides what is."""

    requests_per_second: int
    memory: Mapping[str, int]
    snapshots: tuple[str, ...]
    traced: bool
    platform_lines: bool
    access_log_bytes: int
    log_days: int
    alarms: int
    query_alarms: int
    dashboards: int
    secrets: int
    keys: int


@dataclass(frozen=True, slots=True)
class Bill:
    """Every kind and every stage that was measured, by name."""

    kinds: Mapping[str, Kind]
    stages: Mapping[str, Standing]

    def stage(self, name: str) -> Standing:
        """What stands in a stage. Raises StageUnmeasured."""
        if name not in self.stages:
            raise StageUnmeasured(f"There is no bill of {name!r}, only of {', '.join(self.stages)}")
        return self.stages[name]


def load_bill(file: Path = FILE) -> Bill:
    """Read what was measured."""
    found = json.loads(file.read_text(encoding="utf-8"))
    kinds = {name: Kind(**said) for name, said in found["kinds"].items()}
    return Bill(kinds, {name: _standing(said) for name, said in found["stages"].items()})


def _standing(said: dict[str, Any]) -> Standing:
    return Standing(**{**said, "snapshots": tuple(said["snapshots"])})
