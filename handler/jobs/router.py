"""Jobs over HTTP."""

from typing import Annotated, Any

from fastapi import Path, Query

from handler.core.errors import RateLimited, WriteConflict
from handler.core.http import Admin, Router, SignedIn, raises
from handler.core.ids import ID_PATTERN
from handler.core.pages import CursorInvalid, Page
from handler.jobs import listing, service
from handler.jobs.access import JobNotFound
from handler.jobs.listing import AnyJobDetail, JobDetail
from handler.jobs.models import JobRow
from handler.jobs.schemas import (
    AllJobsPageOut,
    AllJobsQuery,
    AnyJobDetailOut,
    AnyJobOut,
    JobDetailOut,
    JobOut,
    JobPageOut,
    JobQuery,
    RedriveIn,
    RedriveOut,
    StatsOut,
    StatsQuery,
)
from handler.jobs.service import JobEnded, JobNotDead, UniqueJobOpen

router = Router(tags=["jobs"])

JobId = Annotated[str, Path(pattern=ID_PATTERN, examples=["01K0N4Q7Y2V9S6T3R8W5X1Z0AB"])]


@router.get("/jobs", response_model=JobPageOut)
@raises(CursorInvalid)
def list_jobs(caller: SignedIn, query: Annotated[JobQuery, Query()]) -> Page[JobRow]:
    """List your jobs, newest first."""
    return listing.list_jobs(caller, query)


@router.get("/jobs/{job_id}", response_model=JobDetailOut)
@raises(JobNotFound)
def get_job(caller: SignedIn, job_id: JobId) -> JobDetail:
    """Read a job: how far it is, what it returned, or what went wrong. Administrators read any."""
    return listing.get_job(caller, job_id)


@router.post("/jobs/{job_id}/cancel", status_code=202, response_model=JobOut)
@raises(JobNotFound, JobEnded, WriteConflict)
def cancel_job(caller: SignedIn, job_id: JobId) -> JobRow:
    """Cancel a job with all that it has spawned.

    One that runs is asked to stop, and may succeed before it looks.
    """
    return service.cancel_job(caller, job_id)


@router.get("/admin/jobs", response_model=AllJobsPageOut)
@raises(CursorInvalid)
def list_all_jobs(caller: Admin, query: Annotated[AllJobsQuery, Query()]) -> Page[JobRow]:
    """List open jobs by when they are due, or dead ones by name, error and time."""
    return listing.list_all_jobs(caller, query)


@router.get("/admin/jobs/stats", response_model=StatsOut)
def get_job_stats(_caller: Admin, query: Annotated[StatsQuery, Query()]) -> dict[str, Any]:
    """Count what became of jobs over time: by default the last day, by the hour."""
    return listing.get_stats(query)


@router.get("/admin/jobs/{job_id}", response_model=AnyJobDetailOut)
@raises(JobNotFound)
def get_any_job(caller: Admin, job_id: JobId) -> AnyJobDetail:
    """Read anybody's job, with what it was given."""
    return listing.get_any_job(caller, job_id)


@router.post("/admin/jobs/redrive", status_code=202, response_model=RedriveOut)
@raises(RateLimited)
def redrive_jobs(caller: Admin, body: RedriveIn) -> dict[str, Any]:
    """Have dead jobs begin anew: all, or those of a name and an error; twenty a second."""
    return service.redrive_matching(caller, body)


@router.post("/admin/jobs/{job_id}/redrive", status_code=202, response_model=AnyJobOut)
@raises(JobNotFound, JobNotDead, UniqueJobOpen, RateLimited, WriteConflict)
def redrive_job(caller: Admin, job_id: JobId) -> JobRow:
    """Have a dead job begin anew, as if it had just been enqueued."""
    return service.redrive_job(caller, job_id)
