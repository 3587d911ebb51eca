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
