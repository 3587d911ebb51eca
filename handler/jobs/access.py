"""Whose jobs are whose to see."""

from handler.core.auth import Caller, Role
from handler.core.errors import NotFound
from handler.jobs.models import JobRow


class JobNotFound(NotFound):
    """No job has that id, or it is another's."""

    detail = "There is no such job."


def find_job(caller: Caller, job_id: str) -> JobRow:
    """A job of the caller's; an administrator's are all. Raises JobNotFound."""
    row = JobRow.find(job_id)
    if row is None or not row.name:
        raise JobNotFound
    if row.on_behalf_of != caller.id and caller.role is not Role.ADMIN:
        raise JobNotFound
    return row


def may_see(caller: Caller, job_id: str) -> bool:
    """Whether a job is there, and the caller's to see."""
    try:
        find_job(caller, job_id)
    except JobNotFound:
        return False
    return True
