"""Counters over time: counted in memory, written once a minute by each environment.

A request that finds a minute over writes that minute's counters, three updates (by minute, hour and
day), so that what operators see costs no call on the way of other requests. An environment that is
never called again keeps its last minute to itself. Counters are spread over a few shards, because
every environment adds to the same rows.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.operand import Path

from handler.core import clock, log, snapshots, writes
from handler.core.errors import InputInvalid, Unavailable
from handler.core.records import MarkedRow, RawRow, table

Step = Literal["minute", "hour", "day"]
_SHARDS = 4


@dataclass(frozen=True, slots=True)
class _Grain:
    """How a step's times are written, and how long its rows are kept and may be asked for."""

    bucket: str
    period: str
    length: timedelta
    kept: timedelta
    span: timedelta


_GRAINS: dict[Step, _Grain] = {
    "minute": _Grain(
        "%Y-%m-%dT%H:%M", "%Y-%m-%d", timedelta(minutes=1), timedelta(days=3), timedelta(days=1)
    ),
    "hour": _Grain(
        "%Y-%m-%dT%H", "%Y-%m", timedelta(hours=1), timedelta(days=90), timedelta(days=31)
    ),
    "day": _Grain("%Y-%m-%d", "%Y", timedelta(days=1), timedelta(days=800), timedelta(days=400)),
}


class Tally(MarkedRow):
    """The counters of one bucket of time in one shard; each counter is an attribute `n_<name>`."""

    class Meta:
        table_name = table("metrics")

    period = UnicodeAttribute(hash_key=True)
    bucket = UnicodeAttribute(range_key=True)
    expires_at = NumberAttribute()


@dataclass(frozen=True, slots=True)
class Point:
    """The sum of a counter in the bucket that begins at a time."""

    at: datetime
    value: int


_counted: defaultdict[datetime, Counter[str]] = defaultdict(Counter)
snapshots.on_restore(_counted.clear)  # each copy would write them


def count(**numbers: int) -> None:
    """Add to counters in the current minute."""
    counters = _counted[clock.now().replace(second=0, microsecond=0)]
    for name, number in numbers.items():
        counters[name] += number


def flush(*, unfinished: bool = False) -> None:
    """Write the minutes that are over; also this one, where nobody may come back for it."""
    this = clock.now().replace(second=0, microsecond=0)
    for minute in [minute for minute in _counted if unfinished or minute < this]:
        counters = _counted.pop(minute)
        try:
            for step in _GRAINS:
                _add(step, minute, counters)
        except Unavailable:
            log.line(level="warning", metric="metrics_lost", minute=minute.isoformat())


def series(name: str, step: Step, start: datetime, end: datetime) -> list[Point]:
    """The sums of a counter from a time to another. Raises InputInvalid for a span too long."""
    return [Point(at, of[name]) for at, of in all_series((name,), step, start, end)]


def all_series(
    names: Sequence[str] | None, step: Step, start: datetime, end: datetime
) -> list[tuple[datetime, Counter[str]]]:
    """The sums of some counters, or of all, in each bucket in which anything was counted.

    Raises InputInvalid for a span too long.
    """
    grain = _GRAINS[step]
    if not start <= end <= start + grain.span:
        days = grain.span.days
        raise InputInvalid.at("query", "from", type_="span", msg=f"At most {days} days by {step}")
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for period in _periods(grain, start, end):
        for row in _rows(period, start.strftime(grain.bucket), end.strftime(grain.bucket)):
            of = sums[row["bucket"]["S"]]
            for name in _names(row) if names is None else names:
                of[name] += int(row.get(f"n_{name}", {"N": "0"})["N"])
    return [
        (datetime.strptime(bucket, grain.bucket).replace(tzinfo=UTC), sums[bucket])
        for bucket in sorted(sums)
    ]


def _names(row: RawRow) -> list[str]:
    """The counters that stand in a row."""
    return [name.removeprefix("n_") for name in row if name.startswith("n_")]


def _periods(grain: _Grain, start: datetime, end: datetime) -> Iterator[str]:
    for period in sorted({start.strftime(grain.period), end.strftime(grain.period)}):
        for shard in range(_SHARDS):
            yield f"{period}#{shard}"


def _rows(period: str, low: str, high: str) -> Iterator[dict[str, dict[str, str]]]:
    after = None
    while True:
        answer = Tally._get_connection().query(  # noqa: SLF001 - PynamoDB names it so
            period,
            range_key_condition=Tally.bucket.between(low, high),
            exclusive_start_key=after,
        )
        yield from answer["Items"]
        after = answer.get("LastEvaluatedKey")
        if after is None:
            return


def _add(step: Step, minute: datetime, counters: Counter[str]) -> None:
    grain = _GRAINS[step]
    shard = secrets.randbelow(_SHARDS)
    writes.upsert(
        Tally,
        (f"{minute.strftime(grain.period)}#{shard}", minute.strftime(grain.bucket)),
        [
            *(Path(f"n_{name}").add(number) for name, number in counters.items()),
            Tally.expires_at.set(int((minute + grain.kept).timestamp())),
        ],
    )
