"""The bill of jobs: units of writes and reads (`infra.local.units`), and the requests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from infra.blueprint import prefix
from infra.local.units import read_units, size_of, write_units
from tests.metering import Request, watched

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


@contextmanager
def metered() -> Iterator[Bill]:
    """The bill of what is done within this block."""
    bill = Bill()

    def charge(request: Request) -> None:
        tables = {request.content.get("TableName"), *(table for table, _, _ in request.rows)}
        if tables & _APART:
            return
        bill.calls.append(request.name)
        for table, old, new in request.rows:
            bill.writes += write_units(request.name, table, old, new)
            if new is not None:
                bill.sizes.append(size_of(new))
        if not request.rows:
            bill.reads += read_units(request.name, request.content, request.answer).total()

    with watched(charge):
        yield bill
