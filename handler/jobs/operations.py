"""What operators do with jobs, from the command line: as an administrator over HTTP, and more.

A job stands under `job` in an answer: its own `error` is none of the operation's.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from handler import audit
from handler.core import clock
from handler.core.auth import Caller, Role
from handler.core.ids import ID_PATTERN
from handler.core.pages import LIMIT_DEFAULT, LIMIT_MAX
from handler.jobs import definitions, housekeeping, listing, service
from handler.jobs.access import JobNotFound
from handler.jobs.enqueueing import enqueue
from handler.jobs.schemas import (
    AllJobsPageOut,
    AllJobsQuery,
    AnyJobOut,
    Cursor,
    ErrorName,
    FailureOut,
    JobName,
    RedriveIn,
    StatsOut,
    StatsQuery,
)

JobId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Limit = Annotated[int, Field(ge=1, le=LIMIT_MAX)]
Hours = Annotated[int, Field(ge=1, le=400 * 24)]
"""As far back as `core.metrics` shows counters by the day."""
_Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Text = Annotated[
    dict[Annotated[str, StringConstraints(pattern="^S$")], _Words], Field(min_length=1)
]
_KeyName = Annotated[str, StringConstraints(pattern="^(id|part)$")]
Key = Annotated[dict[_KeyName, _Text], Field(min_length=2)]
"""The raw key of a row."""

_OPERATOR = Caller("operators", Role.ADMIN)
"""In the audit log, whoever may invoke the operators' function."""
_BY_HOUR = 31 * 24
"""Hours that are counted by the hour at most; more are counted by the day."""


def list_jobs(
    *,
    state: Literal["open", "dead"] = "open",
    name: JobName | None = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Open jobs, or dead ones, of a name; as `GET /admin/jobs`. Raises CursorInvalid."""
    query = AllJobsQuery(state=state, name=name, limit=limit, cursor=cursor)
    page = listing.list_all_jobs(_OPERATOR, query)
    return AllJobsPageOut.model_validate(page).model_dump(mode="json")


def show_job(job_id: JobId) -> dict[str, Any]:
    """A job with all that is known of it. Raises JobNotFound."""
    found = listing.get_job(_OPERATOR, job_id)
    failures = [FailureOut(**one).model_dump(mode="json") for one in found.failures]
    return {"job": {**_shown(found), "failures": failures}}


def cancel_job(job_id: JobId) -> dict[str, Any]:
    """Cancel a job. Raises JobNotFound, JobEnded, WriteConflict."""
    return {"job": _shown(service.cancel_job(_OPERATOR, job_id))}


def redrive_jobs(
    job_id: JobId | None = None,
    name: JobName | None = None,
    error: ErrorName | None = None,
    *,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Redrive one dead job, or those of a name and an error (neither: all).

    Raises JobNotFound, JobNotDead, UniqueJobOpen, RateLimited.
    """
    if job_id is not None:
        return {"job": _shown(service.redrive_job(_OPERATOR, job_id))}
    return service.redrive_matching(_OPERATOR, RedriveIn(name=name, error=error, dry_run=dry_run))


def reconcile_jobs(after: Key | None = None) -> dict[str, Any]:
    """Look for jobs that nobody would ever look at. There should be none."""
    return housekeeping.reconcile(after)


def get_stats(hours: Hours = 24) -> dict[str, Any]:
    """What became of jobs in the last hours."""
    start = clock.now() - timedelta(hours=hours)
    step = "hour" if hours <= _BY_HOUR else "day"
    found = listing.get_stats(StatsQuery.model_validate({"from": start, "step": step}))
    return StatsOut.model_validate(found).model_dump(mode="json")


def list_crons() -> dict[str, Any]:
    """The jobs of the calendar, by name."""
    found = sorted(definitions.crons(), key=lambda cron: cron.name)
    return {"crons": [{"name": one.name, "cron": one.cron, "queue": one.queue} for one in found]}


def run_cron(name: JobName) -> dict[str, Any]:
    """Enqueue a job of the calendar at once, beside its occurrences. Raises JobNotFound."""
    cron = next((one for one in definitions.crons() if one.name == name), None)
    if cron is None:
        raise JobNotFound
    handle = enqueue(cron.kind())
    audit.record("job.run", actor=_OPERATOR.id, subject=handle.id, job=name)
    return {"job": _shown(listing.get_job(_OPERATOR, handle.id))}


def _shown(job: Any) -> dict[str, Any]:
    return AnyJobOut.model_validate(job).model_dump(mode="json")
