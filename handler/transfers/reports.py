"""Reports: what each day has brought, counted once from what came that day and nothing else."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta

from handler import accounts
from handler.core import clock, metrics
from handler.core.errors import InputInvalid
from handler.jobs import Run
from handler.transfers import models, registry
from handler.transfers.models import DayReport
from handler.transfers.schemas import ComputeReport, ReportQuery

DAYS = 400
"""Days of one answer, as counters by day are asked for."""
_SHOWN = 30
_DAY = timedelta(days=1)
_ENDED = 2  # days that a night counts: what came late to the one before is counted then
_COUNTED = (
    "requests",
    "refusals",
    "faults",
    "sign_ins",
    "sign_in_failures",
    "jobs_succeeded",
    "jobs_dead",
)


def compute(job: ComputeReport, run: Run) -> None:
    """Count a day, or the two that ended last. Raises Superseded, Unavailable."""
    today = clock.now().date()
    days = [job.day] if job.day else [today - number * _DAY for number in range(_ENDED, 0, -1)]
    with run.transaction([day.isoformat() for day in days]) as writes:
        for day in days:
            writes.save(_count(day, run))


def _count(day: date, run: Run) -> DayReport:
    """A day's report, from its own stretch of the indexes and from its counters."""
    start = datetime.combine(day, time(), UTC)
    stretch = start.timestamp(), (start + _DAY).timestamp()
    tallies = {name: of(*stretch, run.checkpoint) for name, of in registry.counters.items()}
    return DayReport(
        str(day.year),
        day.isoformat(),
        features={name: asdict(found) for name, found in sorted(tallies.items())},
        accounts=accounts.opened_between(*stretch),
        activity=_activity(start),
    )


def _activity(start: datetime) -> dict[str, int]:
    found = metrics.all_series(_COUNTED, "day", start, start)
    return {name: sum(of[name] for _, of in found) for name in _COUNTED}


def list_days(query: ReportQuery) -> list[DayReport]:
    """The reports of some days. Raises InputInvalid for a span too long."""
    end = query.end or clock.now().date()
    start = query.start or end - _SHOWN * _DAY
    if not start <= end < start + DAYS * _DAY:
        raise InputInvalid.at("query", "from", type_="span", msg=f"At most {DAYS} days")
    return list(models.between(start, end))
