"""What operators do with jobs, from the command line: as an administrator over HTTP, and more."""

from datetime import timedelta
from typing import Any

from handler.core import clock
from handler.core.auth import Caller, Role
from handler.core.records import RawRow
from handler.jobs import housekeeping, listing, service
from handler.jobs.schemas import (
    AllJobsPageOut,
    AllJobsQuery,
    AnyJobOut,
    FailureOut,
    RedriveIn,
    StatsOut,
    StatsQuery,
)

_OPERATOR = Caller("operators", Role.ADMIN)
"""In the audit log, whoever may invoke the operators' function."""


def list_jobs(**query: Any) -> dict[str, Any]:
    """Open jobs, or dead ones (`state`), of a `name`; as `GET /admin/jobs`."""
    page = listing.list_all_jobs(_OPERATOR, AllJobsQuery(**query))
    return AllJobsPageOut.model_validate(page).model_dump(mode="json")


def show_job(job_id: str) -> dict[str, Any]:
    """A job with all that is known of it. Raises JobNotFound."""
    found = listing.get_job(_OPERATOR, job_id)
    failures = [FailureOut(**one).model_dump(mode="json") for one in found.failures]
    return {**_shown(found), "failures": failures}


def cancel_job(job_id: str) -> dict[str, Any]:
    """Cancel a job. Raises JobNotFound, JobEnded."""
    return _shown(service.cancel_job(_OPERATOR, job_id))


def redrive_jobs(
    job_id: str | None = None,
    name: str | None = None,
    error: str | None = None,
    *,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Redrive one dead job, or those of a name and an error (neither: all).

    Raises JobNotFound, JobNotDead, UniqueJobOpen, RateLimited.
    """
    if job_id is not None:
        return _shown(service.redrive_job(_OPERATOR, job_id))
    return service.redrive_matching(_OPERATOR, RedriveIn(name=name, error=error, dry_run=dry_run))


def reconcile_jobs(after: RawRow | None = None) -> dict[str, Any]:
    """Look for jobs that nobody would ever look at. There should be none."""
    return housekeeping.reconcile(after)


def get_stats(hours: int = 24) -> dict[str, Any]:
    """What became of jobs in the last hours."""
    start = clock.now() - timedelta(hours=hours)
    found = listing.get_stats(StatsQuery.model_validate({"from": start}))
    return StatsOut.model_validate(found).model_dump(mode="json")


def _shown(job: Any) -> dict[str, Any]:
    return AnyJobOut.model_validate(job).model_dump(mode="json")
