"""Reading jobs: one with all that is known of it, an account's, all open ones, the dead, counts."""

from collections.abc import Callable, Sequence
from datetime import UTC, timedelta
from typing import Any

from handler.core import clock, lists, metrics
from handler.core.auth import Caller
from handler.core.lists import Plan, Request
from handler.core.pages import Page
from handler.core.records import RawRow
from handler.jobs import failures, indexes, payloads
from handler.jobs.access import find_job
from handler.jobs.indexes import job_of
from handler.jobs.models import JobRow
from handler.jobs.schemas import AllJobsQuery, JobQuery, StatsQuery

_DAY = timedelta(days=1)
_COUNTED = ("enqueued", "succeeded", "retried", "dead", "cancelled")


class JobDetail:
    """A job, its result wherever that is kept, and its failed attempts."""

    def __init__(self, row: JobRow) -> None:
        self._row = row
        self.result = payloads.load(row, "result")
        self.failures = failures.of(row.id) if row.error else []

    def __getattr__(self, name: str) -> Any:
        """Everything else as in its row."""
        return getattr(self._row, name)


class AnyJobDetail(JobDetail):
    """The same with its arguments, unless they are too large to be in a row."""

    def __init__(self, row: JobRow) -> None:
        super().__init__(row)
        self.arguments = payloads.load_row(row, "arguments")


def get_job(caller: Caller, job_id: str) -> JobDetail:
    """A job with all that is known of it. Raises JobNotFound."""
    return JobDetail(find_job(caller, job_id))


def get_any_job(caller: Caller, job_id: str) -> AnyJobDetail:
    """A job with what it was given. Raises JobNotFound."""
    return AnyJobDetail(find_job(caller, job_id))


def list_jobs(caller: Caller, query: JobQuery) -> Page[JobRow]:
    """A page of the caller's jobs, newest first. Raises CursorInvalid."""

    def keep(row: JobRow) -> bool:
        return query.state in (None, row.state) and query.name in (None, row.name)

    plan = Plan(indexes.of_owner(caller.id), _loaded(lambda row: row["id"]["S"]), keep)
    asked = ("jobs", query.state, query.name)
    return lists.read(plan, Request(caller, asked, query.limit, query.cursor))


def list_all_jobs(caller: Caller, query: AllJobsQuery) -> Page[JobRow]:
    """A page of everybody's jobs: open ones by when they are due, dead ones by name and error.

    Raises CursorInvalid.
    """
    if query.state == "dead":
        span, key = indexes.dead_jobs(query.name, query.error), "epitaph"
    else:
        span, key = indexes.open_jobs(), "wake"

    def keep(row: JobRow) -> bool:
        standing = "open" if query.state == "open" and not row.standing.ended else row.standing
        fits = query.name in (None, row.name) and query.error in (None, row.error)
        return fits and standing == query.state

    plan = Plan(span, _loaded(lambda row: job_of(row[key]["S"])), keep)
    asked = ("all jobs", query.state, query.name, query.error)
    return lists.read(plan, Request(caller, asked, query.limit, query.cursor))


def _loaded(id_of: Callable[[RawRow], str]) -> Callable[[Sequence[RawRow]], list[JobRow | None]]:
    """Turns keys of an index into jobs, in one batch read; None for those that are gone."""

    def load(rows: Sequence[RawRow]) -> list[JobRow | None]:
        ids = [id_of(row) for row in rows]
        found = JobRow.find_all(ids)
        return [found.get(id_) for id_ in ids]

    return load


def get_stats(query: StatsQuery) -> dict[str, Any]:
    """How many jobs were enqueued and how they ended, over time. Raises InputInvalid."""
    end = (query.end or clock.now()).astimezone(UTC)
    start = (query.start or end - _DAY).astimezone(UTC)
    names = [f"jobs_{name}" for name in _COUNTED]
    counted = metrics.all_series(names, query.step, start, end)
    rows = [{"at": at, **{name: of[f"jobs_{name}"] for name in _COUNTED}} for at, of in counted]
    return {"step": query.step, "items": [row for row in rows if any(map(row.get, _COUNTED))]}
